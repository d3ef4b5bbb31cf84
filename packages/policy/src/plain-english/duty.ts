import type { Obligation } from '../decision.js';
import { lengthOfTime, listed } from './names.js';

type Say = (properties: Obligation['properties']) => string;

const time = (seconds: unknown): string => lengthOfTime(seconds as number);

const DUTIES: Readonly<Record<string, Say>> = {
  watermark: ({ mode, strength }) =>
    `A ${strength === 'strong' ? 'strong ' : ''}watermark ${mode === 'tile' ? 'across the picture' : 'around the picture'}`,
  'no-download': () => 'It cannot be downloaded',
  'max-lifetime': ({ seconds }) => `The copy lives at most ${time(seconds)}`,
  'max-views': ({ n }) => `It can be seen at most ${String(n)} ${n === 1 ? 'time' : 'times'}`,
  notify: ({ whom }) => `These are told: ${listed(whom as readonly string[], 'and')}`,
  review: ({ within }) => `It is reviewed within ${time(within)}`,
  redact: () => 'What identifies the patient is covered',
  'file-in-record': () => 'It is filed in the patient’s record',
  'delete-after-filing': () => 'The copy is deleted once it is filed',
  'step-up': ({ level }) => `Sign-in at level ${String(level)} is asked for`,
  justify: () => 'A reason is asked for',
  'second-approver': () => 'A second person approves it',
  'share-mark': () => 'The copy is marked with whom it went to',
};

/**
 * A duty in plain English, without a full stop.
 *
 * @param duty - of a decision's `obligations`.
 * @returns such as "The copy lives at most 7 days"; the type itself for a duty this package does not know.
 * @example
 * ```ts
 * dutyInWords({ id: 'max-views', type: 'max-views', properties: { n: 5 } }); // 'It can be seen at most 5 times'
 * ```
 */
export function dutyInWords({ type, properties }: Obligation): string {
  return Object.hasOwn(DUTIES, type) ? DUTIES[type]!(properties) : type;
}
