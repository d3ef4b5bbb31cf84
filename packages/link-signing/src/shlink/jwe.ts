import { aesGcmOpen, aesGcmSeal, base64url, concat, fromBase64url, fromUtf8, utf8 } from '@wardseal/primitives';
import { deflate, inflate } from './deflate.js';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What a sealed file holds. */
export interface OpenedJwe {
  readonly contentType: string;
  readonly plaintext: Uint8Array<ArrayBuffer>;
}

/** A file as a compact JWE (RFC 7516) with `dir` and `A256GCM` (RFC 7518 sections 4.5 and 5.3). */
export async function sealJwe(
  plaintext: Uint8Array<ArrayBuffer>,
  { key, iv, contentType, compress }: { key: Uint8Array; iv: Uint8Array; contentType: string; compress: boolean },
): Promise<string> {
  const zip = compress ? { zip: 'DEF' } : {};
  const header = base64url(utf8(JSON.stringify({ alg: 'dir', enc: 'A256GCM', cty: contentType, ...zip })));
  const sealed = await aesGcmSeal(key, iv, compress ? await deflate(plaintext) : plaintext, utf8(header));
  const at = sealed.length - TAG_BYTES;
  return `${header}..${base64url(iv)}.${base64url(sealed.subarray(0, at))}.${base64url(sealed.subarray(at))}`;
}

function headerOf(text: string): { contentType: string; zipped: boolean } | null {
  const bytes = fromBase64url(text);
  try {
    const header: unknown = JSON.parse((bytes && fromUtf8(bytes)) ?? '');
    if (typeof header !== 'object' || header === null) return null;
    const { alg, enc, cty, zip, crit } = header as Record<string, unknown>;
    if (alg !== 'dir' || enc !== 'A256GCM' || typeof cty !== 'string' || crit !== undefined) return null;
    if (zip !== undefined && zip !== 'DEF') return null;
    return { contentType: cty, zipped: zip === 'DEF' };
  } catch {
    return null;
  }
}

/**
 * Opens a file. Null when it is not a JWE of this kind in its one spelling, sealed under another key, changed, or longer than
 * `limit` bytes once inflated.
 */
export async function openJwe(text: string, key: Uint8Array, limit: number): Promise<OpenedJwe | null> {
  const [head = '', wrapped, ...rest] = text.split('.');
  const [iv, ciphertext, tag] = rest.map(fromBase64url);
  const header = headerOf(head);
  if (wrapped !== '' || rest.length !== 3 || header === null || !iv || !ciphertext || !tag) return null;
  if (iv.length !== IV_BYTES || tag.length !== TAG_BYTES) return null;
  const opened = await aesGcmOpen(key, iv, concat(ciphertext, tag), utf8(head));
  if (opened === null) return null;
  if (!header.zipped) return opened.length <= limit ? { contentType: header.contentType, plaintext: opened } : null;
  const plaintext = await inflate(opened, limit).catch(() => null);
  return plaintext && { contentType: header.contentType, plaintext };
}
