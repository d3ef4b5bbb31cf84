import { own } from '../engine/facts.js';
import { type AssuranceMapping, checkAssuranceMapping } from './assurance.js';
import { checkExpected, type Expected, readIdToken } from './id-token.js';
import { type Claims, claimsOf, isOdsCode, refuse, text } from './read.js';
import type { SignIn } from './sign-in.js';
import { checkRoleSource, type RoleSource, withRole } from './with-role.js';

/** Entra's ids of tenants and people. */
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What `amr` of Entra says. Nothing gives level 3 until the trust maps a method or an authentication context to it. */
export const ENTRA_ASSURANCE: AssuranceMapping = Object.freeze({
  amr: Object.freeze({ pwd: 1, mfa: 2 } as const),
  source: 'general knowledge of the platform; not read in its documentation',
  asOf: '2026-11-22',
  confirmed: false,
});

/** One tenant whose people are let in. */
export interface EntraTenant {
  /** The tenant's id, lower case. */
  readonly tid: string;
  /** Compared byte for byte; default `https://login.microsoftonline.com/<tid>/v2.0`. */
  readonly issuer?: string;
  /** ODS code, only where the whole tenant is one organisation's. Counts for `grants` that name none. */
  readonly org?: string;
}

/** A person of Entra: names and addresses change and are given to others, these two do not. */
export interface EntraPerson {
  readonly tid: string;
  readonly oid: string;
}

export type EntraOptions = Expected &
  RoleSource<EntraPerson> & {
    readonly tenants: readonly EntraTenant[];
    /** Default `ENTRA_ASSURANCE`. */
    readonly assurance?: AssuranceMapping;
  };

function issuerOf({ tid, issuer }: EntraTenant): string {
  return issuer ?? `https://login.microsoftonline.com/${tid}/v2.0`;
}

function checkTenants(tenants: readonly EntraTenant[]): void {
  const fits =
    Array.isArray(tenants) &&
    tenants.length > 0 &&
    tenants.every(({ tid, org }) => typeof tid === 'string' && GUID.test(tid) && (org === undefined || isOdsCode(org)));
  if (!fits || new Set(tenants.map(({ tid }) => tid)).size !== tenants.length)
    throw new TypeError(
      '`tenants` must be a list of at least one tenant, each once, with its id in lower case and an ODS code if any',
    );
}

function guid(claims: Claims, name: string): string {
  const value = text(claims, name, '/idToken');
  if (!GUID.test(value)) refuse('CLAIM_INVALID', `/idToken/${name}`, 'not an id of Entra');
  return value;
}

/**
 * Facts about somebody signed in by Microsoft Entra ID. **This verifies no signature and no nonce**: your OpenID Connect
 * library must have done both before. The person is `tid` and `oid`, never `upn`, `email` or `preferred_username`, which
 * change and are given to others. Only listed tenants are let in, each with its own issuer. A token of Entra carries no ODS
 * code and no national role: both come from `directory`, or from a claim (`roles` of the application, or `groups`) by
 * `grants`. The application's registration must ask for the optional claim `auth_time`, and for those the mapping reads.
 *
 * @throws PolicyError `CLAIM_MISSING`, `CLAIM_INVALID`, `TENANT_UNKNOWN`, `ISSUER_UNKNOWN` (not that of the tenant),
 * `AUDIENCE_MISMATCH`, `TOKEN_EXPIRED`, `TOKEN_TIME_INVALID`, `ASSURANCE_UNKNOWN`, `PERSON_UNKNOWN`, `GROUPS_UNKNOWN` (the
 * token points elsewhere for the list), `ROLE_UNKNOWN`, `ROLE_NOT_SELECTED`. TypeError or RangeError for a slip in the options.
 * @example
 * ```ts
 * const { subject } = await fromEntra({ idToken }, {
 *   clock, clientId, tenants: [{ tid }], directory: ({ oid }) => staff.get(oid) ?? null,
 * });
 * ```
 */
export async function fromEntra(tokens: { readonly idToken: unknown }, options: EntraOptions): Promise<SignIn> {
  const { tenants, assurance = ENTRA_ASSURANCE } = options;
  checkExpected(options);
  checkTenants(tenants);
  checkRoleSource(options);
  checkAssuranceMapping(assurance);
  const claims = claimsOf(tokens.idToken, '/idToken');
  const tid = guid(claims, 'tid');
  const tenant =
    tenants.find((one) => one.tid === tid) ?? refuse('TENANT_UNKNOWN', '/idToken/tid', 'tenant is not let in');
  // A guest's token names the tenant it was issued by; one tenant's issuer must not speak for another.
  const token = readIdToken(claims, [issuerOf(tenant)], options);
  const oid = guid(claims, 'oid');
  if (own(claims, 'idtyp') === 'app')
    refuse('CLAIM_INVALID', '/idToken/idtyp', 'token of an application, not of a person');
  return withRole(claims, token, { tid, oid }, `${tid}:${oid}`, options, assurance, tenant.org);
}
