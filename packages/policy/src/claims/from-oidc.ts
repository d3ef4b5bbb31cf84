import { type AssuranceMapping, checkAssuranceMapping } from './assurance.js';
import { checkExpected, checkIssuers, checkSameSubject, type Expected, readIdToken } from './id-token.js';
import { claimsOf } from './read.js';
import type { SignIn } from './sign-in.js';
import { checkRoleSource, type RoleSource, withRole } from './with-role.js';

/** A person of any provider: only both together are unique (OpenID Connect Core 1.0 section 5.7). */
export interface OidcPerson {
  readonly issuer: string;
  readonly subject: string;
}

export type OidcOptions = Expected &
  RoleSource<OidcPerson> & {
    /** Compared byte for byte. */
    readonly issuers: readonly string[];
    /** What the provider's `acr` and `amr` say; there is no default. */
    readonly assurance: AssuranceMapping;
  };

/**
 * Facts about somebody signed in by any OpenID Connect provider, by the caller's own configuration. **This verifies no
 * signature and no nonce**: your OpenID Connect library must have done both before.
 *
 * @param tokens claims of the ID token; with `userinfo`, its `sub` must be the token's.
 * @throws PolicyError as `fromEntra`, without the codes about tenants, and with `SUBJECT_MISMATCH`. TypeError or RangeError
 * for a slip in the options: with several issuers a directory must name the person, as two of them may use one `sub`.
 * @example
 * ```ts
 * const { subject } = await fromOidc({ idToken }, {
 *   clock, clientId, issuers: ['https://login.example.org'],
 *   assurance: { acr: { 'urn:example:mfa': 2 }, source: 'the provider', asOf: '2026-11-22', confirmed: true },
 *   directory: ({ subject }) => staff.get(subject) ?? null,
 * });
 * ```
 */
export async function fromOidc(
  tokens: { readonly idToken: unknown; readonly userinfo?: unknown },
  options: OidcOptions,
): Promise<SignIn> {
  const { issuers, assurance } = options;
  checkExpected(options);
  checkIssuers(issuers);
  checkRoleSource(options);
  checkAssuranceMapping(assurance);
  if (issuers.length > 1 && options.directory === undefined)
    throw new TypeError('several issuers need a `directory`: two of them may use one `sub`');
  const claims = claimsOf(tokens.idToken, '/idToken');
  const token = readIdToken(claims, issuers, options);
  if (tokens.userinfo !== undefined) checkSameSubject(claimsOf(tokens.userinfo, '/userinfo'), token.subject);
  const { issuer, subject } = token;
  const id = issuers.length > 1 ? `${issuer} ${subject}` : subject;
  return withRole(claims, token, { issuer, subject }, id, options, assurance);
}
