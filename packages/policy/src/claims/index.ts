export type { AssuranceMapping } from './assurance.js';
export {
  CIS2_ASSURANCE,
  CIS2_ISSUERS,
  type Cis2Options,
  type Cis2Tokens,
  DEFAULT_IDENTITY_MINIMUM,
  fromCis2,
} from './from-cis2.js';
export { ENTRA_ASSURANCE, type EntraOptions, type EntraPerson, type EntraTenant, fromEntra } from './from-entra.js';
export { fromNhsmail, type NhsmailOptions } from './from-nhsmail.js';
export { fromOidc, type OidcOptions, type OidcPerson } from './from-oidc.js';
export type { DirectoryAnswer, Grant, Grants } from './grants.js';
export { DEFAULT_LEEWAY_SECONDS, type Expected, MAX_LEEWAY_SECONDS } from './id-token.js';
export { MAX_CLAIM_MEMBERS } from './read.js';
export { ROLE_CODES, type RoleEntry, type RoleMapping } from './role-codes.js';
export type { Assurance, Note, NoteCode, Provenance, SignIn, SubjectFacts } from './sign-in.js';
export type { RoleSource } from './with-role.js';
