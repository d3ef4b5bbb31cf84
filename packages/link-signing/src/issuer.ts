import { randomBytes } from '@wardseal/primitives';
import { adoptGrant } from './adopt.js';
import { type Binding, isIssuerName, isOrigin, type Purpose } from './claims.js';
import { type Envelope, envelope } from './codec/cose.js';
import { checkNow } from './grant.js';
import { type InspectedLink, inspectLink } from './inspect.js';
import { type GrantRequest, type IssuedLink, issueGrant } from './issue.js';
import { grantKid, importKeySet, importTagKeys, type KeySet, type Signer, type TagKey, type TagKeySet, type VerificationKey } from './keys.js'; // biome-ignore format: one list
import { MAX_BEARER_SECONDS, MAX_PASSCODE_FAILURES, MAX_RECIPIENT_SECONDS, MAX_USES } from './limits.js';
import { PASSCODE_COST, type PasscodeCost } from './passcode.js';
import { type Prepared, prepareShare } from './prepare.js';
import { makeNonce } from './proof/nonce.js';
import { type Redeemed, type RedeemRequest, redeemLink } from './redeem.js';
import { revokeLinks } from './revoke.js';
import type { Awaitable, EraseStore, LinkStore, RevokeBy } from './store.js';
import { sweepLinks } from './sweep.js';
import { type Uploads, uploadsOf } from './upload/uploads.js';

/** One opening, for the audit log. `id` is the same for a repeated opening, so that a log can leave the second out. */
export interface OpenEvent {
  readonly type: 'link.open';
  /** 64 hexadecimal digits. */
  readonly id: string;
  /** The link's id (a digest), as hexadecimal digits; safe to log. */
  readonly link: string;
  /** Which opening of the link it was (a digest of its ephemeral key), as hexadecimal digits; `replay` counts by it. */
  readonly opening: string;
  /** The object's digest, as hexadecimal digits. */
  readonly object: string;
  readonly use: number;
  readonly of: number;
  readonly purpose: Purpose;
  readonly binding: Binding;
  /** Whether this opening was taken before and is only answered again. */
  readonly repeated: boolean;
  /** Whole seconds since 1970. */
  readonly at: number;
  /** What the caller gave to `redeem`. */
  readonly context: unknown;
  /** Of a delegated link: the ids of the links it comes from, its parent's first, as hexadecimal digits. */
  readonly delegatedFrom?: readonly string[];
}

/** What a check of evidence is told about the link. */
export interface EvidenceFacts {
  readonly link: Uint8Array;
  readonly required: Binding;
  readonly recipientKey?: Uint8Array;
  readonly recipient?: Uint8Array;
  /** The opener's one-opening key: a proof must cover it, or it could be moved to another request. */
  readonly ephemeralKey: Uint8Array;
  readonly context: unknown;
}

/** What verified evidence shows. */
export interface ShownBinding {
  readonly level: Binding;
  /** The key that was shown, as the SHA-256 thumbprint of its COSE key (RFC 9679). */
  readonly recipientKey?: Uint8Array;
}

/** Limits that an issuer may lower, never raise. */
export interface IssuerLimits {
  readonly recipientSeconds: number;
  readonly bearerSeconds: number;
  readonly maxUses: number;
  readonly passcodeFailures: number;
}

/** What an issuer is made of. */
export interface IssuerOptions {
  /** The name in its grants: a lower-case DNS name. */
  readonly issuer: string;
  /** The origins that redeem; the first is the default audience. */
  readonly origins: readonly string[];
  readonly signer: Signer;
  /** Keys of earlier grants that are still good; the signer's own is added. */
  readonly verificationKeys?: readonly VerificationKey[];
  readonly tagKeys: readonly TagKey[];
  readonly store: LinkStore;
  /** Where the keys of server shares live and die. */
  readonly shares: EraseStore;
  /** Logs an opening before anything is released; its result comes back as `receipt`. When it fails, nothing is released. */
  readonly audit: (event: OpenEvent) => Awaitable<unknown>;
  /** Whether a proof must have a nonce of `proofNonce`. Default true; without it a key borrowed for a minute can sign ahead. */
  readonly requireProofNonce?: boolean;
  /** Checks evidence of bindings above `passcode` other than a proof; null refuses. Without it such links do not open. */
  readonly verifyEvidence?: (evidence: unknown, facts: EvidenceFacts) => Awaitable<ShownBinding | null>;
  /** Whole seconds since 1970; anything else is a RangeError and opens nothing. Default: the system clock. */
  readonly clock?: () => number;
  /** A secure generator. Default: the platform's. */
  readonly random?: (length: number) => Uint8Array;
  readonly limits?: Partial<IssuerLimits>;
  /** Whether links may leave as SMART Health Links (`@wardseal/link-signing/shlink`), whose key any client has. Default false. */
  readonly allowShlink?: boolean;
  /** Default `PASSCODE_COST`; lower it in tests only. */
  readonly passcodeCost?: PasscodeCost;
}

