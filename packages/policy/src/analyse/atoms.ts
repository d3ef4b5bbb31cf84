import type { Condition, PolicyDocument } from '../document.js';
import type { Slot, Value } from '../engine/facts.js';
import { amount, constant, duration, onlyKey, type Vocabulary, vocabularyOf } from '../engine/operand.js';
import { compileTest, type TestCode } from '../engine/operators.js';

/** One document under analysis. */
export interface Side {
  readonly document: PolicyDocument;
  readonly vocabulary: Vocabulary;
  /** What was read so far, by its text. */
  readonly atoms: Map<string, Atom>;
}

/** One test as a rule writes it, freed of `not`. */
export interface Atom {
  readonly op: string;
  readonly operand: unknown;
  readonly slot: Slot;
  /** The fact that the operand names. */
  readonly other: Slot | undefined;
  /** Constants as values of the slot (members, of a set); bounds; durations in ms. */
  readonly constants: readonly Value[];
  readonly negated: boolean;
  /** The engine's own test, without the `not`. */
  readonly test: TestCode['test'];
}

export function sideOf(document: PolicyDocument): Side {
  return { document, vocabulary: vocabularyOf(document), atoms: new Map() };
}

/** Reads one leaf of a checked condition. */
export function atomOf(attribute: string, asked: unknown, { atoms, vocabulary }: Side): Atom {
  const text = JSON.stringify([attribute, asked]);
  const atom = atoms.get(text) ?? readAtom(attribute, asked, vocabulary);
  atoms.set(text, atom);
  return atom;
}

function readAtom(attribute: string, asked: unknown, vocabulary: Vocabulary): Atom {
  let test = asked;
  let negated = false;
  while (typeof test === 'object' && onlyKey(test) === 'not') {
    test = (test as { not: unknown }).not;
    negated = !negated;
  }
  const op = typeof test === 'object' ? onlyKey(test) : 'equals';
  const operand = typeof test === 'object' ? (test as Record<string, unknown>)[op] : test;
  const { slots } = vocabulary;
  const slot = slots.get(op === 'insideFence' ? `${attribute}.${operand}` : attribute)!;
  const named = op === 'sameAs' ? operand : (operand as { attribute?: string }).attribute;
  const other = typeof named === 'string' ? slots.get(named) : undefined;
  const read = (): readonly Value[] => {
    if (other !== undefined || op === 'insideFence' || op === 'within') return [];
    const stated = Array.isArray(operand) ? operand : [operand];
    if (op.endsWith('lderThan')) return [duration(operand, vocabulary)];
    if (op === 'equals' || op === 'in') return stated.map((each) => constant(each, slot, vocabulary));
    return op === 'includes' || op === 'overlaps' ? stated : [amount(operand, vocabulary)];
  };
  return {
    op,
    operand,
    slot,
    other,
    constants: read(),
    negated,
    test: compileTest(test, attribute, vocabulary).test,
  };
}

/** Calls back for each leaf of a condition. */
export function eachAtom(condition: Condition, side: Side, visit: (atom: Atom) => void): void {
  const key = onlyKey(condition);
  const body: unknown = (condition as Record<string, unknown>)[key];
  if (key === 'not') eachAtom(body as Condition, side, visit);
  else if (key === 'all' || key === 'any') for (const part of body as Condition[]) eachAtom(part, side, visit);
  else visit(atomOf(key, body, side));
}

/** A test and the document it is from. */
export interface Use {
  readonly side: Side;
  readonly atom: Atom;
}

/** One fact as the documents declare it, with every test that reads it. */
export interface Read {
  readonly name: string;
  readonly slots: Set<Slot>;
  readonly uses: Use[];
  /** Facts that are compared with one another; the whole group is one array. */
  group: Read[];
}

/** Whether "there is none" can be said of a fact. */
export function hasNone({ declaration: { none, values } }: Slot): boolean {
  return none === true && values?.includes('none') !== true;
}
