import { entryRule, type FlagRule } from './rule.js';

/**
 * An account is used after its owner has left.
 *
 * @param leavers - actor id to the instant of leaving, ms since 1970; what happens at that instant is after it
 */
export function afterLeavingRule(leavers: ReadonlyMap<string, number> | undefined): FlagRule {
  return entryRule(
    {
      id: 'after-leaving',
      title: 'After leaving',
      why: 'An account of somebody who has left should do nothing, not even try.',
      parameters: { people: leavers?.size ?? 0 },
      ...(leavers === undefined && { idle: 'it was not told who has left' }),
    },
    ({ at, entry: { actor } }) => {
      const left = actor === null ? undefined : leavers?.get(actor.actor.id);
      return left !== undefined && at >= left ? { reason: 'acted after the date of leaving' } : null;
    },
  );
}
