import { canonicalJson } from '@wardseal/primitives';
import type { Slot, Value } from '../engine/facts.js';
import { parseCidr } from '../place/cidr.js';
import type { Atom, Read, Use } from './atoms.js';
import { hasNone } from './atoms.js';
import { Ago, addresses, freshNames, integersAbout, LONGEST_MS, moments, presentsOf, texts } from './candidates.js';
import { membersOf, valuesOf } from './members.js';
import {
  type Domain,
  date,
  type Fact,
  frameOf,
  type Raw,
  type Scalar,
  USUAL_PRESENT,
  type Variable,
} from './variables.js';

/**
 * Variables for all that the tests can tell apart. Facts that are compared with one another share their constants and as
 * many further names as could have to differ: more would show nothing new.
 */
export function domainOf(uses: readonly Use[]): Domain {
  const reads = new Map<string, Read>();
  const readOf = (slot: Slot): Read => {
    const name = slot.attribute;
    const read = reads.get(name) ?? { name, slots: new Set(), uses: [], group: [] };
    if (read.group.length === 0) read.group = [read];
    read.slots.add(slot);
    reads.set(name, read);
    return read;
  };
  for (const use of uses) {
    const read = readOf(use.atom.slot);
    read.uses.push(use);
    if (use.atom.other === undefined) continue;
    const other = readOf(use.atom.other);
    if (other !== read) other.uses.push(use);
    if (other.group === read.group) continue;
    const joined = [...read.group, ...other.group];
    for (const each of joined) each.group = joined;
  }

  const timed = uses.filter(({ atom }) => atom.slot.kind === 'time').map(({ atom }) => atom);
  const numbers = (atoms: readonly Atom[]): number[] =>
    atoms.flatMap(({ constants }) => constants).filter((value) => typeof value === 'number');
  const isAged = ({ op }: Atom): boolean => op.endsWith('lderThan');
  const durations = numbers(timed.filter(isAged));
  const dates = numbers(timed.filter((atom) => !isAged(atom)));
  const presents = presentsOf(dates, durations, USUAL_PRESENT);

  const variables: Variable[] = [];
  const variable = (values: Variable['values']): Variable => {
    const made = { index: variables.length, values };
    variables.push(made);
    return made;
  };
  const now = variable([...presents, undefined].map((present) => [present]));
  const facts = new Map<string, Fact>();
  const lists = new Map<string, Variable>();
  // Facts by themselves, those that many rules read first; then what is compared, where most names branch.
  const groups = [...new Set([...reads.values()].map(({ group }) => group))].sort(
    (a, b) => a.length - b.length || weight(b) - weight(a),
  );
  for (const group of groups) {
    const constants = constantsOf(group);
    const scalars = group.filter((read) => kindOf(read) !== 'set');
    const open = scalars.filter(({ slots }) => [...slots].some(isOpen));
    const fresh = freshNames(open.length, new Set(constants), 'name');
    for (const read of scalars) {
      if (isClock(read)) continue;
      const slots = [...read.slots];
      const type = kindOf(read);
      const isTime = type === 'time';
      const raws = isTime
        ? moments(durations, dates, presents, group.length).map((at) => (typeof at === 'number' ? date(at) : at))
        : scalarRaws(read, constants, group.length);
      if (isTime && group.some(isClock)) raws.push(new Ago(0));
      // Each further name first stands for the fact that brings it: any other order differs in names alone.
      raws.push(...fresh.slice(0, open.indexOf(read) + 1));
      if (slots.some(hasNone)) raws.push('none');
      const fact = { kind: 'scalar', path: pathOf(slots[0]!), type } as const;
      const values =
        group.length === 1
          ? alike(read, { ...fact, variable: now }, raws, now)
          : [...new Set(raws), undefined].map((raw) => [raw]);
      facts.set(read.name, { ...fact, variable: variable(values) });
    }
    const sets = group.filter((read) => kindOf(read) === 'set');
    membersOf(sets, [...constants, ...fresh], variable, lists).forEach((fact, i) => {
      facts.set(sets[i]!.name, fact);
    });
  }
  return { now, facts, variables, undecided: undecidedOf([...reads.values()], durations) };
}

