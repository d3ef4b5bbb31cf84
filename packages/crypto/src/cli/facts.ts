import type { JsonObject, SealedHeader } from '../index.js';
import { UsageError } from './failure.js';
import { readText } from './input.js';

/** Bytes as text, as every format of ours has them. */
export function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

/** Bytes from such a text, or null. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  const bytes = new Uint8Array(Buffer.from(text, 'base64url'));
  return base64url(bytes) === text ? bytes : null;
}

/** An option that names a JSON file, or in a request is the object itself. */
export async function objectOf(value: string | JsonObject | undefined, what: string): Promise<JsonObject | undefined> {
  if (typeof value !== 'string') return value;
  const text = await readText(value, what);
  try {
    const object = JSON.parse(text);
    if (typeof object === 'object' && object !== null && !Array.isArray(object)) return object;
  } catch {
    // said below, without the content
  }
  throw new UsageError(`${value}: ${what} must be a JSON object`);
}

/** What is said of a sealed file. */
export function sealedFacts(sealed: SealedHeader): { facts: object; words: string[] } {
  const { manifestId, mode, size, recipients, unverifiedRecipients, recoverable } = sealed;
  return {
    facts: {
      manifestId,
      headerDigest: base64url(sealed.headerDigest),
      headerBytes: sealed.header.length,
      root: base64url(sealed.root),
      size,
      mode,
      recipients: recipients.map(({ thumbprint, role }) => ({ thumbprint, role })),
      unverifiedRecipients,
      recoverable,
    },
    words: unverifiedRecipients.map((thumbprint) => `nobody vouches for recipient ${thumbprint}`),
  };
}
