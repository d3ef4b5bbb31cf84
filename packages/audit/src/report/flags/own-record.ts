import { entryRule, type FlagRule } from './rule.js';

/**
 * Somebody looks at the record that is their own.
 *
 * @param ownHandles - actor id to the patient handle of that person (base64url), computed by the custodian
 */
export function ownRecordRule(ownHandles: ReadonlyMap<string, string> | undefined): FlagRule {
  return entryRule(
    {
      id: 'own-record',
      title: 'Own record',
      why: 'Staff see their own record through subject access, as every patient does, not by their work account.',
      parameters: { people: ownHandles?.size ?? 0 },
      ...(ownHandles === undefined && { idle: 'it was not told which handles are those of staff' }),
    },
    ({ seen, entry: { actor, subject } }) =>
      seen && actor && subject && ownHandles?.get(actor.actor.id) === subject.handle
        ? { reason: 'looked at the record that is their own' }
        : null,
  );
}
