import { base64url, fromBase64url } from '@wardseal/primitives';
import { isOrigin } from './claims.js';
import { LinkError } from './errors.js';
import { parseHandle } from './handle.js';
import { MAX_LINK_CHARACTERS } from './limits.js';

const PATH = '/o#';
const FRAGMENT = /^([A-Za-z0-9_-]{76})(?:\.([A-Za-z0-9_-]{43}))?$/;

/** A link taken apart. */
export interface ParsedLink {
  /** The entry of `origins` it matched. */
  origin: string;
  /** 76 characters; not verified. */
  handle: string;
  /** 32 bytes, when the link carries the file's key half. Never send it to a server. */
  secret?: Uint8Array<ArrayBuffer>;
}

/** Writes a link. Throws RangeError when the secret is not 32 bytes. */
export function formatLink(origin: string, handle: string, secret?: Uint8Array): string {
  if (secret && secret.length !== 32) throw new RangeError('secret must be 32 bytes');
  return `${origin}${PATH}${handle}${secret ? `.${base64url(secret)}` : ''}`;
}

/**
 * Takes a link apart, strictly: exactly `ORIGIN/o#HANDLE` or `ORIGIN/o#HANDLE.SECRET`, each part in its one spelling.
 * Nothing is decoded, trimmed or folded; a percent sign, a query or another path is refused.
 *
 * @param url the link as text
 * @param options `origins`: the exact ASCII origins that are trusted, such as `https://img.trust.example`
 * @throws LinkError `LINK_INVALID` when it is not spelled like a link
 * @throws LinkError `ORIGIN_UNKNOWN` when it is, but for another origin (a look-alike host is another origin)
 * @throws LinkError `HANDLE_INVALID` when the handle is not in its one spelling
 * @throws RangeError when an entry of `origins` is not an origin
 * @example const { handle, secret } = parseLink(location.href, { origins: ['https://img.trust.example'] });
 */
export function parseLink(url: string, options: { origins: readonly string[] }): ParsedLink {
  for (const origin of options.origins)
    if (!isOrigin(origin)) throw new RangeError('origins must be ASCII origins such as https://img.trust.example');
  if (typeof url !== 'string' || url.length > MAX_LINK_CHARACTERS) refuse();
  const at = url.indexOf(PATH);
  const parts = at < 0 ? null : FRAGMENT.exec(url.slice(at + PATH.length));
  if (parts === null) refuse();
  const origin = options.origins.find((one) => one === url.slice(0, at));
  if (origin === undefined) throw new LinkError('ORIGIN_UNKNOWN', 'link is for another origin');
  const handle = parts[1]!;
  parseHandle(handle);
  if (parts[2] === undefined) return { origin, handle };
  const secret = fromBase64url(parts[2]);
  if (secret === null || base64url(secret) !== parts[2]) refuse();
  return { origin, handle, secret };
}

function refuse(): never {
  throw new LinkError('LINK_INVALID', 'link is not in its one spelling');
}
