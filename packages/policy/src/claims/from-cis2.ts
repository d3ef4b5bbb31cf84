import { own } from '../engine/facts.js';
import { type AssuranceMapping, assuranceOf, checkAssuranceMapping } from './assurance.js';
import { checkExpected, checkIssuers, checkSameSubject, type Expected, readIdToken } from './id-token.js';
import { type Claims, claimsOf, displayName, odsCode, refuse, text } from './read.js';
import { checkRoleMapping, ROLE_CODES, type RoleEntry } from './role-codes.js';
import { selectedRole } from './selected-role.js';
import type { Assurance, Note, SignIn } from './sign-in.js';

/** Issuers of CIS2, as they stand in its tokens: with the port, which the address of the discovery document lacks. */
export const CIS2_ISSUERS: Readonly<Record<'production' | 'integration', string>> = Object.freeze({
  production:
    'https://am.nhsidentity.spineservices.nhs.uk:443/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare',
  integration:
    'https://am.nhsint.auth-ptl.cis2.spineservices.nhs.uk:443/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare',
});

/** Identity assurance below which nobody is let in unless the trust lowers it: verified as for a smartcard. */
export const DEFAULT_IDENTITY_MINIMUM = 3;

/** What `acr` and `amr` of CIS2 say. */
export const CIS2_ASSURANCE: AssuranceMapping = Object.freeze({
  acr: Object.freeze({
    AAL1_USERPASS: 1,
    AAL2_ANY: 2,
    AAL2_NHSMAIL: 2,
    AAL2_TOTP: 2,
    AAL3_ANY: 3,
    AAL3_CIS2_SMARTCARD: 3,
    AAL3_FIDO2: 3,
    AAL3_IOS: 3,
    AAL3_N3_SMARTCARD: 3,
    AAL3_SMARTCARD: 3,
  } as const),
  // Tokens repeat the value that was asked for: this one says "2 or 3", whatever the person had.
  acrAtLeast: Object.freeze({ AAL2_OR_AAL3_ANY: 2 } as const),
  amr: Object.freeze({ N3_SMARTCARD: 3 } as const),
  source: 'values seen in public code of NHS services; the official table was not read',
  asOf: '2026-11-22',
  confirmed: false,
});

/** Claims that the caller's OpenID Connect library has VERIFIED. */
export interface Cis2Tokens {
  /** Claims of the ID token. */
  readonly idToken: unknown;
  /** Answer of the userinfo endpoint. */
  readonly userinfo: unknown;
}

export interface Cis2Options extends Expected {
  /** Compared byte for byte; see `CIS2_ISSUERS`. */
  readonly issuers: readonly string[];
  /** What differs from `ROLE_CODES`, by code; null takes a code out. */
  readonly roles?: Readonly<Record<string, RoleEntry | null>>;
  /** Default 3; 2 is said in the notes and in the result. */
  readonly minimumIdentityAssurance?: 2 | 3;
  /** Default `CIS2_ASSURANCE`. */
  readonly assurance?: AssuranceMapping;
}

const LEVELS: readonly unknown[] = ['0', '1', '2', '3', 0, 1, 2, 3];
/** The ID token has the first, userinfo the second. */
const IDENTITY = ['id_assurance_level', 'idassurancelevel'];

function checkOptions(options: Cis2Options, minimum: number): void {
  checkExpected(options);
  checkIssuers(options.issuers);
  if (options.assurance !== undefined) checkAssuranceMapping(options.assurance);
  checkRoleMapping(options.roles ?? {});
  const { production, integration } = CIS2_ISSUERS;
  if (options.issuers.includes(production!) && options.issuers.includes(integration!))
    throw new RangeError('accounts of the test environment are no people: production and integration may not be mixed');
  if (![2, 3].includes(minimum)) throw new RangeError('`minimumIdentityAssurance` must be 2 or 3');
}

/** CIS2's levels: services of the NHS see them as a digit of text and as a number. Wherever they stand, the lowest counts. */
function level(names: readonly string[], tokens: readonly (readonly [Claims, string])[]): number | undefined {
  const stated: number[] = [];
  for (const [claims, path] of tokens)
    for (const name of names) {
      const value = own(claims, name);
      if (value === undefined) continue;
      if (!LEVELS.includes(value)) refuse('CLAIM_INVALID', `${path}/${name}`, 'not a level of 0 to 3');
      stated.push(Number(value));
    }
  return stated.length === 0 ? undefined : Math.min(...stated);
}

