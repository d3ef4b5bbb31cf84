import { base64url, fromBase64url } from '@wardseal/primitives';
import { isOrigin } from '../claims.js';
import { LinkError } from '../errors.js';
import { parseHandle } from '../handle.js';
import { MAX_LINK_CHARACTERS } from '../limits.js';

const PATH = '/u#';
const FRAGMENT = /^([A-Za-z0-9_-]{76})\.([A-Za-z0-9_-]{43})$/;

/** An upload link taken apart. */
export interface ParsedUploadLink {
  /** The entry of `origins` it matched. */
  origin: string;
  /** 76 characters; not verified. It carries the grant's digest, and so pins team, purpose and end as well. */
  handle: string;
  /** Thumbprint (RFC 7638) of the organisation root's key, 43 characters: whose directory may be sealed to. */
  root: string;
}

function isThumbprint(text: string): boolean {
  const data = fromBase64url(text);
  return data !== null && data.length === 32 && base64url(data) === text;
}

/**
 * Writes an upload link, `ORIGIN/u#HANDLE.ROOT`.
 *
 * @param origin the audience of the grant
 * @param handle of an upload grant, 76 characters
 * @param root thumbprint (RFC 7638) of the organisation root's key, 43 characters of base64url
 * @throws RangeError when `origin` is not an origin or `root` not a thumbprint
 * @throws LinkError `HANDLE_INVALID` when the handle is not in its one spelling
 * @example const url = uploadLink('https://img.trust.example', handle, rootThumbprint);
 */
export function uploadLink(origin: string, handle: string, root: string): string {
  if (!isOrigin(origin)) throw new RangeError('origin must be an ASCII origin such as https://img.trust.example');
  if (typeof root !== 'string' || !isThumbprint(root))
    throw new RangeError('root must be a thumbprint of 43 characters');
  parseHandle(handle);
  return `${origin}${PATH}${handle}.${root}`;
}

/**
 * Takes an upload link apart, strictly: exactly `ORIGIN/u#HANDLE.ROOT`, each part in its one spelling. Nothing is decoded,
 * trimmed or folded. A link without a root is refused: the browser would seal to whomever the server names.
 *
 * @param url the link as text
 * @param options `origins`: the exact ASCII origins that are trusted
 * @throws LinkError `LINK_INVALID` when it is not spelled like an upload link; a link to open is none
 * @throws LinkError `ORIGIN_UNKNOWN` when it is, but for another origin
 * @throws LinkError `HANDLE_INVALID` when the handle is not in its one spelling
 * @throws RangeError when an entry of `origins` is not an origin
 * @example const { handle, root } = parseUploadLink(location.href, { origins: ['https://img.trust.example'] });
 */
export function parseUploadLink(url: string, options: { origins: readonly string[] }): ParsedUploadLink {
  for (const origin of options.origins)
    if (!isOrigin(origin)) throw new RangeError('origins must be ASCII origins such as https://img.trust.example');
  if (typeof url !== 'string' || url.length > MAX_LINK_CHARACTERS) refuse();
  const at = url.indexOf(PATH);
  const parts = at < 0 ? null : FRAGMENT.exec(url.slice(at + PATH.length));
  if (parts === null) refuse();
  const origin = options.origins.find((one) => one === url.slice(0, at));
  if (origin === undefined) throw new LinkError('ORIGIN_UNKNOWN', 'link is for another origin');
  const [handle, root] = [parts[1]!, parts[2]!];
  parseHandle(handle);
  if (!isThumbprint(root)) refuse();
  return { origin, handle, root };
}

function refuse(): never {
  throw new LinkError('LINK_INVALID', 'link is not in its one spelling');
}
