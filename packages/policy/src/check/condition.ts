import type { Slot } from '../engine/facts.js';
import type { Vocabulary } from '../engine/operand.js';
import { instant, UNIT_MS } from '../engine/time.js';
import { PolicyError, type PolicyErrorCode, step } from '../errors.js';
import { parseCidr } from '../place/cidr.js';

/** Deepest nesting of conditions: far more than a person can read. */
export const MAX_DEPTH = 16;

type Check = (operand: unknown, slot: Slot, vocabulary: Vocabulary, path: string) => void;

function refuse(code: PolicyErrorCode, path: string, message: string): never {
  throw new PolicyError(code, path, message);
}

/** Refuses a condition that uses anything the vocabulary does not know, or that no fact could ever meet. */
export function checkCondition(condition: unknown, vocabulary: Vocabulary, path: string, depth = 0): void {
  if (depth > MAX_DEPTH) refuse('TOO_DEEP', path, `conditions nested deeper than ${MAX_DEPTH}`);
  const key = onlyKey(condition, path);
  const body = (condition as Record<string, unknown>)[key];
  const at = step(path, key);
  if (key === 'not') checkCondition(body, vocabulary, at, depth + 1);
  else if (key === 'all' || key === 'any') {
    if (!Array.isArray(body) || (key === 'any' && body.length === 0))
      refuse('DOCUMENT_INVALID', at, 'expected a list of conditions');
    for (const [i, part] of body.entries()) checkCondition(part, vocabulary, step(at, i), depth + 1);
  } else checkTest(body, key, vocabulary, path, at);
}

function onlyKey(value: unknown, path: string): string {
  const keys = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  return keys.length === 1 ? keys[0]! : refuse('DOCUMENT_INVALID', path, 'expected an object with exactly one key');
}

function checkTest(test: unknown, attribute: string, vocabulary: Vocabulary, from: string, path: string): void {
  const isConstant = typeof test !== 'object' || test === null;
  const op = isConstant ? 'equals' : onlyKey(test, path);
  const operand = isConstant ? test : (test as Record<string, unknown>)[op];
  const at = isConstant ? path : step(path, op);
  if (op === 'not') {
    checkTest(operand, attribute, vocabulary, from, at);
    return;
  }
  // Each fence is a fact of its own.
  const { slots } = vocabulary;
  const isFence = op === 'insideFence';
  const fact = isFence ? `${attribute}.${String(operand)}` : attribute;
  const slot = slots.get(fact) ?? slots.get(attribute) ?? refuse('UNKNOWN_ATTRIBUTE', from, `no attribute \`${fact}\``);
  const check = Object.hasOwn(CHECKS, op) ? CHECKS[op]! : refuse('UNKNOWN_OPERATOR', at, `no operator \`${op}\``);
  if ((slot.declaration.type === 'fences') !== isFence) mismatch(slot, at);
  check(operand, slot, vocabulary, at);
}

const mismatch = (slot: Slot, path: string): never =>
  refuse('OPERATOR_MISMATCH', path, `operator does not fit \`${slot.attribute}\``);

/** A whole number, given or taken from a parameter. */
function checkInteger(value: unknown, { parameters }: Vocabulary, path: string): number {
  if (Number.isSafeInteger(value)) return value as number;
  if (typeof value !== 'object' || onlyKey(value, path) !== 'parameter')
    return refuse('VALUE_INVALID', path, 'expected a whole number or a parameter');
  const name: unknown = (value as { parameter: unknown }).parameter;
  if (typeof name !== 'string' || !Object.hasOwn(parameters, name))
    return refuse('UNKNOWN_PARAMETER', step(path, 'parameter'), `no parameter \`${String(name)}\``);
  return parameters[name]!.value;
}

/** A duration as its number of seconds. */
function checkDuration(value: unknown, vocabulary: Vocabulary, path: string): number {
  const unit = onlyKey(value, path);
  const ms = UNIT_MS.get(unit) ?? refuse('VALUE_INVALID', path, `no unit of time \`${unit}\``);
  return (ms / 1_000) * checkInteger((value as Record<string, unknown>)[unit], vocabulary, step(path, unit));
}

/** A whole number, a parameter or a duration; as number or seconds. */
export function checkAmount(value: unknown, vocabulary: Vocabulary, path: string): number {
  const isDuration = typeof value === 'object' && value !== null && !Object.hasOwn(value, 'parameter');
  return isDuration ? checkDuration(value, vocabulary, path) : checkInteger(value, vocabulary, path);
}

