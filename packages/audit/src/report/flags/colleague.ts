import { entryRule, type FlagRule } from './rule.js';

/**
 * Somebody looks at the record of a colleague.
 *
 * @param staffHandles - patient handles (base64url) of members of staff
 * @param ownHandles - actor id to own handle: one's own record is another rule's matter
 */
export function colleagueRule(
  staffHandles: ReadonlySet<string> | undefined,
  ownHandles: ReadonlyMap<string, string> = new Map(),
): FlagRule {
  return entryRule(
    {
      id: 'colleague',
      title: 'Colleague as patient',
      why: 'Curiosity about colleagues is the commonest misuse of records. Colleagues are patients too: care is a good answer.',
      parameters: { people: staffHandles?.size ?? 0 },
      ...(staffHandles === undefined && { idle: 'it was not told which handles are those of staff' }),
    },
    ({ seen, subject: what, entry: { actor, subject } }) =>
      seen &&
      what !== undefined &&
      subject !== null &&
      staffHandles?.has(subject.handle) &&
      (actor === null || ownHandles.get(actor.actor.id) !== subject.handle)
        ? { reason: 'looked at the record of a member of staff', what }
        : null,
  );
}
