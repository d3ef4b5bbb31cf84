import { asBytes } from '@wardseal/primitives';
import * as z from 'zod/mini';
import { BINDINGS, type Binding, type Claims, faultOf, PERMISSIONS, type Permission, PURPOSES, type Purpose } from './claims.js'; // biome-ignore format: one list
import { LinkError } from './errors.js';
import { grantId, signGrant } from './grant.js';
import { stored } from './guard.js';
import { mintHandle } from './handle.js';
import type { IssuerState } from './issuer.js';
import { formatLink } from './link.js';
import { hashPasscode, isPasscode } from './passcode.js';

/** What a link is to allow. There is no field for a name, a number or a free text, on purpose. */
export interface GrantRequest {
  /** The object: SHA-256 over a domain, the manifest id and the payload nonce, 32 bytes. */
  object: Uint8Array;
  /** Whole seconds since 1970: at most 7 days ahead with a `recipientKey`, 24 hours without. */
  expires: number;
  /** Default now. */
  notBefore?: number;
  /** From `prepare`, when the file has a link stanza; without it no share is released. */
  cti?: Uint8Array;
  /** One of the issuer's origins; default the first. */
  audience?: string;
  /** SHA-256 thumbprint of the recipient's COSE key; needed for `holder-of-key` and `passkey`, refused for the others. */
  recipientKey?: Uint8Array;
  /** 1 to 100. */
  maxUses: number;
  purpose: Purpose;
  binding: Binding;
  permissions: readonly Permission[];
  /** 1 to 3 with permission `delegate`; default 0. */
  delegationDepth?: number;
  /** The policy pack in force: its SHA-256 digest and revision. */
  policy?: { digest: Uint8Array; revision: number };
  /** The recipient as an opaque id: a UUID (16 bytes) or a digest (32 bytes). */
  recipient?: Uint8Array;
  /** The member of staff who has it issued, as an opaque id. */
  issuerUser: Uint8Array;
  /** With binding `passcode`, and only then: 6 to 64 printable characters, to be sent another way than the link. */
  passcode?: string;
}

/** A minted link. */
export interface IssuedLink {
  /** The signed grant, for the audit log and for offline verification. */
  grant: Uint8Array<ArrayBuffer>;
  /** 32 bytes; safe to log. */
  id: Uint8Array<ArrayBuffer>;
  /** 76 characters. Whoever has it has the link: never log it. */
  handle: string;
  /**
   * The link, `ORIGIN/o#HANDLE` or `ORIGIN/o#HANDLE.SECRET`.
   * @param origin the grant's audience; another one is a RangeError, because it would not open there
   * @param secret 32 bytes; made by the one who seals, never known to the server
   */
  link(origin: string, secret?: Uint8Array): string;
}

const bytes = z.instanceof(Uint8Array);
const requestSchema = z.strictObject({
  object: bytes,
  expires: z.int(),
  notBefore: z.optional(z.int()),
  cti: z.optional(bytes),
  audience: z.optional(z.string()),
  recipientKey: z.optional(bytes),
  maxUses: z.int(),
  purpose: z.enum(PURPOSES),
  binding: z.enum(BINDINGS),
  permissions: z.array(z.enum(PERMISSIONS)),
  delegationDepth: z.optional(z.int()),
  policy: z.optional(z.strictObject({ digest: bytes, revision: z.int() })),
  recipient: z.optional(bytes),
  issuerUser: bytes,
  passcode: z.optional(z.string()),
});

function refuse(claim: string): never {
  throw new LinkError('CLAIMS_REFUSED', `claim \`${claim}\` is missing, unknown or not allowed`, { claim });
}

// The name of an unknown field is not repeated: it is the caller's text, and might be a person's.
function checkShape(request: GrantRequest): void {
  const { error } = requestSchema.safeParse(request);
  if (error) refuse(String(error.issues[0]?.path[0] ?? 'unknown field'));
  if (request.binding === 'passcode' ? !isPasscode(request.passcode) : request.passcode !== undefined)
    refuse('passcode');
  if (request.permissions.includes('upload') && request.cti) refuse('cti'); // a share is for opening
}

function claimsOf(state: IssuerState, request: GrantRequest): Claims {
  const now = state.clock();
  const { audience = state.origins[0]!, notBefore = now, policy } = request;
  const claims: Claims = {
    issuer: state.issuer,
    object: asBytes(request.object),
    audience,
    expires: request.expires,
    notBefore,
    issuedAt: now,
    cti: asBytes(request.cti ?? state.random(32)),
    ...(request.recipientKey && { recipientKey: asBytes(request.recipientKey) }),
    maxUses: request.maxUses,
    purpose: request.purpose,
    binding: request.binding,
    permissions: PERMISSIONS.filter((one) => request.permissions.includes(one)),
    delegationDepth: request.delegationDepth ?? 0,
    ...(policy && { policy: { digest: asBytes(policy.digest), revision: policy.revision } }),
    ...(request.recipient && { recipient: asBytes(request.recipient) }),
    issuerUser: asBytes(request.issuerUser),
  };
  const fault = faultOf(claims);
  if (fault !== null) refuse(fault);
  const longest = claims.recipientKey ? state.limits.recipientSeconds : state.limits.bearerSeconds;
  if (claims.expires - now > longest || claims.expires <= now) refuse('expires');
  if (claims.notBefore < now) refuse('notBefore');
  if (claims.maxUses > state.limits.maxUses) refuse('maxUses');
  if (!state.origins.includes(audience)) refuse('audience');
  return claims;
}

/** The handle and the link of a grant that is stored. */
export function issuedLink(
  state: IssuerState,
  { grant, id, claims }: { grant: Uint8Array<ArrayBuffer>; id: Uint8Array<ArrayBuffer>; claims: Claims },
): IssuedLink {
  const handle = mintHandle({ id, expires: claims.expires }, state.tagKeys);
  return {
    grant,
    id,
    handle,
    link(origin, secret) {
      if (claims.permissions.includes('upload')) throw new RangeError('an upload grant has its link from `uploadLink`');
      if (origin !== claims.audience) throw new RangeError('origin must be the audience of the grant');
      return formatLink(origin, handle, secret);
    },
  };
}

/** See `Issuer.grant`. */
export async function issueGrant(state: IssuerState, request: GrantRequest): Promise<IssuedLink> {
  checkShape(request);
  const claims = claimsOf(state, request);
  const withShare = request.cti !== undefined;
  const { cti, expires } = claims;
  const grant = await signGrant(claims, state.envelope, state.signer);
  const id = grantId(grant);
  const { passcode } = request;
  const link = {
    id,
    cti,
    grant,
    object: claims.object,
    recipient: claims.recipient ?? null,
    issuerUser: claims.issuerUser,
    parent: null,
    expires,
    maxUses: claims.maxUses,
    passcode:
      passcode === undefined
        ? null
        : await hashPasscode(passcode, state.random(16), state.passcodeCost, cti, state.tagKeys.active),
    withShare,
  };
  const outcome = await stored(() => state.store.put(link, state.clock()));
  if (outcome === 'duplicate') throw new LinkError('CTI_USED', 'cti has its grant already');
  // Only now: a second grant of one cti is refused and must not move the end of the first one's share.
  const ready = outcome === 'stored' && (!withShare || (await stored(() => state.shares.renew(cti, expires))));
  if (!ready) throw new LinkError('CTI_UNPREPARED', 'cti was not prepared here or waited too long');
  return issuedLink(state, { grant, id, claims });
}
