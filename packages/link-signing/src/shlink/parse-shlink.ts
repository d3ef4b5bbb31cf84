import { fromBase64url, fromUtf8 } from '@wardseal/primitives';
import { LinkError } from '../errors.js';
import { MAX_SHLINK_CHARACTERS, MAX_SHLINK_URL_CHARACTERS, MIN_URL_ENTROPY_CHARACTERS } from './limits.js';

const SCHEME = 'shlink:/';
const FLAG = /^(?:L|P|U|LP|LU)$/;
const LABEL = /^[^\p{Cc}]{0,80}$/u;
const VIEWER = /^https:\/\/[!-~]+#$/;
const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9]\d{0,4})?$/;
/** What the specification leaves to others, and readers ignore. */
const EXTENSION = /^(?:extension|_.*)$/s;

/** A SMART Health Link taken apart. Nothing in it is signed: see docs/spec/shlink.md for what nobody can notice. */
export interface ParsedShlink {
  /** Of the manifest, or with `direct` of the one file; its host is one of `hosts`. */
  readonly url: string;
  /** 32 bytes. */
  readonly key: Uint8Array<ArrayBuffer>;
  /** Whole seconds since 1970; a hint. */
  readonly expires?: number;
  /** Unverified text of whoever made the link. */
  readonly label?: string;
  /** Flag `L`: the files may change. */
  readonly longTerm: boolean;
  /** Flag `P`. */
  readonly passcode: boolean;
  /** Flag `U`: one file and no manifest. */
  readonly direct: boolean;
}

/** What a link is measured by. */
export interface ParseShlinkOptions {
  /** Hosts that may be asked, such as `shl.hospital.example`, or with a port `shl.hospital.example:8443`. */
  readonly hosts: readonly string[];
  /** Addresses that may stand before the link, such as `https://viewer.example#`. Default: none. */
  readonly viewers?: readonly string[];
}

function refuse(claim?: string): never {
  throw new LinkError(
    'SHLINK_INVALID',
    'SMART Health Link is not in its one form',
    claim === undefined ? {} : { claim },
  );
}

/** Throws RangeError unless every entry is a host, so that a slip of the pen is not a list that allows nothing or all. */
function checkOptions({ hosts, viewers = [] }: ParseShlinkOptions): void {
  if (hosts.length === 0 || !hosts.every((host) => HOST.test(host))) throw new RangeError('hosts must be lower-case hosts, at least one'); // biome-ignore format: one rule
  if (!viewers.every((viewer) => VIEWER.test(viewer)))
    throw new RangeError('viewers must be https addresses with a # at their end');
}

/**
 * An address that may be asked: https, in its one spelling, no user, no fragment, and its host in the list.
 * Throws LinkError `ORIGIN_UNKNOWN` for another host; null for what is no such address.
 */
export function allowedUrl(text: unknown, hosts: readonly string[]): URL | null {
  if (typeof text !== 'string' || !/^https:\/\/[!-~]+$/.test(text) || /[\\#@|^`{}<>"]/.test(text)) return null;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  if (url.href !== text || url.username !== '' || url.password !== '') return null;
  if (!hosts.includes(url.host)) throw new LinkError('ORIGIN_UNKNOWN', 'link is for a host that is not in the list');
  return url;
}

/** ASCII alone, as some writers of JSON have it. */
function escaped(json: string): string {
  return json.replaceAll(/[\u007f-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The payload's properties. Minified JSON in one spelling has no room for a property twice, a blank or another escape. */
function payloadOf(text: string): Record<string, unknown> {
  const bytes = fromBase64url(text);
  const json = bytes && fromUtf8(bytes);
  if (json === null) refuse();
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    refuse();
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse();
  const minified = JSON.stringify(value);
  return json === minified || json === escaped(minified) ? (value as Record<string, unknown>) : refuse();
}

/**
 * Takes a SMART Health Link apart, strictly: one spelling of the base64url and of the JSON, known properties and flags only.
 * The specification tells readers to ignore what they do not know; here that is refused, because the payload is unsigned and
 * a changed letter in `exp` or in a flag would else pass as something unknown. Extensions (`_name`, `extension`) are ignored.
 *
 * @param uri `shlink:/...`, or one of `viewers` with it behind
 * @param options whom to believe
 * @throws LinkError `SHLINK_INVALID` (`claim`) when it is not in its one form
 * @throws LinkError `ORIGIN_UNKNOWN` when its host is not in `hosts`
 * @throws RangeError when an entry of `hosts` or `viewers` is none
 * @example const { url, label } = parseShlink(uri, { hosts: ['shl.hospital.example'] });
 */
export function parseShlink(uri: string, options: ParseShlinkOptions): ParsedShlink {
  checkOptions(options);
  if (typeof uri !== 'string' || uri.length > MAX_SHLINK_CHARACTERS) refuse();
  const viewer = options.viewers?.find((one) => uri.startsWith(`${one}${SCHEME}`)) ?? '';
  const bare = uri.slice(viewer.length);
  if (!bare.startsWith(SCHEME)) refuse();
  const { url, key, exp, flag, label, v, ...rest } = payloadOf(bare.slice(SCHEME.length));
  for (const name of Object.keys(rest)) if (!EXTENSION.test(name)) refuse('unknown property');
  if (v !== undefined && v !== 1) refuse('v');
  if (flag !== undefined && !(typeof flag === 'string' && FLAG.test(flag))) refuse('flag');
  if (label !== undefined && !(typeof label === 'string' && LABEL.test(label))) refuse('label');
  if (exp !== undefined && !(Number.isSafeInteger(exp) && (exp as number) > 0)) refuse('exp');
  const secret = typeof key === 'string' && key.length === 43 ? fromBase64url(key) : null;
  if (secret === null) refuse('key');
  if (typeof url !== 'string' || url.length > MAX_SHLINK_URL_CHARACTERS) refuse('url');
  const { pathname, search } = allowedUrl(url, options.hosts) ?? refuse('url');
  // 256 bits that nobody guesses are demanded; fewer characters than this cannot hold them.
  if (pathname.length - 1 + search.length < MIN_URL_ENTROPY_CHARACTERS) refuse('url');
  const flags = flag ?? '';
  return {
    url,
    key: secret,
    ...(exp !== undefined && { expires: exp as number }),
    ...(label !== undefined && { label }),
    longTerm: flags.includes('L'),
    passcode: flags.includes('P'),
    direct: flags.includes('U'),
  };
}
