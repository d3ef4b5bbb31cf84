import { fromUtf8 } from '@wardseal/primitives';
import { gone, LinkError } from '../errors.js';
import { type Fetch, guardedFetch, within } from './guarded-fetch.js';
import { openJwe } from './jwe.js';
import { MAX_ANSWER_BYTES, MAX_SHLINK_BYTES, MAX_SHLINK_FILES, SHLINK_SECONDS } from './limits.js';
import { allowedUrl, type ParsedShlink, type ParseShlinkOptions, parseShlink } from './parse-shlink.js';

// An access token to somebody's record (`application/smart-api-access`) is no file to be imported.
const TYPES = ['application/fhir+json', 'application/smart-health-card'] as const;

/** How to ask. */
export interface FromShlinkOptions extends ParseShlinkOptions {
  /** The platform's `fetch`, or one behind your egress proxy; its `Response` has the `url` that was asked for, or none. */
  readonly fetch: Fetch;
  /** Who asks, as the sharer is shown it: the organisation's name. */
  readonly recipient: string;
  readonly passcode?: string;
  /** Whole seconds since 1970. Default: the system clock. */
  readonly now?: number;
  /** Seconds that all of it may take, 1 to 30. Default 30. */
  readonly seconds?: number;
}

/** One file of a link. */
export interface ShlinkFile {
  readonly contentType: (typeof TYPES)[number];
  /** Parsed JSON: a FHIR resource, or an object with `verifiableCredential`. Unverified content of strangers. */
  readonly content: Readonly<Record<string, unknown>>;
}

/** What an import brings. */
export interface ImportedShlink {
  readonly files: readonly ShlinkFile[];
  /** Unverified text of whoever made the link. */
  readonly label?: string;
  /** The host that answered. */
  readonly host: string;
}

/** What is asked with, and how many inflated bytes may still come. */
interface Import {
  readonly link: ParsedShlink;
  readonly options: FromShlinkOptions;
  readonly signal: AbortSignal;
  /** Sealed bytes that may still come. */
  answerBytes: number;
  /** Inflated bytes that may still come. */
  plainBytes: number;
}

function invalid(why: string): never {
  throw new LinkError('SHLINK_ANSWER_INVALID', why);
}

