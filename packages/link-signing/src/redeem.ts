import { asBytes, concat, equal, hex, sha256, utf8 } from '@wardseal/primitives';
import { EPHEMERAL_KEY_BYTES, sealAnswer } from './answer.js';
import { checkPasscode } from './check-passcode.js';
import { checkProof, type ShownProof } from './check-proof.js';
import { BINDINGS, type Claims } from './claims.js';
import { gone, LinkError } from './errors.js';
import { stored } from './guard.js';
import { authenticate, parseHandle } from './handle.js';
import type { IssuerState, OpenEvent } from './issuer.js';
import type { ImportedTagKey } from './keys.js';
import { ANSWER_SECONDS } from './limits.js';
import type { VerifiedProof } from './proof/verify-proof.js';
import { openShare } from './share.js';
import type { Awaitable, StoredLink } from './store.js';
import { readStored, type StoredChain, statesOf } from './stored-chain.js';

/** What the policy is asked before a use is taken. */
export interface OpenFacts {
  readonly claims: Claims;
  readonly link: Uint8Array;
  readonly used: number;
  /** Whether this opening was taken before and is only answered again. */
  readonly repeated: boolean;
  readonly context: unknown;
}

/** What the policy answers. Anything but `permit: true` denies. */
export interface OpenDecision {
  readonly permit: boolean;
  /** What the opener must do, passed on to the caller of `redeem`. */
  readonly obligations?: readonly unknown[];
}

/** A request to open a link. */
export interface RedeemRequest {
  /** The opener's one-opening public key, 1216 bytes (`createRedeemer`). */
  ephemeralKey: Uint8Array;
  passcode?: string;
  /** Shows the recipient's key, with binding `holder-of-key`: checked here, and good once. */
  proof?: ShownProof;
  /** What else shows a binding above `passcode`; handed to the issuer's `verifyEvidence`. */
  evidence?: unknown;
  /** Facts for the policy and the audit log. No patient's and no secret's place is here. */
  context: unknown;
  /** The policy's decision; asked after the binding, before a use is taken. */
  authorize: (facts: OpenFacts) => Awaitable<OpenDecision>;
}

/** What a redeem gives back. */
export interface Redeemed {
  /** The answer, sealed to the ephemeral key: see `openAnswer`. */
  sealed: Uint8Array<ArrayBuffer>;
  /** This was opening `use` of `of`. */
  use: number;
  of: number;
  /** Whether the opening was taken before and is only answered again. */
  repeated: boolean;
  /** From the policy's decision. */
  obligations: readonly unknown[];
  /** What the audit hook resolved to. */
  receipt: unknown;
}

const OPENING = utf8('wardseal.org/link-opening v0');
const EVENT = utf8('wardseal.org/link-open-event v0');

async function checkBinding(
  state: IssuerState,
  link: StoredLink,
  claims: Claims,
  request: RedeemRequest,
  key: ImportedTagKey,
): Promise<VerifiedProof | null> {
  if (claims.binding === 'bearer') return null;
  if (claims.binding === 'passcode') {
    await checkPasscode(state, link, request.passcode, key);
    return null;
  }
  const { ephemeralKey, proof } = request;
  if (claims.binding === 'holder-of-key' && proof)
    return checkProof(state, claims, { id: link.id, ephemeralKey, proof });
  let shown = null;
  try {
    shown =
      (await state.verifyEvidence?.(request.evidence, {
        link: link.id,
        required: claims.binding,
        ...(claims.recipientKey && { recipientKey: claims.recipientKey }),
        ...(claims.recipient && { recipient: claims.recipient }),
        ephemeralKey: request.ephemeralKey,
        context: request.context,
      })) ?? null;
  } catch (cause) {
    throw new LinkError('EVIDENCE_REFUSED', 'evidence could not be checked', { cause });
  }
  const enough = shown !== null && BINDINGS.indexOf(shown.level) >= BINDINGS.indexOf(claims.binding);
  const theirs = claims.recipientKey === undefined || (shown?.recipientKey && equal(shown.recipientKey, claims.recipientKey)); // biome-ignore format: one rule
  if (!enough || !theirs) throw new LinkError('EVIDENCE_REFUSED', 'evidence does not show the required binding');
  return null;
}

export async function decide(request: Pick<RedeemRequest, 'authorize'>, facts: OpenFacts): Promise<OpenDecision> {
  let decision: OpenDecision;
  try {
    decision = await request.authorize(facts);
  } catch (cause) {
    throw new LinkError('DENIED', 'authorization failed', { cause });
  }
  if (decision?.permit !== true) throw new LinkError('DENIED', 'opening is not permitted', { decision });
  return decision;
}

