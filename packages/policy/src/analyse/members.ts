import type { Slot, Value } from '../engine/facts.js';
import { hasNone, type Read } from './atoms.js';
import { freshNames } from './candidates.js';
import type { Members, Variable } from './variables.js';

/** Members of a set or list that are read at most when no greatest number is declared. */
const UNBOUNDED: number = Number.POSITIVE_INFINITY;

/**
 * Variables of sets that are compared with one another or with the same facts. Beside the shared names, a set may hold
 * one that no other has, or as many as it must hold at least, and each two sets that are asked whether they overlap may
 * share one that no other has.
 */
export function membersOf(
  sets: readonly Read[],
  names: readonly Value[],
  variable: (values: Variable['values']) => Variable,
  lists: Map<string, Variable>,
): Members[] {
  const pairs = new Set(
    sets.flatMap(({ uses }) =>
      uses.flatMap(({ atom: { op, slot, other } }) =>
        op === 'overlaps' && other ? [`${slot.attribute} ${other.attribute}`] : [],
      ),
    ),
  );
  const others = freshNames(pairs.size, new Set(names), 'other');
  const shared = [...names, ...others];
  const made = sets.map((read) => {
    const fact = headed(read, variable, lists);
    const own = freshNames(Math.max(1, leastOf(fact)), new Set([...shared, ...others]), 'other');
    others.push(...own);
    return { ...fact, universe: universeOf(read, [...shared, ...own]) };
  });
  // One name after the other, of all sets: a test looks at the same name of two sets at once.
  const every = new Set(made.flatMap(({ universe }) => universe));
  const members = made.map(() => new Map<Value, Variable>());
  for (const name of every)
    made.forEach(({ universe }, i) => {
      if (universe.includes(name)) members[i]!.set(name, variable([[false], [true]]));
    });
  return made.map(({ universe: _universe, ...fact }, i) => ({ ...fact, members: members[i]! }));
}

/** How many different members there must be where a set or a field of a list is known. */
export function leastOf({ min, list }: Pick<Members, 'min' | 'list'>): number {
  return list === undefined ? min : 1;
}

/** The field of a list that a slot is. */
function fieldOf({ attribute, declaration }: Slot): string | undefined {
  return declaration.type === 'list' ? attribute.slice(attribute.lastIndexOf('.') + 1) : undefined;
}

/** What a slot's members may be; undefined where any name will do. */
export function valuesOf(slot: Slot): readonly Value[] | undefined {
  const { declaration } = slot;
  const name = fieldOf(slot);
  if (name === undefined) return declaration.values;
  const field = declaration.fields![name]!;
  return field.type === 'boolean' ? [true, false] : field.values;
}

function universeOf({ slots }: Read, names: readonly Value[]): Value[] {
  const declared = [...slots].map(valuesOf);
  const open = declared.some((values) => values === undefined) ? names.filter((name) => typeof name === 'string') : [];
  return [...new Set([...declared.flatMap((values) => values ?? []), ...open])];
}

function headed(
  { slots }: Read,
  variable: (values: Variable['values']) => Variable,
  lists: Map<string, Variable>,
): Omit<Members, 'members'> {
  const all = [...slots];
  const { attribute, declaration } = all[0]!;
  const { min = 0, max = UNBOUNDED } = declaration;
  const field = fieldOf(all[0]!);
  const none = all.some(hasNone) ? [['none']] : [];
  const name = field === undefined ? attribute : attribute.slice(0, -field.length - 1);
  let list: Variable | undefined;
  if (field !== undefined) {
    list = lists.get(name) ?? variable([['some'], ...none, ...(min > 0 ? [] : [['empty']])]);
    lists.set(name, list);
  }
  return {
    kind: 'members',
    path: name.split('.'),
    header: variable([['known'], ...(field === undefined ? none : []), ['missing']]),
    list,
    field,
    isShared: field !== undefined && declaration.fields![field]!.type === 'set',
    min,
    max,
  };
}
