import { type FactTest, otherFact } from '../condition.js';
import type { PolicyDocument } from '../document.js';
import { a, isPlural, lengthOfTime, listed, nameOfFact, word } from './names.js';
import { phrase, saying } from './sayings.js';

type Words = Pick<PolicyDocument, 'attributes' | 'parameters'>;

/** Seconds in one of each unit of a duration. */
const SECONDS: Readonly<Record<string, number>> = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 };

function number(value: unknown, { parameters }: Words): number {
  if (typeof value === 'number') return value;
  return parameters[(value as { parameter: string }).parameter]!.value;
}

function seconds(duration: unknown, document: Words): number {
  const [[unit, count]] = Object.entries(duration as object) as [[string, unknown]];
  return SECONDS[unit]! * number(count, document);
}

function amount(attribute: string, value: unknown, document: Words): string {
  const isDuration = typeof value === 'object' && value !== null && !Object.hasOwn(value, 'parameter');
  if (isDuration) return lengthOfTime(seconds(value, document));
  const count = number(value, document);
  if (attribute.endsWith('Seconds')) return lengthOfTime(count);
  return document.attributes[attribute]?.type === 'text' ? `${count} characters of substance` : String(count);
}

function age(fact: string, limit: number, older: boolean): string {
  // A moment is never older than a negative length only when it lies that far ahead.
  if (limit < 0) return `${fact} is dated ${older ? 'at most' : 'more than'} ${lengthOfTime(limit)} ahead`;
  if (limit === 0) return older ? `${fact} has passed` : `${fact} is yet to come`;
  return older
    ? `${fact} was ${lengthOfTime(limit)} ago or longer`
    : `${fact} was less than ${lengthOfTime(limit)} ago`;
}

/**
 * One test in plain English.
 *
 * @param test - as `readCondition` takes it from a condition.
 * @param document - whose parameters give the numbers.
 * @param holds - false to say the opposite.
 */
export function testInWords(test: FactTest, document: Words, holds = true): string {
  const { attribute, op } = test;
  const operand = test.operand as string | number | boolean | object;
  const yes = test.negated !== holds;
  const whole = typeof operand === 'object' ? null : saying(`${attribute} ${op} ${operand}`, yes);
  if (whole !== null) return whole;
  const noun = nameOfFact(attribute);
  const fact = `the ${noun}`;
  const is = yes ? 'is' : 'is not';
  const other = otherFact(test);
  const named = other === undefined && BY_VALUE.has(op) ? phrase(attribute, [operand].flat(), yes) : null;
  switch (op) {
    case 'equals':
      if (operand === 'none') return `there is ${yes ? `no ${noun}` : a(noun)}`;
      if (named !== null) return named;
      if (typeof operand === 'boolean') return `${fact} ${is} ${operand ? 'so' : 'not so'}`;
      return `${fact} ${is} ${typeof operand === 'object' ? number(operand, document) : word(operand)}`;
    case 'in':
      return named ?? `${fact} ${is} ${listed(operand as readonly unknown[], 'or')}`;
    case 'sameAs':
      return `${fact} ${is} the ${nameOfFact(other!)}`;
    case 'includes':
      return (
        named ?? `${fact} ${includes(noun, yes)} ${other === undefined ? word(operand) : `the ${nameOfFact(other)}`}`
      );
    case 'overlaps': {
      const with_ =
        other === undefined ? listed(operand as readonly unknown[], 'or') : `any of the ${nameOfFact(other)}`;
      return named ?? `${fact} ${includes(noun, yes)} ${with_}`;
    }
    case 'within':
      return `${fact} ${is} within ${listed(operand as readonly unknown[], 'or')}`;
    case 'insideFence':
      return `${fact} ${is} inside ${word(operand)}`;
    case 'olderThan':
    case 'notOlderThan': {
      const older = (op === 'olderThan') === yes;
      const limit = seconds(operand, document);
      return (limit === 0 ? saying(`${attribute} has passed`, older) : null) ?? age(fact, limit, older);
    }
    default: {
      const [held, opposite] = ORDERED[op]!;
      return `${fact} is ${yes ? held : opposite} ${amount(attribute, operand, document)}`;
    }
  }
}

/** Operators whose operands are values of the fact. */
const BY_VALUE: ReadonlySet<string> = new Set(['equals', 'in', 'includes', 'overlaps']);

function includes(noun: string, yes: boolean): string {
  if (isPlural(noun)) return yes ? 'include' : 'do not include';
  return yes ? 'includes' : 'does not include';
}

const ORDERED: Readonly<Record<string, readonly [string, string]>> = {
  atLeast: ['at least', 'less than'],
  atMost: ['at most', 'more than'],
  lessThan: ['less than', 'at least'],
  moreThan: ['more than', 'at most'],
};
