import { type FactTest, otherFact } from '../condition.js';
import type { Request } from '../decision.js';
import type { AttributeDeclaration, PolicyDocument } from '../document.js';
import { factOf } from './fact.js';
import { shorterLists } from './recipients.js';

/** Ranges of whole numbers up to this size are tried one by one: sign-in levels, not seconds. */
const MAX_LISTED = 64;
/** Saying less is no remedy: a person does something, they do not hide something. */
const NOTHING_SAID: readonly unknown[] = ['none', 'unknown', 'uncertain'];
const SECONDS: Readonly<Record<string, number>> = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 };

type Words = Pick<PolicyDocument, 'attributes' | 'parameters'>;

/**
 * What a fact could be changed to, the best choice first: every value that the rules can tell apart, of which some are
 * left out on purpose: "none" and "unknown", a weaker sign-in, a moment other than now, and any value that only another
 * fact of the request would tell, numbers and yes or no excepted.
 */
export function valuesFor(
  attribute: string,
  tests: readonly FactTest[],
  request: Request,
  document: Words,
  now: string,
): readonly unknown[] {
  const declaration = document.attributes[attribute]!;
  const current = factOf(request, attribute);
  switch (declaration.type) {
    case 'enum':
      return declaration.values!.filter((value) => value !== current && !NOTHING_SAID.includes(value));
    case 'boolean':
      return [true, false].filter((value) => value !== current);
    case 'integer':
      return numbers(attribute, declaration, tests, request, document, current);
    case 'time':
      return [now];
    case 'string':
      return constants(tests).filter((value) => value !== current && !NOTHING_SAID.includes(value));
    case 'address':
      return tests.flatMap(({ op, operand }) =>
        op === 'within' ? (operand as readonly string[]).map((block) => block.slice(0, block.indexOf('/'))) : [],
      );
    case 'fences':
      return tests.flatMap(({ operand }) =>
        ['inside', 'outside'].map((side) => ({ ...(isRecord(current) ? current : {}), [operand as string]: side })),
      );
    case 'set':
      return sets(tests, current);
    case 'list':
      return shorterLists(request, attribute, tests);
    default:
      return [];
  }
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The constants that the rules compare a fact with. */
function constants(tests: readonly FactTest[]): readonly unknown[] {
  const found = tests.flatMap((test) => (otherFact(test) === undefined ? [test.operand].flat() : []));
  return [...new Set(found)].filter((value) => typeof value === 'string');
}

function numbers(
  attribute: string,
  { min = 0, max = Number.MAX_SAFE_INTEGER }: AttributeDeclaration,
  tests: readonly FactTest[],
  request: Request,
  document: Words,
  current: unknown,
): readonly number[] {
  const found =
    max - min < MAX_LISTED
      ? Array.from({ length: max - min + 1 }, (_, i) => min + i)
      : tests.flatMap((test) => bounds(test, request, document));
  const fits = (value: number): boolean => value >= min && value <= max && value !== current;
  const known = [...new Set(found)].filter(fits);
  // A sign-in is strengthened; other numbers stay as near as they can to what was asked for.
  if (attribute === 'subject.assurance')
    return known.filter((value) => typeof current !== 'number' || value > current).sort((a, b) => a - b);
  if (typeof current === 'number') return known.sort((a, b) => Math.abs(a - current) - Math.abs(b - current) || a - b);
  return known.sort((a, b) => (attribute.startsWith('action.') ? b - a : a - b));
}

/** The numbers at which a test changes its answer. */
function bounds(test: FactTest, request: Request, document: Words): readonly number[] {
  const other = otherFact(test);
  if (other !== undefined) {
    const value = factOf(request, other);
    return Number.isSafeInteger(value) ? [value as number] : [];
  }
  return [test.operand].flat().flatMap((operand) => {
    const bound = amount(operand, document);
    return bound === undefined ? [] : [bound - 1, bound, bound + 1];
  });
}

/** A number, a parameter, or a duration as its seconds; undefined for a word. */
export function amount(operand: unknown, document: Words): number | undefined {
  if (typeof operand === 'number') return operand;
  if (!isRecord(operand)) return undefined;
  const [[key, value]] = Object.entries(operand) as [[string, unknown]];
  if (key === 'parameter') return document.parameters[value as string]!.value;
  const count = amount(value, document);
  return count === undefined ? undefined : count * SECONDS[key]!;
}

/** The set as it is with one constant more or less, then each constant alone. */
function sets(tests: readonly FactTest[], current: unknown): readonly unknown[] {
  const members: readonly unknown[] = Array.isArray(current) ? current : [];
  return constants(tests).flatMap((value) =>
    members.includes(value) ? [members.filter((member) => member !== value)] : [[...members, value]],
  );
}
