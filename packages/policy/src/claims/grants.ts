import { own } from '../engine/facts.js';
import { step } from '../errors.js';
import { type Claims, isOdsCode, optionalTexts, refuse } from './read.js';
import type { Note, Provenance } from './sign-in.js';

/** What the trust's own directory says of a person. */
export interface DirectoryAnswer {
  /** The person's id in the directory; by default the provider's own key of the person. */
  readonly id?: string;
  /** ODS code. */
  readonly org: string;
  readonly role: string;
}

/** What holding a value of a claim gives, by the trust's own decision. */
export interface Grant extends Provenance {
  readonly name?: string;
  readonly role: string;
  /** ODS code; may be left out where the tenant is one organisation's. */
  readonly org?: string;
}

/** Which claim grants roles, and what each of its values gives. */
export interface Grants {
  readonly claim: string;
  readonly of: Readonly<Record<string, Grant>>;
  /** The value the person chose in this application, for people who hold several. */
  readonly selected?: string;
}

/** How a claim that has no place in a token stands for a list somewhere else: a longer list, never an empty one. */
function isElsewhere(claims: Claims, claim: string): boolean {
  const pointed = own(own(claims, '_claim_names'), claim) !== undefined;
  return pointed || own(claims, `has${claim}`) !== undefined || own(claims, `${claim}:src1`) !== undefined;
}

/**
 * The one grant a person acts under. Two values that both grant something are never pooled: the person chooses.
 *
 * @throws PolicyError `GROUPS_UNKNOWN` (the provider points elsewhere for the list), `CLAIM_MISSING`, `CLAIM_INVALID`,
 * `ROLE_UNKNOWN` (no value grants anything), `ROLE_NOT_SELECTED`.
 */
export function grantOf(
  claims: Claims,
  { claim, of, selected }: Grants,
): { readonly grant: Grant; readonly value: string; readonly path: string; readonly notes: readonly Note[] } {
  const path = step('/idToken', claim);
  if (isElsewhere(claims, claim)) refuse('GROUPS_UNKNOWN', path, 'token does not hold the list but points to it');
  const values = optionalTexts(claims, claim, '/idToken') ?? refuse('CLAIM_MISSING', path, 'missing');
  const granting = values.filter((value) => own(of, value) !== undefined);
  if (granting.length === 0) refuse('ROLE_UNKNOWN', path, 'no value of the claim grants a role');
  const value = selected ?? (granting.length === 1 ? granting[0]! : null);
  if (value === null) refuse('ROLE_NOT_SELECTED', path, 'several roles and none is selected');
  if (!granting.includes(value)) refuse('ROLE_NOT_SELECTED', path, 'selected role is not among the roles');
  const grant = own(of, value) as Grant;
  const notes: Note[] = [];
  if (granting.length > 1)
    notes.push({ code: 'OTHER_ROLES_IGNORED', text: 'the person holds other roles: only the selected one counts' });
  if (!grant.confirmed) notes.push({ code: 'ROLE_UNCONFIRMED', text: 'the role is to be confirmed by the trust' });
  return { grant, value, path, notes };
}

/** Ensures that grants say what they give. TypeError otherwise. */
export function checkGrants({ claim, of }: Grants): void {
  const fits = Object.values(of).every(
    ({ role, org }) => typeof role === 'string' && role !== '' && (org === undefined || isOdsCode(org)),
  );
  if (typeof claim !== 'string' || claim === '' || !fits)
    throw new TypeError('`grants` names a claim and gives each value a role, and an ODS code if any');
}

/** Ensures that a directory answered in its own form. TypeError otherwise: it is the caller's code, not the outside world. */
export function checkAnswer(answer: DirectoryAnswer): DirectoryAnswer {
  const { id, org, role } = answer;
  if (
    typeof role !== 'string' ||
    role === '' ||
    !isOdsCode(org) ||
    (id !== undefined && (typeof id !== 'string' || id === ''))
  )
    throw new TypeError('a directory answers { id?, org, role } with an ODS code, or null');
  return answer;
}
