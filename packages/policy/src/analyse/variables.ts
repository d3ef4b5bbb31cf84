import type { Request } from '../decision.js';
import { type Frame, MISSING, type Slot, type Value } from '../engine/facts.js';
import type { Witness } from '../errors.js';
import { Ago } from './candidates.js';
import { leastOf } from './members.js';

/** What a fact is in a request: JSON, a moment (ms since 1970), or one before the present; undefined when it is not there. */
export type Raw = unknown;

/** One variable of the diagrams. Each value stands for all raw facts that no test tells apart. */
export interface Variable {
  readonly index: number;
  readonly values: readonly (readonly Raw[])[];
}

/** A fact that has one value. */
export interface Scalar {
  readonly kind: 'scalar';
  readonly path: readonly string[];
  readonly type: Slot['kind'];
  readonly variable: Variable;
}

/** A set, or one field of a list: known or not, and of each possible member whether it is in it. */
export interface Members {
  readonly kind: 'members';
  readonly path: readonly string[];
  /** `known`, `none` where declared, `missing`. */
  readonly header: Variable;
  /** The list it is a field of: `some`, `none`, `empty`. */
  readonly list: Variable | undefined;
  readonly field: string | undefined;
  /** A field that is itself a set: the members that all objects share. */
  readonly isShared: boolean;
  readonly members: ReadonlyMap<Value, Variable>;
  readonly min: number;
  readonly max: number;
}

export type Fact = Scalar | Members;

/** All that the conditions of one analysis ask about. */
export interface Domain {
  /** The present: moments in ms, and undefined for a clock that fails. */
  readonly now: Variable;
  readonly facts: ReadonlyMap<string, Fact>;
  readonly variables: readonly Variable[];
  /** Why the answers would not be exact; empty when they are. */
  readonly undecided: readonly string[];
}

/** Values of the variables that matter; every other is free. */
export type Path = ReadonlyMap<number, number>;

/** Where a witness lies in time when no rule names a date: any moment would do. */
export const USUAL_PRESENT: number = Date.UTC(2026, 0, 5, 12);

type Sections = Record<'subject' | 'action' | 'resource' | 'context', Record<string, unknown>>;

function put(sections: Sections, path: readonly string[], raw: Raw, now: number | null): void {
  const [last, ...above] = [...path].reverse() as [string, ...string[]];
  let holder: Record<string, unknown> = sections;
  for (const key of above.reverse()) {
    holder[key] ??= {};
    holder = holder[key] as Record<string, unknown>;
  }
  holder[last] = raw instanceof Ago ? raw.at(now ?? USUAL_PRESENT) : raw;
}

/** Moments as a request writes them. */
export const date = (ms: number): string => new Date(ms).toISOString();

const empty = (name: string): Sections => ({ subject: {}, action: { name }, resource: {}, context: {} });

/** A frame in which the engine's tests see these facts and no others. */
export function frameOf(facts: readonly (readonly [Scalar, Raw])[], now: number | null): Frame {
  const sections = empty('');
  for (const [{ path }, raw] of facts) if (raw !== undefined) put(sections, path, raw, now);
  return { ...sections, facts: [], illTyped: undefined, now };
}

/** What the engine reads where a raw fact is given. */
export function typed(slot: Slot, fact: Scalar, raw: Raw, now: number | null): Value {
  return raw === undefined ? MISSING : slot.read(frameOf([[fact, raw]], now));
}

/** The request at the end of a path; facts that do not matter are left out. */
export function witnessOf({ now, facts }: Domain, path: Path, action: string): Witness {
  const chosen = ({ index, values }: Variable): Raw => values[path.get(index) ?? values.length - 1]![0];
  // The present matters to nothing unless the path names it.
  const present = path.has(now.index) ? (chosen(now) as number | undefined) : USUAL_PRESENT;
  const sections = empty(action);
  const lists = new Map<string, Members[]>();
  for (const fact of facts.values()) {
    const raw = fact.kind === 'scalar' ? chosen(fact.variable) : fact.list ? undefined : setRaw(fact, path);
    if (raw !== undefined) put(sections, fact.path, raw, present ?? null);
    if (fact.kind === 'members' && fact.list !== undefined) {
      const key = fact.path.join('.');
      lists.set(key, [...(lists.get(key) ?? []), fact]);
    }
  }
  for (const fields of lists.values()) {
    const raw = listRaw(fields, path);
    if (raw !== undefined) put(sections, fields[0]!.path, raw, present ?? null);
  }
  return { request: sections as unknown as Request, now: present === undefined ? null : date(present) };
}

/** The members, or null where they could not be a fact of the declared size. */
function membersOf(fact: Members, path: Path): Value[] | null {
  const { members, header, max, isShared } = fact;
  if (header.values[path.get(header.index) ?? header.values.length - 1]![0] !== 'known') return null;
  const out = [...members].filter(([, { index }]) => path.get(index) === 1).map(([member]) => member);
  if (isShared) return out;
  return out.length < leastOf(fact) || out.length > max ? null : out;
}

function setRaw(fact: Members, path: Path): Raw {
  const { header } = fact;
  if (header.values[path.get(header.index) ?? header.values.length - 1]![0] === 'none') return 'none';
  return membersOf(fact, path) ?? undefined;
}

function listRaw(fields: readonly Members[], path: Path): Raw {
  const { list, min } = fields[0]!;
  const said = list!.values[path.get(list!.index) ?? 0]![0];
  if (said !== 'some') return said === 'empty' ? [] : 'none';
  const known = fields
    .map((field) => ({ ...field, found: membersOf(field, path) }))
    .filter(({ found }) => found !== null);
  if (known.length === 0) return undefined;
  const length = Math.max(1, min, ...known.map(({ found, isShared }) => (isShared ? 1 : found!.length)));
  return Array.from({ length }, (_, i) =>
    Object.fromEntries(
      known.map(({ field, found, isShared }) => [field!, isShared ? found : found![i % found!.length]]),
    ),
  );
}
