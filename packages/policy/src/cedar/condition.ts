import { type FactTest, otherFact, readCondition } from '../condition.js';
import type { Condition } from '../document.js';
import { NONE, type Slot, type Value } from '../engine/facts.js';
import { amount, constant, duration, type Vocabulary } from '../engine/operand.js';
import { ANYWHERE, literal, NOW, noneOf, withinOf } from './names.js';
import { membersOf } from './types.js';

/**
 * A condition as two Cedar expressions: when it is known to be true, and when it is known to be false. Where neither
 * holds, a fact it needs is missing. Cedar skips a policy whose attribute is missing, which for a `forbid` would allow; so
 * every attribute is guarded with `has`.
 */
export interface Both {
  readonly yes: string;
  readonly no: string;
}

const COMPARE: Readonly<Record<string, string>> = { atLeast: '>=', atMost: '<=', lessThan: '<', moreThan: '>' };

/** The attribute of the context, and whether it is there. */
export const get = (name: string): string => `context[${literal(name)}]`;
export const has = (name: string): string => `context has ${literal(name)}`;

const all = (...parts: readonly string[]): string => `(${parts.join(' && ')})`;
const any = (...parts: readonly string[]): string => (parts.length === 0 ? 'false' : `(${parts.join(' || ')})`);
const invert = ({ yes, no }: Both): Both => ({ yes: no, no: yes });

/** A condition of a checked document. */
export function toExpressions(condition: Condition, vocabulary: Vocabulary): Both {
  const node = readCondition(condition);
  if (node.kind === 'not') return invert(toExpressions(node.part, vocabulary));
  if (node.kind === 'test') {
    const both = testOf(node, vocabulary);
    return node.negated ? invert(both) : both;
  }
  const parts = node.parts.map((part) => toExpressions(part, vocabulary));
  const [yes, no] = [parts.map((part) => part.yes), parts.map((part) => part.no)];
  if (parts.length === 0) return node.kind === 'all' ? { yes: 'true', no: 'false' } : { yes: 'false', no: 'true' };
  return node.kind === 'all' ? { yes: all(...yes), no: any(...no) } : { yes: any(...yes), no: all(...no) };
}

/** A value as Cedar writes it; times are ms. */
const written = (value: Value): string => (typeof value === 'string' ? literal(value) : String(value));

/** Known: none, with the given truth, or a value for which the expression holds. `name` is where the value lies. */
function one({ attribute, declaration }: Slot, ofNone: boolean, holds: string, name: string = attribute): Both {
  const none = declaration.none === true ? [has(noneOf(attribute))] : [];
  return {
    yes: any(...(ofNone ? none : []), all(has(name), `(${holds})`)),
    no: any(...(ofNone ? [] : none), all(has(name), `!(${holds})`)),
  };
}

/** Of two facts; false when one is known and the other is known to be none. */
function two(a: Slot, b: Slot, holds: string): Both {
  const none = ({ attribute, declaration }: Slot): string[] =>
    declaration.none === true ? [has(noneOf(attribute))] : [];
  const known = (slot: Slot): string => any(has(slot.attribute), ...none(slot));
  const values = [has(a.attribute), has(b.attribute)];
  return {
    yes: all(...values, `(${holds})`),
    no: any(
      ...none(a).map((isNone) => all(isNone, known(b))),
      ...none(b).map((isNone) => all(isNone, known(a))),
      all(...values, `!(${holds})`),
    ),
  };
}

function testOf(test: FactTest, vocabulary: Vocabulary): Both {
  const { attribute, op, operand } = test;
  const slot = vocabulary.slots.get(op === 'insideFence' ? `${attribute}.${operand}` : attribute)!;
  const value = get(slot.attribute);
  const other = otherFact(test);
  if (other !== undefined) return ofTwo(op, slot, vocabulary.slots.get(other)!);
  switch (op) {
    case 'equals':
    case 'in': {
      // Of an address only "there is none" can be asked; that there is one is known by where it lies.
      if (slot.kind === 'address') return one(slot, true, 'false', withinOf(attribute, ANYWHERE));
      const wanted = (op === 'in' ? (operand as unknown[]) : [operand]).map((each) => constant(each, slot, vocabulary));
      const values = wanted.filter((each) => each !== NONE).map(written);
      return one(
        slot,
        wanted.includes(NONE),
        values.length === 0 ? 'false' : `[${values.join(', ')}].contains(${value})`,
      );
    }
    case 'includes':
      return one(slot, false, `${value}.contains(${written(operand as string | boolean)})`);
    case 'overlaps':
      return one(slot, false, `${value}.containsAny([${(operand as (string | boolean)[]).map(written).join(', ')}])`);
    case 'within': {
      const name = withinOf(attribute, operand as readonly string[]);
      return one(slot, false, get(name), name);
    }
    case 'insideFence':
      return one(slot, false, value);
    case 'olderThan':
    case 'notOlderThan': {
      const age = `${get(NOW)} - ${value} >= ${duration(operand, vocabulary)}`;
      const { yes, no } = one(slot, false, op === 'olderThan' ? age : `!(${age})`);
      return { yes: all(has(NOW), yes), no: all(has(NOW), no) };
    }
    default:
      return one(slot, false, `${value} ${COMPARE[op]} ${amount(operand, vocabulary)}`);
  }
}

function ofTwo(op: string, a: Slot, b: Slot): Both {
  const [x, y] = [get(a.attribute), get(b.attribute)];
  const isSet = a.kind === 'set';
  // A set of booleans holds no text: Cedar would refuse to compare them.
  if (isSet && membersOf(a) !== (b.kind === 'set' ? membersOf(b) : 'String')) return two(a, b, 'false');
  if (op === 'includes') return two(a, b, `${x}.contains(${y})`);
  if (op === 'overlaps') return two(a, b, `${x}.containsAny(${y})`);
  return two(a, b, isSet ? `!(${x}.isEmpty()) && [${y}].containsAll(${x})` : `${x} == ${y}`);
}