/** Options, checked and imported. */
export interface IssuerState extends Omit<IssuerOptions, 'tagKeys' | 'limits'> {
  readonly envelope: Envelope;
  readonly keySet: KeySet;
  readonly tagKeys: TagKeySet;
  readonly clock: () => number;
  readonly random: (length: number) => Uint8Array;
  readonly limits: IssuerLimits;
  readonly passcodeCost: PasscodeCost;
  /** Passcode checks under way, one at a time a link. */
  readonly checking: Map<string, Promise<unknown>>;
}

/** Mints links, opens them exactly as often as granted, and takes them back. */
export interface Issuer {
  /** Whether `toShlink` and `shlinkPart` work with this issuer. */
  readonly allowsShlink: boolean;
  /**
   * Draws a `cti` and a server share before sealing: `linkKey` makes the file's key from them and the link's own secret.
   * The share waits one hour for its grant.
   * @throws LinkError `STORE_FAILED`
   * @example const { cti, share } = await issuer.prepare();
   */
  prepare(): Promise<Prepared>;
  /**
   * Mints a grant and its link.
   * @throws LinkError `CLAIMS_REFUSED` (`claim`) when the schema refuses the request
   * @throws LinkError `CTI_UNPREPARED` when its `cti` was not prepared here or waited too long, `CTI_USED` when it has its grant
   * @throws LinkError `STORE_FAILED`
   * @example const { link } = await issuer.grant(request);
   */
  grant(request: GrantRequest): Promise<IssuedLink>;
  /**
   * Stores a delegated grant (`delegate`) under the link it comes from, which must be alive, and gives its handle. Adopting
   * the same grant again gives the same handle. No use is taken.
   * @throws LinkError `DELEGATION_REFUSED` (`claim`) when it is wider than its parent or not signed by the parent's key
   * @throws LinkError `ENCODING_INVALID`, `GRANT_INVALID`, `GRANT_UNTRUSTED` when it is not a delegated grant or wrongly signed
   * @throws LinkError `LINK_GONE` when a grant it comes from is unknown, expired, revoked or exhausted (`reason`)
   * @throws LinkError `CTI_USED` when another grant has its `cti`; `STORE_FAILED`
   * @example const { handle } = await issuer.adopt(child);
   */
  adopt(grant: Uint8Array): Promise<IssuedLink>;
  /**
   * A nonce for proofs of keys, good for five minutes. Send it with the opening page, or as `DPoP-Nonce` with a 401 when a
   * redeem is refused with `PROOF_REFUSED` and claim `nonce` (RFC 9449 section 9).
   * @example const nonce = issuer.proofNonce();
   */
  proofNonce(): string;
  /**
   * Opens a link once more: checks, takes one use, logs, releases. Nothing is released before the audit hook resolved.
   * Repeating it with the same ephemeral key within 60 seconds is the same opening and gives the same answer.
   * @throws LinkError `HANDLE_INVALID`, `EPHEMERAL_KEY_INVALID` on malformed input
   * @throws LinkError `LINK_GONE` when unknown, expired, revoked, exhausted or locked (`reason`, for the audit log only)
   * @throws LinkError `PASSCODE_REFUSED` when the passcode is missing or wrong, `EVIDENCE_REFUSED` when the binding is not shown
   * @throws LinkError `PROOF_INVALID`, `PROOF_REFUSED` (`claim`) when the proof is not one or does not fit, or came to
   *   another origin than the audience
   * @throws LinkError `DENIED` when `authorize` does not permit (`decision`) or throws (`cause`); costs no use
   * @throws LinkError `AUDIT_FAILED` when the audit hook fails: the use is taken, repeat with the same key
   * @throws LinkError `STORE_FAILED` when a store fails; repeat with the same key
   * @example const { sealed } = await issuer.redeem(handle, { ephemeralKey, context: {}, authorize: () => ({ permit: true }) });
   */
  redeem(handle: string, request: RedeemRequest): Promise<Redeemed>;
  /**
   * The state of a link, with the precise reason. For staff; changes nothing.
   * @throws LinkError `HANDLE_INVALID`, `LINK_GONE` (`forged`, `unknown-key`), `STORE_FAILED`
   * @example const { state, used, of } = await issuer.inspect(handle);
   */
  inspect(handle: string): Promise<InspectedLink>;
  /**
   * Revokes links by id, object, recipient or the member of staff who had them issued, with all delegated from them, and
   * destroys their shares. Once it resolves nothing more is released. May be repeated.
   * @returns the ids of all links it matched, also those revoked before
   * @throws LinkError `STORE_FAILED`: repeat
   * @throws TypeError when not exactly one of them is given, as bytes
   * @throws RangeError when an id or object has not 32 bytes, or a person's id neither 16 nor 32
   * @example await issuer.revoke({ object });
   */
  revoke(by: RevokeBy): Promise<Uint8Array<ArrayBuffer>[]>;
  /**
   * Destroys the shares of links that expired, and sealed answers past their 60 seconds. Call it every minute.
   * @throws LinkError `STORE_FAILED`: repeat
   * @example await issuer.sweep();
   */
  sweep(): Promise<void>;
  /** The other direction: pictures that come by upload links (`createUploadHandler`). */
  readonly uploads: Uploads;
}

