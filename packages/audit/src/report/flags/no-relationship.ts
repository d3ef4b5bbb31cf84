import { entryRule, type FlagRule } from './rule.js';

/** A fact that the policy read, and the value that says there is no relationship. */
export interface RelationshipFact {
  readonly name: string;
  readonly value: string | number | boolean;
}

/** How the NHS policy pack says that it found neither membership of the team, duty nor referral. */
export const NO_RELATIONSHIP: readonly RelationshipFact[] = [{ name: 'context.relationship.kind', value: 'none' }];

/** Somebody looks at content although the facts that the policy read name no relationship with the patient. */
export function noRelationshipRule(facts: readonly RelationshipFact[] = NO_RELATIONSHIP): FlagRule {
  return entryRule(
    {
      id: 'no-relationship',
      title: 'No relationship with the patient',
      why: 'The policy found neither team, duty nor referral. Break-glass is left out: it is reviewed one by one.',
      parameters: { facts: facts.map(({ name, value }) => ({ name, value })) },
    },
    ({ seen, subject: what, entry: { leaf, subject } }) =>
      seen &&
      what !== undefined &&
      leaf.purpose !== 'BTG' &&
      facts.some(
        ({ name, value }) =>
          subject?.facts !== undefined && Object.hasOwn(subject.facts, name) && subject.facts[name] === value,
      )
        ? { reason: 'looked at content of a patient with whom the policy found no relationship', what }
        : null,
  );
}
