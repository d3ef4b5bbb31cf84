import type { FactTest } from '../condition.js';
import type { Request } from '../decision.js';
import type { PolicyDocument } from '../document.js';
import { MAX_TEXT } from '../engine/substance.js';
import { withFact } from './fact.js';
import { amount } from './values.js';

/** Most ways to say an emergency that are tried: a document has one. */
const MAX_SAYINGS = 32;

/**
 * The request as it would be once the person has said what breaking the glass asks of them, in every way the rule names.
 * Used to see whether it would be permitted; what was put in is never shown.
 */
export function withGlassBroken(
  request: Request,
  declared: ReadonlyMap<string, readonly FactTest[]>,
  document: PolicyDocument,
): readonly Request[] {
  let requests: readonly Request[] = [request];
  for (const [attribute, tests] of declared) {
    const values = saidFor(attribute, tests, document);
    requests = requests
      .flatMap((each) => values.map((value) => withFact(each, attribute, value)))
      .slice(0, MAX_SAYINGS);
  }
  return requests;
}

function saidFor(attribute: string, tests: readonly FactTest[], document: PolicyDocument): readonly unknown[] {
  const { type, values = [] } = document.attributes[attribute]!;
  const named = (value: string): boolean => tests.some(({ operand }) => [operand].flat().includes(value));
  // What the rule names comes first, so that the search for it is not spent on the rest.
  if (type === 'enum') return values.toSorted((a, b) => Number(named(b)) - Number(named(a)));
  if (type === 'boolean') return [true, false];
  if (type !== 'text')
    return tests.flatMap(({ operand }) => [operand].flat()).filter((each) => typeof each === 'string');
  const lengths = tests.flatMap(({ operand }) => amount(operand, document) ?? []);
  return [...new Set(lengths.flatMap((length) => [length, length + 1]))]
    .filter((length) => length <= MAX_TEXT)
    .map(textOf);
}

/** A text of so many characters, no two alike, which is therefore all substance. */
function textOf(length: number): string {
  const first = 0x4e00;
  return String.fromCodePoint(...Array.from({ length }, (_, i) => first + i));
}
