import { readCondition } from '../condition.js';
import type { Condition, PolicyDocument } from '../document.js';
import { testInWords } from './test.js';

type Words = Pick<PolicyDocument, 'attributes' | 'parameters'>;

/**
 * A condition as one sentence in plain English, without a full stop. Written once for every reader: `explain`, `partial`,
 * differences and the printed policy all say it alike.
 *
 * @param condition - of a checked document.
 * @param document - whose attributes and parameters it uses; numbers are those of the parameters.
 * @param holds - false to say the opposite.
 * @returns such as "the person's role is nurse or midwife, and the sign-in level is at least 2".
 * @example
 * ```ts
 * conditionInWords({ 'subject.assurance': { atLeast: 2 } }, pack.document); // 'the sign-in level is at least 2'
 * ```
 */
export function conditionInWords(condition: Condition, document: Words, holds = true): string {
  return sentence(condition, document, holds, false);
}

/**
 * A condition as lines, indented by two blanks a level, for a page.
 *
 * @param condition - of a checked document.
 * @param document - whose attributes and parameters it uses.
 * @param holds - false to say the opposite.
 * @example
 * ```ts
 * conditionInLines({ any: [{ 'subject.role': 'nurse' }, { 'subject.assurance': 3 }] }, pack.document);
 * // ['any of these:', '  the person’s role is nurse', '  the sign-in level is 3']
 * ```
 */
export function conditionInLines(condition: Condition, document: Words, holds = true): readonly string[] {
  const node = readCondition(condition);
  if (node.kind === 'test') return [testInWords(node, document, holds)];
  if (node.kind === 'not') return conditionInLines(node.part, document, !holds);
  const all = (node.kind === 'all') === holds;
  if (node.parts.length === 0) return [all ? 'always' : 'never'];
  if (node.parts.length === 1) return conditionInLines(node.parts[0]!, document, holds);
  const parts = node.parts.flatMap((part) => conditionInLines(part, document, holds));
  return [all ? 'all of these:' : 'any of these:', ...parts.map((line) => `  ${line}`)];
}

// "Not all of" is said as "not this, or not that": a reader should never have to turn a bracket inside out.
function sentence(condition: Condition, document: Words, holds: boolean, inner: boolean): string {
  const node = readCondition(condition);
  if (node.kind === 'test') return testInWords(node, document, holds);
  if (node.kind === 'not') return sentence(node.part, document, !holds, inner);
  const all = (node.kind === 'all') === holds;
  if (node.parts.length === 0) return all ? 'always' : 'never';
  if (node.parts.length === 1) return sentence(node.parts[0]!, document, holds, inner);
  const parts = node.parts.map((part) => sentence(part, document, holds, true));
  if (!all) return `${inner ? '(' : ''}either ${parts.join(', or ')}${inner ? ')' : ''}`;
  return inner ? `(${parts.join(', and ')})` : parts.join(', and ');
}
