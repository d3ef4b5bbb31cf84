import type { Finding } from '../decision.js';
import type { PolicyDocument } from '../document.js';
import { word } from './names.js';
import { testInWords } from './test.js';

/**
 * A finding of a decision in plain English: the test as the rule asks it and, where the decision holds it, what was found.
 *
 * @param finding - of a reason's `failed` or `matched`.
 * @param document - the deciding pack's document.
 * @example
 * ```ts
 * findingInWords({ attribute: 'subject.assurance', op: 'atLeast', expected: 2 }, pack.document); // 'the sign-in level is at least 2'
 * ```
 */
export function findingInWords(
  { attribute, op, expected, actual }: Finding,
  document: Pick<PolicyDocument, 'attributes' | 'parameters'>,
): string {
  const nots = op.split(' ');
  const name = nots.pop()!;
  // A finding names the other fact as a reference, where a condition of `sameAs` has its bare name.
  const operand = name === 'sameAs' ? (expected as { attribute: string }).attribute : expected;
  const negated = nots.length % 2 === 1;
  const words = testInWords({ kind: 'test', attribute, op: name, operand, negated }, document);
  return actual === undefined ? words : `${words}; found ${found(actual, document.attributes[attribute]?.type)}`;
}

function found(actual: unknown, type: string | undefined): string {
  if (Array.isArray(actual)) return actual.length === 0 ? 'nothing' : actual.map(word).join(', ');
  if (type === 'time' && typeof actual === 'number') return new Date(actual).toISOString();
  return word(actual);
}
