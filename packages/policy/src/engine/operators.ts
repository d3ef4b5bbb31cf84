import { PolicyError, step } from '../errors.js';
import type { Frame, Slot, Value } from './facts.js';
import { MISSING, NONE } from './facts.js';
import { amount, constant, duration, member, onlyKey, type Vocabulary } from './operand.js';
import { FALSE, negate, TRUE, type Truth, UNKNOWN } from './three-valued.js';

/** A compiled test of one fact. */
export interface TestCode {
  readonly op: string;
  readonly expected: unknown;
  /** The facts it reads. */
  readonly slots: readonly Slot[];
  readonly test: (frame: Frame) => Truth;
}

type Members = readonly (string | boolean)[];
type Make = (operand: unknown, slot: Slot, vocabulary: Vocabulary, path: string) => Omit<TestCode, 'op'>;

const truth = (holds: boolean): Truth => (holds ? TRUE : FALSE);

/** Slots a reference in an operand names. */
function referred(name: unknown, vocabulary: Vocabulary, path: string): Slot {
  const slot = typeof name === 'string' ? vocabulary.slots.get(name) : undefined;
  if (slot === undefined) throw new PolicyError('UNKNOWN_ATTRIBUTE', path, `no attribute \`${String(name)}\``);
  return slot;
}

function mismatch(slot: Slot, path: string): never {
  throw new PolicyError('OPERATOR_MISMATCH', path, `operator does not fit \`${slot.attribute}\``);
}

function one(
  slot: Slot,
  expected: unknown,
  holds: (value: Exclude<Value, typeof MISSING>) => boolean,
): Omit<TestCode, 'op'> {
  const { read } = slot;
  return {
    expected,
    slots: [slot],
    test: (frame) => {
      const value = read(frame);
      return value === MISSING ? UNKNOWN : holds(value) ? TRUE : FALSE;
    },
  };
}

function two(slot: Slot, other: Slot, expected: unknown, holds: (a: Value, b: Value) => boolean): Omit<TestCode, 'op'> {
  return {
    expected,
    slots: [slot, other],
    test: (frame) => {
      const a = slot.read(frame);
      const b = other.read(frame);
      return a === MISSING || b === MISSING ? UNKNOWN : truth(holds(a, b));
    },
  };
}

// `none` is neither more nor less than any number, holds no member and has no age: every operator but equality is false of it.
function ordered(compare: (value: number, bound: number) => boolean): Make {
  return (operand, slot, vocabulary, path) => {
    if (slot.kind !== 'integer' && slot.kind !== 'text') mismatch(slot, path);
    const bound = amount(operand, vocabulary, path);
    return one(slot, bound, (value) => typeof value === 'number' && compare(value, bound));
  };
}

// The age of a moment is the present less the moment; an interval that starts at it is closed at its start, open at its end.
function aged(older: boolean): Make {
  return (operand, slot, vocabulary, path) => {
    if (slot.kind !== 'time') mismatch(slot, path);
    const limit = duration(operand, vocabulary, path);
    const { read } = slot;
    return {
      expected: operand,
      slots: [slot],
      test: (frame) => {
        const value = read(frame);
        if (value === MISSING || frame.now === null) return UNKNOWN;
        return truth(typeof value === 'number' && frame.now - value >= limit === older);
      },
    };
  };
}

const equals: Make = (operand, slot, vocabulary, path) => {
  const expected = constant(operand, slot, vocabulary, path);
  return one(slot, operand, (value) => value === expected);
};

const OPERATORS: ReadonlyMap<string, Make> = new Map<string, Make>([
  ['equals', equals],
  [
    'in',
    (operand, slot, vocabulary, path) => {
      if (!Array.isArray(operand) || operand.length === 0)
        throw new PolicyError('VALUE_INVALID', path, 'expected at least one value');
      const known = new Set(operand.map((value, i) => constant(value, slot, vocabulary, step(path, i))));
      return one(slot, operand, (value) => known.has(value));
    },
  ],
  ['atLeast', ordered((value, bound) => value >= bound)],
  ['atMost', ordered((value, bound) => value <= bound)],
  ['lessThan', ordered((value, bound) => value < bound)],
  ['moreThan', ordered((value, bound) => value > bound)],
  ['olderThan', aged(true)],
  ['notOlderThan', aged(false)],
  [
    'sameAs',
    (operand, slot, vocabulary, path) => {
      const other = referred(operand, vocabulary, path);
      // A set is the same as a single value when that is all it holds: "every recipient belongs to this organisation".
      if (slot.kind === 'set' && other.kind === 'string')
        return two(
          slot,
          other,
          { attribute: operand },
          (a, b) => Array.isArray(a) && a.length > 0 && a.every((each) => each === b),
        );
      if (slot.kind !== other.kind || slot.kind === 'set' || slot.kind === 'text') mismatch(slot, path);
      return two(slot, other, { attribute: operand }, (a, b) => a === b && a !== NONE);
    },
  ],
  [
    'includes',
    (operand, slot, vocabulary, path) => {
      if (slot.kind !== 'set') mismatch(slot, path);
      if (typeof operand === 'object' && operand !== null) {
        if (onlyKey(operand, path) !== 'attribute')
          throw new PolicyError('VALUE_INVALID', path, 'expected a value or an attribute');
        const other = referred((operand as { attribute: unknown }).attribute, vocabulary, step(path, 'attribute'));
        if (other.kind !== 'string') mismatch(other, path);
        return two(slot, other, operand, (a, b) => Array.isArray(a) && (a as Members).includes(b as string));
      }
      const wanted = member(operand, slot, path);
      return one(slot, operand, (value) => Array.isArray(value) && (value as Members).includes(wanted));
    },
  ],
  [
    'overlaps',
    (operand, slot, vocabulary, path) => {
      if (slot.kind !== 'set') mismatch(slot, path);
      if (Array.isArray(operand)) {
        if (operand.length === 0) throw new PolicyError('VALUE_INVALID', path, 'expected at least one value');
        const wanted = operand.map((value, i) => member(value, slot, step(path, i)));
        return one(
          slot,
          operand,
          (value) => Array.isArray(value) && wanted.some((each) => (value as Members).includes(each)),
        );
      }
      if (onlyKey(operand, path) !== 'attribute')
        throw new PolicyError('VALUE_INVALID', path, 'expected values or an attribute');
      const other = referred((operand as { attribute: unknown }).attribute, vocabulary, step(path, 'attribute'));
      if (other.kind !== 'set') mismatch(other, path);
      // Each member is looked up once: two lists of 10,000 would else take 100 million comparisons.
      return two(slot, other, operand, (a, b) => {
        if (!Array.isArray(a) || !Array.isArray(b)) return false;
        const known = new Set<string | boolean>(b as Members);
        return (a as Members).some((each) => known.has(each));
      });
    },
  ],
]);

/** Compiles what is asked of one fact. */
export function compileTest(test: unknown, slot: Slot, vocabulary: Vocabulary, path: string): TestCode {
  if (typeof test !== 'object' || test === null) return { op: 'equals', ...equals(test, slot, vocabulary, path) };
  const op = onlyKey(test, path);
  const operand = (test as Record<string, unknown>)[op];
  const at = step(path, op);
  if (op === 'not') {
    const inner = compileTest(operand, slot, vocabulary, at);
    return { ...inner, op: `not ${inner.op}`, test: (frame) => negate(inner.test(frame)) };
  }
  const make = OPERATORS.get(op);
  if (make === undefined) throw new PolicyError('UNKNOWN_OPERATOR', at, `no operator \`${op}\``);
  return { op, ...make(operand, slot, vocabulary, at) };
}
