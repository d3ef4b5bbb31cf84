import { asBytes, base64url, hex, randomBytes, utf8 } from '@wardseal/primitives';
import type { Purpose } from '../claims.js';
import { LinkError } from '../errors.js';
import { stored } from '../guard.js';
import type { Issuer } from '../issuer.js';
import type { Prepared } from '../prepare.js';
import type { Awaitable } from '../store.js';
import type { ShlinkEvent } from './events.js';
import { sealJwe } from './jwe.js';
import {
  MAX_SHLINK_BYTES,
  MAX_SHLINK_FILES,
  MAX_SHLINK_URL_CHARACTERS,
  MIN_SHLINK_USES,
  SHLINK_LABEL,
} from './limits.js';
import type { ShlinkStore } from './manifest-store.js';
import { checkPictures, type ShlinkPicture } from './pictures.js';
import { sealManifest } from './sealed-manifest.js';

/** Where manifests are served, below the origin. */
export const MANIFEST_PATH = '/m/';
const FHIR = 'application/fhir+json';
const IV_BYTES = 12;

/** A FHIR resource as JSON: a photograph is a `Binary` or the attachment of a `DocumentReference` or `Media`. */
export interface FhirResource {
  readonly resourceType: string;
  readonly [element: string]: unknown;
}

/** What is to be shared. As with every link there is no field for a name, a number or a free text outside the sealed files. */
export interface ShlinkRequest {
  /** From `issuer.prepare()`, drawn before the pictures are marked: its `cti` is what the share mark names. */
  readonly prepared: Prepared;
  /** One file each, 1 to 32, 16 MiB of JSON at most together. */
  readonly resources: readonly FhirResource[];
  /**
   * Asked about every picture in the resources, on the very bytes that are about to be sealed: read the share mark and
   * compare. Anything but `true` stops the export. There is no default, so it cannot be forgotten.
   */
  readonly marked: (picture: ShlinkPicture) => Awaitable<boolean>;
  /** One of the issuer's origins. */
  readonly origin: string;
  /** Whole seconds since 1970, at most 24 hours ahead. */
  readonly expires: number;
  /** 2 to 100. */
  readonly maxUses: number;
  readonly purpose: Purpose;
  /** A client of strangers can show a passcode and nothing above it. */
  readonly binding: 'bearer' | 'passcode';
  /** With binding `passcode`, and only then. */
  readonly passcode?: string;
  readonly issuerUser: Uint8Array;
  readonly recipient?: Uint8Array;
  readonly policy?: { digest: Uint8Array; revision: number };
  /** Whether to deflate before sealing: a photograph in JSON then costs 1.4 instead of 1.8 times its size. Default false. */
  readonly compress?: boolean;
}

/** What an export works with. */
export interface ShlinkOptions {
  readonly store: ShlinkStore;
  /** Must resolve only when the entry is durable: nothing leaves before. */
  readonly audit: (event: ShlinkEvent) => Awaitable<unknown>;
  /** A secure generator. Default: the platform's. */
  readonly random?: (length: number) => Uint8Array;
  /** Whole seconds since 1970. Default: the system clock. */
  readonly clock?: () => number;
}

/** A minted SMART Health Link. */
export interface Shlink {
  /** `shlink:/...`. It holds the key: never log it, and no server needs it. */
  readonly uri: string;
  /** 32 bytes; safe to log. `issuer.revoke({ id })` takes the link back. */
  readonly id: Uint8Array<ArrayBuffer>;
  /** The signed grant, for the audit log (`link.create`). */
  readonly grant: Uint8Array<ArrayBuffer>;
  /** For `issuer.inspect`. */
  readonly handle: string;
}

function refuse(claim: string): never {
  throw new LinkError('CLAIMS_REFUSED', `claim \`${claim}\` is missing, unknown or not allowed`, { claim });
}

/** The resources as the text that is sealed; what is checked is read back from it. */
function textsOf(resources: readonly FhirResource[]): string[] {
  if (!Array.isArray(resources) || resources.length < 1 || resources.length > MAX_SHLINK_FILES) refuse('resources');
  const texts = resources.map((resource) => JSON.stringify(resource) ?? 'null');
  if (texts.reduce((sum, text) => sum + text.length, 0) > MAX_SHLINK_BYTES) refuse('resources');
  return texts;
}