const weight = (group: readonly Read[]): number => Math.max(...group.map(({ uses }) => uses.length));
const kindOf = ({ slots }: Read): Slot['kind'] => [...slots][0]!.kind;
const isClock = ({ slots }: Read): boolean => [...slots].some(({ declaration }) => declaration.source === 'clock');
const isOpen = ({ kind, declaration }: Slot): boolean => kind === 'string' && declaration.values === undefined;

/** Every constant and every declared value of facts that are compared with one another. */
function constantsOf(group: readonly Read[]): Value[] {
  const stated = group.flatMap(({ uses }) => uses.flatMap(({ atom }) => atom.constants));
  const declared = group.flatMap(({ slots }) => [...slots].flatMap((slot) => valuesOf(slot) ?? []));
  const bounds = group.flatMap(({ slots }) =>
    [...slots].flatMap(({ kind, declaration: { min, max } }) => (kind === 'integer' ? [min, max] : [])),
  );
  return [...new Set<Value>([...stated, ...declared, ...bounds.filter((bound) => bound !== undefined)])];
}

/** Enough raw facts that every combination of tests is met by one. */
function scalarRaws({ slots, uses }: Read, constants: readonly Value[], copies: number): Raw[] {
  const declarations = [...slots].map(({ declaration }) => declaration);
  const numbers = constants.filter((value) => typeof value === 'number');
  switch ([...slots][0]!.kind) {
    case 'boolean':
      return declarations[0]!.type === 'fences' ? ['inside', 'outside'] : [true, false];
    case 'integer':
      return integersAbout(numbers, copies).filter((value) =>
        declarations.some(({ min = value, max = value }) => value >= min && value <= max),
      );
    case 'text':
      return texts(numbers);
    case 'address': {
      const asked = uses.filter(({ atom }) => atom.op === 'within');
      return addresses(asked.flatMap(({ atom }) => (atom.operand as string[]).map((cidr) => parseCidr(cidr)!)));
    }
    default:
      return [...slots].some(isOpen)
        ? constants.filter((value) => typeof value === 'string')
        : [...new Set(declarations.flatMap(({ values = [] }) => values))];
  }
}

/** Raw facts in classes that no test tells apart; the class of a fact that is not there is the last. */
function alike({ uses }: Read, fact: Scalar, raws: readonly Raw[], now: Variable): Raw[][] {
  const presents =
    fact.type === 'time' ? now.values.map(([present]) => (present ?? null) as number | null) : [USUAL_PRESENT];
  const classes = new Map<string, Raw[]>();
  for (const raw of [undefined, ...raws]) {
    const truths = presents.flatMap((present) =>
      uses.map(({ atom }) => atom.test(frameOf(raw === undefined ? [] : [[fact, raw]], present))),
    );
    const key = truths.join('');
    classes.set(key, [...(classes.get(key) ?? []), raw]);
  }
  const [absent, ...others] = classes.values();
  return [...others, absent!];
}

/** Where a fact lies in a request; the name of a fence is one step, whatever it holds. */
function pathOf({ attribute, declaration }: Slot): string[] {
  const fence =
    declaration.type === 'fences' ? declaration.values!.find((name) => attribute.endsWith(`.${name}`)) : undefined;
  return fence === undefined ? attribute.split('.') : [...attribute.slice(0, -fence.length - 1).split('.'), fence];
}

/** Why the variables would not stand for every request. */
function undecidedOf(reads: readonly Read[], durations: readonly number[]): string[] {
  const out: string[] = [];
  if (durations.some((ms) => Math.abs(ms) > LONGEST_MS)) out.push('a duration is longer than a thousand years');
  for (const { name, slots } of reads) {
    if (name === 'context.supportedObligations' || name === 'action.name')
      out.push(`a condition reads \`${name}\`, which decides in other ways too`);
    const shapes = [...slots].map(({ kind, declaration: { source, min, max, fields } }) =>
      canonicalJson([kind, source === 'clock', ...(kind === 'set' ? [min ?? null, max ?? null, fields ?? null] : [])]),
    );
    if (new Set(shapes).size > 1) out.push(`\`${name}\` is not of the same kind in both documents`);
    if (reads.some((other) => other.name.startsWith(`${name}.`)))
      out.push(`\`${name}\` is a fact in one document and holds facts in the other`);
  }
  return out;
}
