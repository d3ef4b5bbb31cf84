import { base64url } from '@wardseal/primitives';
import type { JsonObject, SealedHeader } from '../index.js';
import { UsageError } from './failure.js';
import { jsonObject, readText } from './input.js';

/** An option that names a JSON file, or in a request is the object itself. */
export async function objectOf(value: string | JsonObject | undefined, what: string): Promise<JsonObject | undefined> {
  if (typeof value !== 'string') return value;
  const object = jsonObject(await readText(value, what));
  if (object === null) throw new UsageError(`${value}: ${what} must be a JSON object`);
  return object;
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