const CEILINGS: IssuerLimits = {
  recipientSeconds: MAX_RECIPIENT_SECONDS,
  bearerSeconds: MAX_BEARER_SECONDS,
  maxUses: MAX_USES,
  passcodeFailures: MAX_PASSCODE_FAILURES,
};

function lowered(limits: Partial<IssuerLimits>): IssuerLimits {
  for (const [name, value] of Object.entries(limits)) {
    const ceiling = CEILINGS[name as keyof IssuerLimits];
    if (!(Number.isInteger(value) && value >= 1 && value <= ceiling))
      throw new RangeError(`limit \`${name}\` must be 1 to ${ceiling}`);
  }
  return { ...CEILINGS, ...limits };
}

/** A clock that fails rather than give a time at which nothing ever expires. */
function checked(clock: () => number): () => number {
  return () => {
    const now = clock();
    checkNow(now);
    return now;
  };
}

/**
 * Makes an issuer: the one that mints grants and links, counts openings and takes links back.
 *
 * @param options keys, stores and hooks; everything is checked here, once
 * @throws RangeError when a name, origin, key, cost or limit is out of range
 * @example const issuer = await createIssuer({ issuer: 'img.trust.example', origins, signer, tagKeys, store, shares, audit });
 */
export async function createIssuer(options: IssuerOptions): Promise<Issuer> {
  const { issuer, origins, signer, verificationKeys = [] } = options;
  if (!isIssuerName(issuer)) throw new RangeError('issuer must be a lower-case DNS name');
  if (origins.length === 0 || !origins.every(isOrigin))
    throw new RangeError('origins must be ASCII origins, at least one');
  const cost = options.passcodeCost ?? PASSCODE_COST;
  if (!(cost.N >= 2 && Number.isInteger(Math.log2(cost.N)) && cost.r >= 1 && cost.p >= 1))
    throw new RangeError('passcode cost must be N a power of two, r and p at least 1');
  const state: IssuerState = {
    ...options,
    envelope: envelope(grantKid(signer.publicKey)),
    keySet: await importKeySet([...verificationKeys, { publicKey: signer.publicKey, issuer }]),
    tagKeys: importTagKeys(options.tagKeys),
    clock: checked(options.clock ?? (() => Math.floor(Date.now() / 1000))),
    random: options.random ?? randomBytes,
    limits: lowered(options.limits ?? {}),
    passcodeCost: cost,
    checking: new Map(),
  };
  return {
    allowsShlink: options.allowShlink === true,
    prepare: () => prepareShare(state),
    grant: (request) => issueGrant(state, request),
    adopt: (grant) => adoptGrant(state, grant),
    proofNonce: () => makeNonce(state.tagKeys, state.clock()),
    redeem: (handle, request) => redeemLink(state, handle, request),
    inspect: (handle) => inspectLink(state, handle),
    revoke: (by) => revokeLinks(state, by),
    sweep: () => sweepLinks(state),
    uploads: uploadsOf(state),
  };
}
