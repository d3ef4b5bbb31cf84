import { own } from '../engine/facts.js';
import { type AssuranceMapping, assuranceOf } from './assurance.js';
import { checkAnswer, checkGrants, type DirectoryAnswer, type Grants, grantOf } from './grants.js';
import type { IdToken } from './id-token.js';
import { type Claims, displayName, odsCode, refuse } from './read.js';
import type { SignIn } from './sign-in.js';

/** Where organisation and role of a person come from: the trust's directory, or a claim by the trust's own mapping. */
export type RoleSource<Person> =
  | {
      /** Null for a person the directory does not know. What it throws comes through unchanged: nobody is signed in. */
      readonly directory: (person: Person) => DirectoryAnswer | null | Promise<DirectoryAnswer | null>;
      readonly grants?: never;
    }
  | { readonly grants: Grants; readonly directory?: never };

/** Ensures that exactly one source of roles is configured. TypeError otherwise. */
export function checkRoleSource({ directory, grants }: RoleSource<never>): void {
  const one = (typeof directory === 'function') !== (typeof grants === 'object' && grants !== null);
  if (!one) throw new TypeError('either `directory` or `grants` must say organisation and role');
  if (grants !== undefined) checkGrants(grants);
}

/** A sign-in from claims that carry no organisation of their own. */
export async function withRole<Person>(
  claims: Claims,
  token: IdToken,
  person: Person,
  id: string,
  source: RoleSource<Person>,
  assurance: AssuranceMapping,
  orgOfTenant?: string,
): Promise<SignIn> {
  const { level, notes } = assuranceOf(claims, assurance);
  const signIn = (subject: DirectoryAnswer, role: string, more: SignIn['notes']): SignIn => ({
    subject: {
      id: subject.id ?? id,
      org: subject.org.toUpperCase(),
      role: subject.role,
      assurance: level,
      authenticatedAt: token.authenticatedAt,
    },
    display: { name: displayName(own(claims, 'name')), role },
    identityAssurance: 'none',
    notes: [...notes, ...more],
  });
  if (source.directory !== undefined) {
    const answer = await source.directory(person);
    if (answer === null) refuse('PERSON_UNKNOWN', '/idToken/sub', 'the directory does not know this person');
    return signIn(checkAnswer(answer), answer.role, []);
  }
  const { grant, value, path, notes: more } = grantOf(claims, source.grants);
  const org = grant.org ?? orgOfTenant ?? refuse('ROLE_UNKNOWN', path, 'the role names no organisation');
  return signIn({ org: odsCode(org, path), role: grant.role }, grant.name ?? value, more);
}