/**
 * Facts about somebody signed in by NHS CIS2. **This verifies no signature and no nonce**: your OpenID Connect library must
 * have done both before. What is compared here is what such libraries are often told to skip: issuer byte for byte, audience,
 * moments, that userinfo speaks of the token's person, the levels of assurance. Only the role the person selected counts.
 *
 * @returns facts for `request.subject`, a name to show, and notes for those who answer for the configuration.
 * @throws PolicyError `CLAIM_MISSING`, `CLAIM_INVALID`, `ISSUER_UNKNOWN`, `AUDIENCE_MISMATCH`, `TOKEN_EXPIRED`,
 * `TOKEN_TIME_INVALID`, `SUBJECT_MISMATCH`, `ASSURANCE_UNKNOWN` (no claim states a level), `ASSURANCE_LOW` (level 0, or
 * identity below the minimum), `ROLE_NOT_SELECTED` (`selected_roleid` missing, not among the roles, or among them twice),
 * `ROLE_UNKNOWN` (its code is not mapped). TypeError or RangeError for a slip in the options.
 * @example
 * ```ts
 * const { subject } = fromCis2({ idToken, userinfo }, { clock, clientId: 'wardseal', issuers: [CIS2_ISSUERS.production] });
 * const decision = pdp.evaluate({ ...request, subject: { ...fromDirectory(subject.id), ...subject } });
 * ```
 */
export function fromCis2(tokens: Cis2Tokens, options: Cis2Options): SignIn {
  const { roles = {}, minimumIdentityAssurance: minimum = DEFAULT_IDENTITY_MINIMUM } = options;
  checkOptions(options, minimum);
  const idToken = claimsOf(tokens.idToken, '/idToken');
  const userinfo = claimsOf(tokens.userinfo, '/userinfo');
  const { subject, authenticatedAt } = readIdToken(idToken, options.issuers, options);
  checkSameSubject(userinfo, subject);

  const both = [
    [idToken, '/idToken'],
    [userinfo, '/userinfo'],
  ] as const;
  const stated = level(['authentication_assurance_level'], both);
  if (stated === 0) refuse('ASSURANCE_LOW', '/idToken/authentication_assurance_level', 'sign-in proves nothing');
  const { level: assurance, notes } = assuranceOf(
    idToken,
    options.assurance ?? CIS2_ASSURANCE,
    stated === undefined ? [] : [stated as Assurance],
  );
  const identity = level(IDENTITY, both) ?? refuse('CLAIM_MISSING', '/idToken/id_assurance_level', 'missing');
  if (identity < minimum) refuse('ASSURANCE_LOW', '/idToken/id_assurance_level', 'identity is not proved well enough');

  const { role: selected, path, others } = selectedRole(idToken, userinfo);
  const code = /^S[0-9]{4}:G[0-9]{4}:(R[0-9]{4})$/.exec(text(selected, 'role_code', path))?.[1];
  if (code === undefined) refuse('CLAIM_INVALID', `${path}/role_code`, 'not a role code of three parts');
  const override = own(roles, code) as RoleEntry | null | undefined;
  const entry = override === undefined ? (own(ROLE_CODES, code) as RoleEntry | undefined) : override;
  if (entry === undefined || entry === null) refuse('ROLE_UNKNOWN', `${path}/role_code`, 'role code is not mapped');

  const more: Note[] = [];
  if (minimum < DEFAULT_IDENTITY_MINIMUM)
    more.push({ code: 'IDENTITY_MINIMUM_LOWERED', text: `the trust accepts identity assurance ${minimum} and above` });
  if (others > 0)
    more.push({ code: 'OTHER_ROLES_IGNORED', text: 'the person holds other roles: only the selected one counts' });
  if (!entry.confirmed)
    more.push({ code: 'ROLE_UNCONFIRMED', text: `what role code ${code} stands for is to be confirmed by the trust` });
  return {
    subject: {
      id: subject,
      org: odsCode(text(selected, 'org_code', path), `${path}/org_code`),
      role: entry.role,
      assurance,
      authenticatedAt,
    },
    display: { name: displayName(own(userinfo, 'display_name'), own(userinfo, 'name')), role: entry.name },
    identityAssurance: { level: identity, minimum },
    notes: [...notes, ...more],
  };
}
