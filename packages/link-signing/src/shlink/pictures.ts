import { fromBase64, hex, sha256Large } from '@wardseal/primitives';
import { LinkError } from '../errors.js';
import type { Awaitable } from '../store.js';

/** A picture that was found in a resource: whatever is embedded and is not plain text counts as one. */
export interface ShlinkPicture {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** As the resource says it, such as `image/jpeg`. */
  readonly contentType?: string;
  /** The `cti` of the link that it is for: what its share mark names. */
  readonly cti: Uint8Array;
}

const PLAIN = /^text\/plain(?:\s*;|$)/i;
const DATA_URL = /data:[a-z0-9.+-]*\/?[a-z0-9.+-]*[;,]/i;
const REMOTE = /^https?:/i;
const ATTACHED = /attachment|photo|image/i;
// SampledData has samples of a curve under the same name, as numbers in text.
const SAMPLES = /^(?:[-+.\deEUL]+ )+[-+.\deEUL]+$/;

function unmarked(why: string): never {
  throw new LinkError('SHLINK_UNMARKED', why);
}

interface Found {
  readonly base64: string;
  readonly contentType: string | undefined;
}

/** Every value that can be a picture: `data` of Binary and Attachment, and base64 extensions. Pictures by address are refused. */
function* embedded(resource: unknown): Generator<Found> {
  const open: { value: unknown; under: string }[] = [{ value: resource, under: '' }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, under } = next;
    // A narrative can hold a picture as well (`<img src="data:...">`), where nobody could check it.
    if (typeof value === 'string' && DATA_URL.test(value))
      unmarked('a text holds embedded data that cannot be checked');
    if (typeof value !== 'object' || value === null) continue;
    const fields = value as Record<string, unknown>;
    const type = fields['contentType'];
    const contentType = typeof type === 'string' ? type : undefined;
    const address = fields['url'];
    if (typeof address === 'string' && REMOTE.test(address) && (contentType !== undefined || ATTACHED.test(under)))
      unmarked('a picture is named by address, so its mark cannot be checked');
    for (const [name, inner] of Object.entries(fields)) {
      const bytes = name === 'data' || name === 'valueBase64Binary';
      if (bytes && typeof inner === 'string' && !SAMPLES.test(inner)) yield { base64: inner, contentType };
      else open.push({ value: inner, under: Array.isArray(value) ? under : name });
    }
  }
}

/**
 * Asks about every picture of a resource whether it carries the share mark. Resolves to their digests, as hexadecimal digits.
 * Throws LinkError `SHLINK_UNMARKED` at the first that does not, or that cannot be read.
 */
export async function checkPictures(
  resource: unknown,
  cti: Uint8Array,
  marked: (picture: ShlinkPicture) => Awaitable<boolean>,
): Promise<string[]> {
  const digests: string[] = [];
  for (const { base64, contentType } of embedded(resource)) {
    if (contentType !== undefined && PLAIN.test(contentType)) continue;
    const bytes = fromBase64(base64) ?? unmarked('embedded data is not base64 in its one spelling');
    const digest = hex(await sha256Large(bytes));
    let yes: boolean;
    try {
      yes = await marked({ bytes, cti, ...(contentType !== undefined && { contentType }) });
    } catch (cause) {
      throw new LinkError('SHLINK_UNMARKED', 'the share mark of a picture could not be checked', { cause });
    }
    if (yes !== true) unmarked('a picture does not carry the share mark');
    digests.push(digest);
  }
  return digests;
}