/** A constant that a fact could equal. */
const checkConstant: Check = (value, { declaration, kind, attribute }, vocabulary, path) => {
  if (value === 'none' && declaration.none === true) return;
  const { min, max, values } = declaration;
  const fits = (): boolean => {
    switch (kind) {
      case 'boolean':
        return typeof value === 'boolean';
      case 'integer': {
        const number = checkInteger(value, vocabulary, path);
        return number >= (min ?? number) && number <= (max ?? number);
      }
      case 'time':
        return typeof value === 'string' && instant(value) !== null;
      case 'string':
        return typeof value === 'string' && (values?.includes(value) ?? (value !== '' && value !== 'none'));
      default:
        return refuse('OPERATOR_MISMATCH', path, `\`${attribute}\` has no single value to compare`);
    }
  };
  if (!fits()) refuse('VALUE_INVALID', path, `not a value of \`${attribute}\``);
};

/** A member that a set may hold. */
const checkMember: Check = (value, { attribute, declaration }, _vocabulary, path) => {
  const field = declaration.fields?.[attribute.slice(attribute.lastIndexOf('.') + 1)];
  const { type, values } = field ?? { type: 'set', values: declaration.values };
  const fits =
    type === 'boolean' ? typeof value === 'boolean' : typeof value === 'string' && value !== '' && value !== 'none';
  if (!fits || (values !== undefined && !values.includes(value as string)))
    refuse('VALUE_INVALID', path, `not a member of \`${attribute}\``);
};

/** The fact that an operand refers to. */
function referred(name: unknown, { slots }: Vocabulary, path: string): Slot {
  const slot = typeof name === 'string' ? slots.get(name) : undefined;
  if (slot === undefined || slot.declaration.type === 'fences')
    return refuse('UNKNOWN_ATTRIBUTE', path, `no attribute \`${String(name)}\``);
  return slot;
}

const kinds =
  (allowed: readonly Slot['kind'][], check: Check): Check =>
  (operand, slot, vocabulary, path) => {
    if (!allowed.includes(slot.kind)) mismatch(slot, path);
    check(operand, slot, vocabulary, path);
  };

const some =
  (each: Check): Check =>
  (operand, slot, vocabulary, path) => {
    if (!Array.isArray(operand) || operand.length === 0) refuse('VALUE_INVALID', path, 'expected at least one value');
    for (const [i, value] of operand.entries()) each(value, slot, vocabulary, step(path, i));
  };

/** An operand of a set that names another fact of the given kind. */
function checkReference(operand: unknown, kind: Slot['kind'], vocabulary: Vocabulary, path: string): void {
  if (onlyKey(operand, path) !== 'attribute') refuse('VALUE_INVALID', path, 'expected a value or an attribute');
  const at = step(path, 'attribute');
  const other = referred((operand as { attribute: unknown }).attribute, vocabulary, at);
  if (other.kind !== kind) mismatch(other, path);
}

const ordered = kinds(['integer', 'text'], (operand, _slot, vocabulary, path) => {
  checkAmount(operand, vocabulary, path);
});
const aged = kinds(['time'], (operand, _slot, vocabulary, path) => {
  checkDuration(operand, vocabulary, path);
});

const CHECKS: Readonly<Record<string, Check>> = {
  equals: checkConstant,
  in: some(checkConstant),
  atLeast: ordered,
  atMost: ordered,
  lessThan: ordered,
  moreThan: ordered,
  olderThan: aged,
  notOlderThan: aged,
  sameAs: kinds(['string', 'integer', 'boolean', 'time', 'set'], (operand, slot, vocabulary, path) => {
    const other = referred(operand, vocabulary, path);
    if (other.kind !== (slot.kind === 'set' ? 'string' : slot.kind)) mismatch(slot, path);
  }),
  includes: kinds(['set'], (operand, slot, vocabulary, path) => {
    if (typeof operand === 'object' && operand !== null) checkReference(operand, 'string', vocabulary, path);
    else checkMember(operand, slot, vocabulary, path);
  }),
  overlaps: kinds(['set'], (operand, slot, vocabulary, path) => {
    if (Array.isArray(operand)) some(checkMember)(operand, slot, vocabulary, path);
    else checkReference(operand, 'set', vocabulary, path);
  }),
  within: kinds(
    ['address'],
    some((value, _slot, _vocabulary, path) => {
      if (typeof value !== 'string' || parseCidr(value) === null)
        refuse('VALUE_INVALID', path, 'not a block of addresses');
    }),
  ),
  insideFence: () => {},
};
