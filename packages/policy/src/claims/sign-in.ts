/** How strong a sign-in was: 1 a password, 2 two factors, 3 two factors of which one cannot be phished or copied. */
export type Assurance = 1 | 2 | 3;

/** Facts for `request.subject`. `status` and teams are never among them: they come from a directory, not from a token. */
export interface SubjectFacts {
  readonly id: string;
  /** ODS code of the organisation the person acts for. */
  readonly org: string;
  readonly role: string;
  readonly assurance: Assurance;
  /** RFC 3339, UTC. */
  readonly authenticatedAt: string;
}

export type NoteCode =
  | 'ASSURANCE_DISAGREES'
  | 'ASSURANCE_UNMAPPED'
  | 'ASSURANCE_UNCONFIRMED'
  | 'IDENTITY_MINIMUM_LOWERED'
  | 'OTHER_ROLES_IGNORED'
  | 'ROLE_UNCONFIRMED';

/** What an IG lead should know of how the facts came about. No name and no id is in the text. */
export interface Note {
  readonly code: NoteCode;
  readonly text: string;
}

/** Where a value of a mapping comes from, and whether the trust has confirmed it. */
export interface Provenance {
  readonly source: string;
  /** `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly confirmed: boolean;
}

/** One signed-in person in one role. */
export interface SignIn {
  readonly subject: SubjectFacts;
  /** For people to read, never for a rule: the name as the provider spells it, the role as the mapping names it. */
  readonly display: { readonly name: string | 'none'; readonly role: string };
  /** How well the person's identity was proved when the account was made; `none` where the provider says nothing. */
  readonly identityAssurance: { readonly level: number; readonly minimum: number } | 'none';
  readonly notes: readonly Note[];
}
