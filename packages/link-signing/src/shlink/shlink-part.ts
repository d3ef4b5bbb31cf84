import { equal, fromUtf8, hex } from '@wardseal/primitives';
import { createRedeemer, openAnswer } from '../answer.js';
import type { Claims } from '../claims.js';
import { gone as goneError, LinkError } from '../errors.js';
import { jsonAnswer, methodAnswer } from '../handler/headers.js';
import { RefusedRequest } from '../handler/json-request.js';
import type { HandlerOptions } from '../handler/options.js';
import { gone, refused } from '../handler/refusal.js';
import type { Issuer } from '../issuer.js';
import type { RedeemRequest } from '../redeem.js';
import type { ShlinkDisclosure } from './events.js';
import { readManifestRequest } from './manifest-request.js';
import { longestFile, manifestDigest, openManifest } from './sealed-manifest.js';
import { MANIFEST_PATH, type ShlinkOptions } from './to-shlink.js';

// Clients of strangers are pages of other origins as well; no cookie and no other credential is ever read here.
const ANY_ORIGIN = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };
const PREFLIGHT = {
  ...ANY_ORIGIN,
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'content-type',
  'access-control-max-age': '86400',
};

/** What the part is made of, besides an issuer. */
export interface ShlinkPartOptions extends ShlinkOptions, Pick<HandlerOptions, 'authorize' | 'context' | 'onEvent'> {}

/** Answers every request below `/m/`, and never rejects. */
export type ShlinkPart = (request: Request) => Promise<Response>;

/** What a client is told that asks for shorter files than there are; no use is taken. */
class TooLong extends RefusedRequest {
  constructor() {
    super(422, 'embedded-length');
  }
}

/** What the outside sees of an error: `authorize` is where the manifest is looked for, and what is found there comes wrapped. */
function asSeen(error: unknown): unknown {
  if (!(error instanceof LinkError)) return error;
  const { code, cause } = error;
  if (code === 'DENIED' && (cause instanceof LinkError || cause instanceof RefusedRequest)) return cause;
  // A link that is bound to a key is none of these.
  return code === 'EVIDENCE_REFUSED' ? goneError('unknown', error) : error;
}

async function logged(audit: ShlinkOptions['audit'], event: ShlinkDisclosure): Promise<void> {
  try {
    await audit(event);
  } catch (cause) {
    throw new LinkError('AUDIT_FAILED', 'disclosure could not be logged, so nothing is released', { cause });
  }
}

/**
 * Makes the part of a handler that serves SMART Health Links: `POST /m/HANDLE` with `{recipient, passcode?,
 * embeddedLengthMax?}`. Each answer takes one use and is logged twice before it goes out, as `link.open` by the issuer and as
 * `shlink.disclose` by `options.audit`. Nothing else takes a use, and no file is served in any other way.
 *
 * 404 for links that are unknown, expired, revoked, used up or locked; 401 `{remainingAttempts}` for a missing or wrong
 * passcode; 403 when `authorize` denies; 422 when a file is longer than `embeddedLengthMax`; 503 when a store or a hook failed.
 *
 * @param issuer one that was made with `allowShlink`
 * @param options the store and audit hook that `toShlink` has, and the policy
 * @returns a function for `createHandler({ shlink })`, or to be mounted at `/m/` without stripping the path
 * @throws LinkError `SHLINK_DISABLED` when the issuer does not allow it
 * @throws TypeError when `authorize` or `audit` is missing
 * @example const handle = createHandler(issuer, { ...options, shlink: shlinkPart(issuer, { store, audit, authorize }) });
 */
export function shlinkPart(issuer: Pick<Issuer, 'allowsShlink' | 'redeem'>, options: ShlinkPartOptions): ShlinkPart {
  if (issuer.allowsShlink !== true) throw new LinkError('SHLINK_DISABLED', 'issuer does not allow SMART Health Links');
  if (typeof options.authorize !== 'function') throw new TypeError('authorize must be a function');
  if (typeof options.audit !== 'function') throw new TypeError('audit must be a function');
  return async (request) => {
    const { pathname } = new URL(request.url);
    const found = pathname.startsWith(MANIFEST_PATH) && !request.url.includes('?');
    if (request.method === 'OPTIONS') return with_(methodAnswer(204, 'POST, OPTIONS'), PREFLIGHT);
    if (request.method !== 'POST') return methodAnswer(405, 'POST, OPTIONS');
    const answer = found ? await postManifest(issuer, options, request, pathname.slice(MANIFEST_PATH.length)) : gone();
    return with_(answer, ANY_ORIGIN);
  };
}

function with_(answer: Response, headers: Readonly<Record<string, string>>): Response {
  for (const [name, value] of Object.entries(headers)) answer.headers.set(name, value);
  return answer;
}

async function postManifest(
  issuer: Pick<Issuer, 'redeem'>,
  options: ShlinkPartOptions,
  request: Request,
  handle: string,
): Promise<Response> {
  const { store, audit, clock = () => Math.floor(Date.now() / 1000) } = options;
  let context: unknown;
  try {
    context = options.context?.(request);
    const { recipient, passcode, embeddedLengthMax } = await readManifestRequest(request);
    const found: { bytes?: Uint8Array; claims?: Claims; link?: Uint8Array } = {};
    const authorize: RedeemRequest['authorize'] = async (facts) => {
      const bytes = await store.get(facts.link);
      // A link of another kind, or a manifest that somebody changed.
      if (bytes === null) throw goneError('unknown');
      if (!equal(await manifestDigest(bytes), facts.claims.object)) throw goneError('tampered');
      if (longestFile(bytes) > embeddedLengthMax) throw new TooLong();
      Object.assign(found, { bytes, claims: facts.claims, link: facts.link });
      return options.authorize(facts);
    };
    const redeemer = await createRedeemer(options.random && { random: options.random });
    const { sealed, use, of, obligations } = await issuer.redeem(handle, {
      ephemeralKey: redeemer.publicKey,
      ...(passcode !== undefined && { passcode }),
      context,
      authorize,
    });
    const { share, cti } = await openAnswer(sealed, redeemer.secretKey, handle);
    const { bytes, claims, link } = found;
    const manifest = share && bytes && (await openManifest(bytes, { share, cti }));
    if (!manifest || !claims || !link) throw goneError('tampered');
    const { purpose, binding, object } = claims;
    const facts = {
      link: hex(link),
      object: hex(object),
      use,
      of,
      purpose,
      binding,
      obligations,
      at: clock(),
      context,
    };
    await logged(audit, { type: 'shlink.disclose', ...facts, ...(recipient !== undefined && { recipient }) });
    return jsonAnswer(200, JSON.parse(fromUtf8(manifest) ?? ''));
  } catch (error) {
    const seen = asSeen(error);
    const answer = await refused(seen, { route: 'manifest', context, handle }, options);
    const wrong = seen instanceof LinkError && seen.code === 'PASSCODE_REFUSED';
    return wrong ? jsonAnswer(401, { remainingAttempts: seen.remaining ?? 0 }) : answer;
  }
}