/** Seals each resource under a new key; the initialisation vectors are a counter, so that none repeats. */
async function sealFiles(texts: readonly string[], key: Uint8Array, compress: boolean): Promise<string[]> {
  const files: string[] = [];
  for (const [index, text] of texts.entries()) {
    const iv = new Uint8Array(IV_BYTES);
    iv[IV_BYTES - 1] = index + 1;
    files.push(await sealJwe(utf8(text), { key, iv, contentType: FHIR, compress }));
  }
  return files;
}

/**
 * Exports pictures as a SMART Health Link: one that any client of that specification opens, without this package. Its key
 * travels in the link, so it is weaker than a link of ours, and off unless the issuer was made with `allowShlink`. The sealed
 * files are kept under the link's server share, so that nobody opens them once the link is used up, revoked or expired, not
 * even with the key. The export is logged before the link is given out.
 * Source: SMART Health Cards and Links 1.0.0 (HL7), "Links Specification"; docs/spec/shlink.md.
 *
 * @param issuer the one whose `prepare` drew `request.prepared`
 * @param request what to share, with whom, how often and until when
 * @param options where the sealed manifest goes, and the audit hook
 * @throws LinkError `SHLINK_DISABLED` when the issuer does not allow it
 * @throws LinkError `SHLINK_UNMARKED` when `marked` did not answer `true` for a picture, or one cannot be checked
 * @throws LinkError `CLAIMS_REFUSED` (`claim`), `CTI_UNPREPARED`, `CTI_USED`, `STORE_FAILED`: as of `issuer.grant`
 * @throws LinkError `AUDIT_FAILED` when the audit hook fails: the link is revoked again
 * @throws RangeError when the manifest's address is longer than 128 characters
 * @example const { uri } = await toShlink(issuer, request, { store, audit });
 */
export async function toShlink(
  issuer: Pick<Issuer, 'allowsShlink' | 'grant' | 'revoke'>,
  request: ShlinkRequest,
  options: ShlinkOptions,
): Promise<Shlink> {
  if (issuer.allowsShlink !== true) throw new LinkError('SHLINK_DISABLED', 'issuer does not allow SMART Health Links');
  const { prepared, resources, marked, origin, compress = false, ...claims } = request;
  const { store, audit, random = randomBytes, clock = () => Math.floor(Date.now() / 1000) } = options;
  if (typeof marked !== 'function') throw new TypeError('marked must be a function');
  if (!(claims.maxUses >= MIN_SHLINK_USES)) refuse('maxUses');
  if (claims.binding !== 'bearer' && claims.binding !== 'passcode') refuse('binding');

  const texts = textsOf(resources);
  const pictures: string[] = [];
  for (const text of texts) {
    const resource: unknown = JSON.parse(text);
    const type =
      typeof resource === 'object' && resource !== null && (resource as { resourceType?: unknown }).resourceType;
    if (typeof type !== 'string' || !/^[A-Z][A-Za-z]{1,63}$/.test(type)) refuse('resources');
    pictures.push(...(await checkPictures(resource, prepared.cti, marked)));
  }

  const key = asBytes(random(32));
  const files = await sealFiles(texts, key, compress);
  const manifest = { files: files.map((embedded) => ({ contentType: FHIR, embedded, status: 'finalized' })) };
  const longest = Math.max(...files.map(({ length }) => length));
  const sealed = await sealManifest(utf8(JSON.stringify(manifest)), longest, prepared);
  const object = sealed.object;
  const { grant, id, handle } = await issuer.grant({
    ...claims,
    object,
    cti: prepared.cti,
    audience: origin,
    permissions: ['view'],
  });
  try {
    const url = `${origin}${MANIFEST_PATH}${handle}`;
    if (url.length > MAX_SHLINK_URL_CHARACTERS)
      throw new RangeError(`address of the manifest must be at most ${MAX_SHLINK_URL_CHARACTERS} characters`);
    const { expires, maxUses, purpose, binding } = claims;
    await stored(() => store.put(id, sealed.bytes, expires));
    const facts = { link: hex(id), object: hex(object), pictures, maxUses, expires, purpose, binding, at: clock() };
    try {
      await audit({ type: 'shlink.export', ...facts });
    } catch (cause) {
      throw new LinkError('AUDIT_FAILED', 'export could not be logged, so the link is revoked', { cause });
    }
    const flag = binding === 'passcode' ? { flag: 'P' } : {};
    const payload = { url, key: base64url(key), exp: expires, ...flag, label: SHLINK_LABEL, v: 1 };
    return { uri: `shlink:/${base64url(utf8(JSON.stringify(payload)))}`, id, grant, handle };
  } catch (error) {
    // Whatever was not finished must not stay open.
    await issuer.revoke({ id });
    throw error;
  }
}
