import { fromUtf8, holdsPatientNumber } from '@wardseal/primitives';
import { readBody } from '@wardseal/primitives/read-body';
import { RefusedRequest } from '../handler/json-request.js';
import { MAX_REQUEST_BYTES } from './limits.js';

const JSON_TYPE = /^application\/json[\t ]*(?:;|$)/i;
const PLAIN = /^[^\p{C}]{1,200}$/u;

/** What a client asks for (SMART Health Links, "Manifest Request"). */
export interface ManifestRequest {
  /** Whom the client says it asks for, where that may be written down. */
  readonly recipient: string | undefined;
  readonly passcode: string | undefined;
  readonly embeddedLengthMax: number;
}

/**
 * Reads a manifest request. Properties that are not known are ignored, as the specification demands.
 * Throws RefusedRequest: 415 `type`, 413 `size`, 400 `body`.
 */
export async function readManifestRequest(request: Request): Promise<ManifestRequest> {
  // A form cannot send this type, so a page of strangers cannot make a browser ask unnoticed.
  if (!JSON_TYPE.test(request.headers.get('content-type') ?? '')) throw new RefusedRequest(415, 'type');
  const bytes = await readBody(request.body, MAX_REQUEST_BYTES).catch(() => refuse());
  if (bytes === null) throw new RefusedRequest(413, 'size');
  const { recipient, passcode, embeddedLengthMax = Number.POSITIVE_INFINITY } = parse(fromUtf8(bytes) ?? refuse());
  if (typeof recipient !== 'string' || recipient.trim() === '') refuse();
  if (passcode !== undefined && passcode !== null && typeof passcode !== 'string') refuse();
  if (typeof embeddedLengthMax !== 'number' || !(embeddedLengthMax >= 0)) refuse();
  const tellable = PLAIN.test(recipient) && !holdsPatientNumber(recipient, 'anywhere');
  return { recipient: tellable ? recipient : undefined, passcode: passcode ?? undefined, embeddedLengthMax };
}

function parse(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    refuse();
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : refuse();
}

function refuse(): never {
  throw new RefusedRequest(400, 'body');
}
