import type { Condition } from '../document.js';
import { MISSING, type Slot, type Value } from '../engine/facts.js';
import { onlyKey } from '../engine/operand.js';
import { FALSE, TRUE } from '../engine/three-valued.js';
import { type Atom, atomOf, hasNone, type Side } from './atoms.js';
import { and, type Diagram, minus, NO, type Node, YES } from './diagram.js';
import { leastOf, valuesOf } from './members.js';
import { type Domain, frameOf, type Members, type Raw, type Scalar, typed, type Variable } from './variables.js';

/** A condition as two diagrams: where it is known to be true, and where it is not known to be false. */
export interface Truths {
  readonly yes: Node;
  readonly maybe: Node;
}

/** Reads the conditions of one document as diagrams, with the engine's own meaning of true, false and not known. */
export function truthsOf(diagram: Diagram, domain: Domain, side: Side): (condition: Condition) => Truths {
  const { all, any, not } = {
    all: (nodes: Node[]): Node => diagram.all(nodes),
    any: (nodes: Node[]): Node => diagram.any(nodes),
    not: (node: Node): Node => diagram.not(node),
  };
  const done = new Map<string, Truths>();
  const has = ({ index, values }: Variable, holds: (raw: Raw) => boolean): Node => {
    diagram.work(values.length);
    return diagram.node(
      index,
      values.map(([raw]) => (holds(raw) ? YES : NO)),
    );
  };
  const said = (variable: Variable, word: string): Node => has(variable, (raw) => raw === word);
  const holds = (variable: Variable): Node => has(variable, (raw) => raw === true);

  const read = (condition: Condition): Truths => {
    const text = JSON.stringify(condition);
    const known = done.get(text) ?? make(condition);
    done.set(text, known);
    return known;
  };
  const make = (condition: Condition): Truths => {
    const key = onlyKey(condition);
    const body: unknown = (condition as Record<string, unknown>)[key];
    if (key === 'not') return inverse(read(body as Condition));
    if (key === 'all' || key === 'any') {
      const parts = (body as Condition[]).map(read);
      const join = key === 'all' ? all : any;
      return { yes: join(parts.map(({ yes }) => yes)), maybe: join(parts.map(({ maybe }) => maybe)) };
    }
    const atom = atomOf(key, body, side);
    const truths = [atom.slot, atom.other].some((slot) => slot?.kind === 'set') ? ofSets(atom) : ofScalars(atom);
    return atom.negated ? inverse(truths) : truths;
  };
  const inverse = ({ yes, maybe }: Truths): Truths => ({ yes: not(maybe), maybe: not(yes) });

  /** Asks the engine about every combination of values. */
  const ofScalars = ({ slot, other, test }: Atom): Truths => {
    const read = [slot, ...(other ? [other] : [])].flatMap(({ attribute }) => {
      const fact = domain.facts.get(attribute);
      return fact === undefined ? [] : [fact as Scalar];
    });
    const variables = [
      ...new Set([...(slot.kind === 'time' ? [domain.now] : []), ...read.map(({ variable }) => variable)]),
    ].sort((a, b) => a.index - b.index);
    const table = (chosen: readonly Raw[]): Truths => {
      const next = variables[chosen.length];
      if (next !== undefined) {
        const below = next.values.map(([raw]) => table([...chosen, raw]));
        const node = (part: keyof Truths): Node =>
          diagram.node(
            next.index,
            below.map((truths) => truths[part]),
          );
        return { yes: node('yes'), maybe: node('maybe') };
      }
      diagram.work();
      const of = (variable: Variable): Raw => chosen[variables.indexOf(variable)];
      const now = slot.kind === 'time' ? ((of(domain.now) as number | undefined) ?? null) : 0;
      const facts = read.map((fact) => [fact, of(fact.variable)] as const);
      const truth = test(frameOf(facts, now));
      return { yes: truth === TRUE ? YES : NO, maybe: truth === FALSE ? NO : YES };
    };
    return table([]);
  };

  /** Where a set is known, and what is known of it to be none, as this document declares it. */
  const stateOf = (slot: Slot): { known: Node; none: Node; of: (member: Value) => Node; fact: Members } => {
    const fact = domain.facts.get(slot.attribute) as Members;
    const { header, list, members, isShared } = fact;
    const some = list === undefined ? YES : said(list, 'some');
    const allowed = valuesOf(slot);
    const strange = [...members].filter(([member]) => allowed?.includes(member) === false);
    const fits = isShared ? YES : sized(fact);
    const listed = all([some, said(header, 'known'), fits, ...strange.map(([, variable]) => not(holds(variable)))]);
    const empty = list === undefined ? NO : said(list, 'empty');
    return {
      fact,
      known: any([listed, empty]),
      none: hasNone(slot) ? said(list ?? header, 'none') : NO,
      of: (member) => (members.has(member) ? all([listed, holds(members.get(member)!)]) : NO),
    };
  };

  /** Where there are as many members as there must and may be. */
  const sized = (fact: Members): Node => {
    const { members, max } = fact;
    const variables = [...members.values()].sort((a, b) => a.index - b.index);
    const least = leastOf(fact);
    const counted = new Map<string, Node>();
    const most = Math.min(max, variables.length);
    const from = (at: number, count: number): Node => {
      if (count > most) return NO;
      if (at === variables.length) return count >= least ? YES : NO;
      // With no upper bound in sight it only matters whether there are enough.
      const so = most === variables.length ? Math.min(count, least) : count;
      const key = `${at} ${so}`;
      const node = counted.get(key) ?? diagram.node(variables[at]!.index, [from(at + 1, so), from(at + 1, so + 1)]);
      counted.set(key, node);
      return node;
    };
    return from(0, 0);
  };

  const ofSets = ({ op, slot, other, operand, constants }: Atom): Truths => {
    const set = stateOf(slot);
    const settled = any([set.known, set.none]);
    // A set equals nothing but `none`.
    if (op === 'equals' || op === 'in') return { yes: set.none, maybe: not(set.known) };
    if (other === undefined) {
      const yes = any((Array.isArray(operand) ? operand : constants).map((member: Value) => set.of(member)));
      return { yes, maybe: any([yes, not(settled)]) };
    }
    if (other.kind === 'set') {
      const second = stateOf(other);
      const both = [...set.fact.members.keys()].map((member) => all([set.of(member), second.of(member)]));
      return decided(any(both), settled, any([second.known, second.none]));
    }
    const scalar = domain.facts.get(other.attribute) as Scalar;
    const { variable } = scalar;
    const values = variable.values.map(([raw]) => typed(other, scalar, raw, 0));
    const ways = values.map((value, i) => {
      const rest = op === 'sameAs' ? [...set.fact.members.keys()].filter((member) => member !== value) : [];
      const alone = rest.map((member) => not(set.of(member)));
      return all([set.of(value), ...alone, diagram.literal(variable.index, values.length, new Set([i]))]);
    });
    const known = new Set(values.flatMap((value, i) => (value === MISSING ? [] : [i])));
    return decided(any(ways), settled, diagram.literal(variable.index, values.length, known));
  };

  const decided = (yes: Node, first: Node, second: Node): Truths => ({
    yes,
    maybe: diagram.apply(minus, YES, diagram.apply(minus, diagram.apply(and, first, second), yes)),
  });

  return read;
}
