import type { Code } from './compile.js';
import { type Frame, MISSING, NONE, type Slot, type Value } from './facts.js';
import { FALSE, type Truth, UNKNOWN } from './three-valued.js';

/** As many rules as a mask of small integers has bits, with one to spare for the sign. */
const GROUP = 30;

/**
 * What one fact, or one condition on several facts, says of all rules of a group at once. Bit i stands for rule i: by the
 * code of what was found, `no` has the rules that it makes false, `maybe` those that it leaves unknown.
 */
interface Column {
  /** The one fact it is about, or undefined for a condition on several. */
  readonly slot: Slot | undefined;
  readonly codes: ReadonlyMap<Value, number>;
  readonly test: (frame: Frame) => Truth;
  readonly cost: number;
  rules: number;
  readonly no: number[];
  readonly maybe: number[];
}

/** Sorts rules into those that apply, those that may apply, and those that do not. */
export type Sorter<R> = (frame: Frame, sure: R[], open: R[]) => void;

/**
 * Makes a sorter of rules that each are an `all` of parts. A part that asks about one fact with few values is a table,
 * so that a fact is looked at once for all rules; other parts run once, after the tables, and only if a rule still
 * depends on them. Which rules come out never depends on that order: a rule is false when any part is, and unknown when
 * none is false and one is unknown.
 */
export function sorter<R extends { readonly applies: Code }>(rules: readonly R[]): Sorter<R> {
  const head = rules.slice(0, GROUP);
  const rest = rules.length > GROUP ? sorter(rules.slice(GROUP)) : undefined;
  const found = new Map<Slot | Code, Column>();
  head.forEach(({ applies }, i) => {
    for (const part of applies.parts ?? [applies]) {
      const [slot] = part.slots;
      const isTable = part.slots.size === 1 && slot!.domain !== undefined;
      const key = isTable ? slot! : part;
      const column = found.get(key) ?? (isTable ? table(slot!) : test(part));
      found.set(key, column);
      column.rules |= 1 << i;
      const truths = isTable ? truthsOf(part, slot!) : TRUTHS;
      truths.forEach((truth, code) => {
        column.no[code]! |= truth === FALSE ? 1 << i : 0;
        column.maybe[code]! |= truth === UNKNOWN ? 1 << i : 0;
      });
    }
  });
  const columns = [...found.values()].sort((a, b) => a.cost - b.cost);
  const all = 2 ** head.length - 1;
  return (frame, sure, open) => {
    let left = all;
    let unknown = 0;
    for (const column of columns) {
      if ((column.rules & left) === 0) continue;
      const { slot } = column;
      // Whatever is not listed counts as missing.
      const code = slot === undefined ? column.test(frame) : (column.codes.get(slot.read(frame)) ?? 0);
      left &= ~column.no[code]!;
      unknown |= column.maybe[code]!;
    }
    for (; left !== 0; left &= left - 1) {
      const bit = left & -left;
      ((unknown & bit) === 0 ? sure : open).push(head[31 - Math.clz32(bit)]!);
    }
    rest?.(frame, sure, open);
  };
}

const TRUTHS: readonly Truth[] = [0, 1, 2];

const valuesOf = ({ domain }: Slot): Value[] => [MISSING, NONE, ...domain!];

const KNOWN = new WeakMap<Code, readonly Truth[]>();

/** What a part says of each value of its one fact: worked out once for all rules and actions. */
function truthsOf(part: Code, slot: Slot): readonly Truth[] {
  const truths = KNOWN.get(part) ?? valuesOf(slot).map((value) => part.test(supposing(slot, value)));
  KNOWN.set(part, truths);
  return truths;
}

/** A frame in which one fact has a value and no other is asked for. */
function supposing({ index }: Slot, value: Value): Frame {
  const facts: Frame['facts'] = [];
  facts[index] = value;
  return { subject: {}, action: {}, resource: {}, context: {}, facts, illTyped: undefined, now: null };
}

function table(slot: Slot): Column {
  const values = valuesOf(slot);
  const codes = new Map<Value, number>(values.map((value, code) => [value, code] as const));
  return { slot, codes, test: () => UNKNOWN, cost: 0, ...empty(values.length) };
}

function test({ test, slots }: Code): Column {
  return { slot: undefined, codes: NO_CODES, test, cost: slots.size, ...empty(TRUTHS.length) };
}

const NO_CODES: ReadonlyMap<Value, number> = new Map();

function empty(codes: number): Pick<Column, 'rules' | 'no' | 'maybe'> {
  return { rules: 0, no: new Array(codes).fill(0), maybe: new Array(codes).fill(0) };
}