/** The sealed answer; null when the share's key is gone: the store then says whether somebody else took the last use. */
async function seal(
  state: IssuerState,
  { links }: StoredChain,
  ephemeralKey: Uint8Array,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const { id, grant } = links[0]!.link;
  // A delegated link has no share of its own: the file's is that of the link it comes from.
  const { cti, sealedShare } = (links.find(({ link }) => link.sealedShare !== null) ?? links[0]!).link;
  if (sealedShare === null) return sealAnswer({ grant, share: null, cti, id }, ephemeralKey);
  const key = await stored(() => state.shares.get(cti));
  const share = key && (await openShare(key, sealedShare, cti));
  if (!share) return null;
  const sealed = await sealAnswer({ grant, share, cti, id }, ephemeralKey);
  share.fill(0);
  return sealed;
}

/** Destroys the shares of what this opening used up, the link itself or one it comes from, which others may use as well. */
async function destroySpent(state: IssuerState, { links }: StoredChain, spent: boolean): Promise<void> {
  const { id, cti } = links[0]!.link;
  const above = links.length > 1 ? ((await stored(() => state.store.read(id)))?.ancestors ?? []) : [];
  const ctis = above.filter(({ used, maxUses }) => used >= maxUses).map((one) => one.cti);
  if (spent) ctis.push(cti);
  if (ctis.length > 0) await stored(() => state.shares.destroy(ctis));
}

function openEvent(
  { links, claims }: StoredChain,
  opening: Uint8Array,
  rest: Pick<OpenEvent, 'use' | 'of' | 'repeated' | 'at' | 'context'>,
): OpenEvent {
  const [{ link }, ...above] = links as [StoredChain['links'][number], ...StoredChain['links']];
  // biome-ignore format: one head
  return {
    type: 'link.open',
    id: hex(sha256(concat(EVENT, link.id, opening))),
    link: hex(link.id),
    opening: hex(opening),
    object: hex(link.object),
    purpose: claims.purpose,
    binding: claims.binding,
    ...rest,
    ...(above.length > 0 && { delegatedFrom: above.map((one) => hex(one.link.id)) }),
  };
}

/**
 * See `Issuer.redeem`. The answer is sealed before the use is taken and stored with it in one statement: a crash between
 * them costs nothing, and the last use can destroy the share at once, whatever else is under way.
 */
export async function redeemLink(state: IssuerState, handle: string, request: RedeemRequest): Promise<Redeemed> {
  const { ephemeralKey, context } = request;
  const parsed = parseHandle(handle);
  if (!(ephemeralKey instanceof Uint8Array) || ephemeralKey.length !== EPHEMERAL_KEY_BYTES)
    throw new LinkError('EPHEMERAL_KEY_INVALID', `ephemeral key must be ${EPHEMERAL_KEY_BYTES} bytes`);
  const key = authenticate(parsed, state.tagKeys);
  const { id } = parsed;
  if (state.clock() >= parsed.expires) throw gone('expired');

  const opening = sha256(concat(OPENING, ephemeralKey));
  const found = await stored(() => state.store.read(id, opening));
  if (found === null) throw gone('unknown');
  const { link, taken } = found;
  const chain = await readStored(state, found, id);
  const { claims } = chain;
  if (claims.permissions.includes('upload')) throw gone('wrong-direction');
  for (const status of statesOf(state, chain)) if (!(status === 'exhausted' && taken)) throw gone(status);

  const proof = await checkBinding(state, link, claims, request, key);
  const decision = await decide(request, { claims, link: id, used: link.used, repeated: taken, context });

  const sealed = taken ? null : await seal(state, chain, ephemeralKey);
  const take = await stored(() =>
    state.store.take({
      chain: chain.links.map((one) => one.link.id),
      key: opening,
      sealed,
      now: state.clock(),
      window: ANSWER_SECONDS,
      failureLimit: state.limits.passcodeFailures,
      ...(proof && { proof: { id: proof.id, until: proof.until } }),
    }),
  );
  if (take.outcome === 'refused') throw gone(take.reason === 'stale' && !taken ? 'share-lost' : take.reason);
  const { use, of, repeated } = take;
  await destroySpent(state, chain, use >= of);

  let receipt: unknown;
  try {
    receipt = await state.audit(openEvent(chain, opening, { use, of, repeated, at: state.clock(), context }));
  } catch (cause) {
    throw new LinkError('AUDIT_FAILED', 'opening could not be logged, so nothing is released', { cause });
  }
  const release = await stored(() => state.store.release(id, opening, state.clock(), ANSWER_SECONDS));
  if (release.outcome === 'refused') throw gone(release.reason);
  return { sealed: asBytes(release.sealed), use, of, repeated, obligations: decision.obligations ?? [], receipt };
}