function parsed(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    invalid('the answer is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) invalid('the answer is not a JSON object');
  return value as Record<string, unknown>;
}

async function ask(of: Import, url: string, init: RequestInit): Promise<string> {
  const { status, type, text } = await guardedFetch(
    of.options.fetch,
    url,
    { ...init, signal: of.signal },
    of.answerBytes,
  );
  of.answerBytes -= text.length;
  if (status === 404) throw gone('unknown');
  if (status === 401) {
    const { remainingAttempts } = parsed(text);
    const told = Number.isSafeInteger(remainingAttempts) && (remainingAttempts as number) >= 0;
    const facts = told ? { remaining: remainingAttempts as number } : {};
    throw new LinkError('PASSCODE_REFUSED', 'passcode is missing or wrong', facts);
  }
  if (status !== 200) throw new LinkError('SHLINK_FETCH_FAILED', `the host answered with status ${status}`);
  const wanted = init.method === 'POST' ? 'application/json' : 'application/jose';
  // Stores of plain files know the type of a JWE no better than as text or bytes.
  if (type !== wanted && (init.method === 'POST' || type === 'text/html')) invalid('the answer is of another type');
  return text;
}

async function openFile(of: Import, jwe: string, said?: unknown): Promise<ShlinkFile> {
  const opened = await openJwe(jwe, of.link.key, of.plainBytes);
  if (opened === null) invalid('a file does not open, or is too long');
  of.plainBytes -= opened.plaintext.length;
  const contentType = TYPES.find((type) => type === opened.contentType);
  if (contentType === undefined || (said !== undefined && said !== contentType)) invalid('a file is of another type');
  const content = parsed(fromUtf8(opened.plaintext) ?? invalid('a file is not text'));
  const right =
    contentType === 'application/fhir+json'
      ? typeof content['resourceType'] === 'string'
      : Array.isArray(content['verifiableCredential']);
  return right ? { contentType, content } : invalid('a file is not what its type says');
}

async function fileOf(of: Import, entry: unknown): Promise<ShlinkFile> {
  if (typeof entry !== 'object' || entry === null) invalid('a file of the manifest is not an object');
  const { contentType, embedded, location } = entry as Record<string, unknown>;
  if (typeof contentType !== 'string') invalid('a file of the manifest has no type');
  if (typeof embedded === 'string' && location === undefined) return openFile(of, embedded, contentType);
  if (embedded !== undefined || typeof location !== 'string')
    invalid('a file has neither one content nor one location');
  const url = allowedUrl(location, of.options.hosts) ?? invalid('a file is at no address that may be asked');
  return openFile(of, (await ask(of, url.href, { method: 'GET' })).trim(), contentType);
}

async function importAll(of: Import): Promise<ShlinkFile[]> {
  const { link, options } = of;
  const { recipient, passcode } = options;
  if (link.direct) {
    const url = new URL(link.url);
    url.searchParams.set('recipient', recipient);
    return [await openFile(of, (await ask(of, url.href, { method: 'GET' })).trim())];
  }
  const body = JSON.stringify({ recipient, ...(link.passcode && { passcode }), embeddedLengthMax: MAX_ANSWER_BYTES });
  const headers = { 'content-type': 'application/json' };
  const { files } = parsed(await ask(of, link.url, { method: 'POST', headers, body }));
  if (!Array.isArray(files) || files.length < 1 || files.length > MAX_SHLINK_FILES)
    invalid(`the manifest does not list 1 to ${MAX_SHLINK_FILES} files`);
  const opened: ShlinkFile[] = [];
  for (const entry of files) opened.push(await fileOf(of, entry));
  return opened;
}

/**
 * Imports what a SMART Health Link of somebody else leads to. A link is an address that a stranger chose: only hosts in the
 * list are asked, by https, without redirects, within 30 seconds and 24 MiB, 16 MiB after inflating.
 * Source: SMART Health Cards and Links 1.0.0 (HL7), "Links Specification"; RFC 7516; RFC 1951.
 *
 * @param uri `shlink:/...`
 * @param options whom to believe and how to ask
 * @returns the files, decrypted and parsed. That they decrypt shows that the link's maker sealed them, not who that is
 * @throws LinkError `SHLINK_INVALID` (`claim`), `ORIGIN_UNKNOWN`: as of `parseShlink`; nothing was asked
 * @throws LinkError `LINK_GONE` when the link says it is over (`reason` `expired`), or the host does not know it (`unknown`)
 * @throws LinkError `PASSCODE_REFUSED` (`remaining`) when the passcode is missing or wrong
 * @throws LinkError `SHLINK_FETCH_FAILED` when the host does not answer as it should: too late, too long, elsewhere
 * @throws LinkError `SHLINK_ANSWER_INVALID` when the manifest or a file is not what the specification says
 * @throws RangeError when `hosts`, `viewers`, `recipient`, `now` or `seconds` is out of range
 * @example const { files } = await fromShlink(uri, { fetch, hosts: ['shl.hospital.example'], recipient: 'Leeds Example Hospitals' });
 */
export async function fromShlink(uri: string, options: FromShlinkOptions): Promise<ImportedShlink> {
  const { recipient, seconds = SHLINK_SECONDS, now = Math.floor(Date.now() / 1000), passcode } = options;
  if (typeof recipient !== 'string' || recipient.trim() === '') throw new RangeError('recipient must be a text');
  if (!(seconds >= 1 && seconds <= SHLINK_SECONDS)) throw new RangeError(`seconds must be 1 to ${SHLINK_SECONDS}`);
  if (!(Number.isInteger(now) && now >= 0 && now <= 0xffff_ffff))
    throw new RangeError('now must be whole seconds since 1970');
  const link = parseShlink(uri, options);
  if (link.expires !== undefined && now >= link.expires) throw gone('expired');
  if (link.passcode && !passcode) throw new LinkError('PASSCODE_REFUSED', 'passcode is missing or wrong');
  const files = await within(seconds, (signal) =>
    importAll({ link, options, signal, answerBytes: MAX_ANSWER_BYTES, plainBytes: MAX_SHLINK_BYTES }),
  );
  return { files, host: new URL(link.url).host, ...(link.label !== undefined && { label: link.label }) };
}
