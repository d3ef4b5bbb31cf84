import { inRange, parseAddress, parseCidr } from '../place/cidr.js';
import type { Frame, Slot, Value } from './facts.js';
import { MISSING, NONE } from './facts.js';
import { amount, constant, duration, onlyKey, slotOf, type Vocabulary } from './operand.js';
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
type Known = Exclude<Value, typeof MISSING>;
type Make = (
  operand: never,
  slot: Slot,
  vocabulary: Vocabulary,
) => Omit<TestCode, 'op' | 'expected'> & { readonly expected?: unknown };

function one(slot: Slot, holds: (value: Known) => boolean): Omit<TestCode, 'op' | 'expected'> {
  const { read } = slot;
  return {
    slots: [slot],
    test: (frame) => {
      const value = read(frame);
      return value === MISSING ? UNKNOWN : holds(value) ? TRUE : FALSE;
    },
  };
}

function two(slot: Slot, other: Slot, holds: (a: Known, b: Known) => boolean): Omit<TestCode, 'op' | 'expected'> {
  return {
    slots: [slot, other],
    test: (frame) => {
      const a = slot.read(frame);
      const b = other.read(frame);
      return a === MISSING || b === MISSING ? UNKNOWN : holds(a, b) ? TRUE : FALSE;
    },
  };
}

// `none` is neither more nor less than any number, holds no member and has no age: every operator but equality is false of it.
const ordered =
  (compare: (value: number, bound: number) => boolean): Make =>
  (operand, slot, vocabulary) => {
    const bound = amount(operand, vocabulary);
    return { expected: bound, ...one(slot, (value) => typeof value === 'number' && compare(value, bound)) };
  };

// The age of a moment is the present less the moment; an interval that starts at it is closed at its start, open at its end.
const aged =
  (older: boolean): Make =>
  (operand, slot, vocabulary) => {
    const limit = duration(operand, vocabulary);
    return {
      slots: [slot],
      test: (frame) => {
        const value = slot.read(frame);
        if (value === MISSING || frame.now === null) return UNKNOWN;
        return typeof value === 'number' && frame.now - value >= limit === older ? TRUE : FALSE;
      },
    };
  };

/** Of a set: with constants or one constant, or with another fact. */
const held =
  (holds: (members: Members, wanted: Known | Members) => boolean): Make =>
  (operand: unknown, slot, vocabulary) => {
    const isConstant = typeof operand !== 'object' || Array.isArray(operand);
    const test = (a: Known, b: Known | Members): boolean => Array.isArray(a) && holds(a as Members, b);
    return isConstant
      ? one(slot, (value) => test(value, operand as string))
      : two(slot, slotOf((operand as { attribute: string }).attribute, vocabulary), test);
  };

const OPERATORS: Readonly<Record<string, Make>> = {
  equals: (operand, slot, vocabulary) => {
    const expected = constant(operand, slot, vocabulary);
    return one(slot, (value) => value === expected);
  },
  in: (operand: readonly unknown[], slot, vocabulary) => {
    const known = new Set(operand.map((value) => constant(value, slot, vocabulary)));
    return one(slot, (value) => known.has(value));
  },
  atLeast: ordered((value, bound) => value >= bound),
  atMost: ordered((value, bound) => value <= bound),
  lessThan: ordered((value, bound) => value < bound),
  moreThan: ordered((value, bound) => value > bound),
  olderThan: aged(true),
  notOlderThan: aged(false),
  sameAs: (operand, slot, vocabulary) => ({
    expected: Object.freeze({ attribute: operand }),
    ...two(slot, slotOf(operand, vocabulary), (a, b) =>
      // A set is the same as a single value when that is all it holds: "every recipient belongs to this organisation".
      Array.isArray(a) ? a.length > 0 && a.every((each) => each === b) : a === b && a !== NONE,
    ),
  }),
  includes: held((members, wanted) => members.includes(wanted as string)),
  overlaps: held((members, wanted) => {
    if (!Array.isArray(wanted)) return false;
    // Each member is looked up once: two lists of 10,000 would else take 100 million comparisons.
    const known = new Set<string | boolean>(wanted as Members);
    return members.some((each) => known.has(each));
  }),
  within: (operand: readonly string[], slot) => {
    const ranges = operand.map((cidr) => parseCidr(cidr)!);
    return one(slot, (value) => {
      const key = typeof value === 'string' && parseAddress(value);
      return !!key && ranges.some((range) => inRange(range, key));
    });
  },
  insideFence: (_operand, slot) => one(slot, (value) => value === true),
};

/** Compiles what is asked of one fact; the fact is found when the operator is known, since each fence is a fact. */
export function compileTest(test: unknown, attribute: string, vocabulary: Vocabulary): TestCode {
  if (typeof test !== 'object' || test === null) return compileTest({ equals: test }, attribute, vocabulary);
  const op = onlyKey(test);
  const expected = (test as Record<string, never>)[op]!;
  if (op === 'not') {
    const inner = compileTest(expected, attribute, vocabulary);
    return { ...inner, op: `not ${inner.op}`, test: (frame) => negate(inner.test(frame)) };
  }
  const slot = slotOf(op === 'insideFence' ? `${attribute}.${expected}` : attribute, vocabulary);
  return { op, expected, ...OPERATORS[op]!(expected, slot, vocabulary) };
}
