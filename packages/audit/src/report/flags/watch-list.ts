import { entryRule, type FlagRule } from './rule.js';

/**
 * Somebody looks at the record of a patient whom the trust watches over: a public figure, a patient in the news.
 *
 * @param watched - patient handles, base64url
 */
export function watchListRule(watched: ReadonlySet<string> | undefined): FlagRule {
  return entryRule(
    {
      id: 'watch-list',
      title: 'Watched patient',
      why: 'Records of people in the public eye draw readers who have no part in their care.',
      parameters: { patients: watched?.size ?? 0 },
      ...(watched === undefined && { idle: 'no watch list was given' }),
    },
    ({ seen, subject: what, entry: { subject } }) =>
      seen && what !== undefined && subject && watched?.has(subject.handle)
        ? { reason: 'looked at the record of a patient on the watch list', what }
        : null,
  );
}
