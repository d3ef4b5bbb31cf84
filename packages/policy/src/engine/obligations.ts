import type { Obligation } from '../decision.js';
import type { ObligationStatement } from '../document.js';
import { PolicyError, step } from '../errors.js';
import { amount, integer, type Vocabulary } from './operand.js';

type Property = number | string | readonly string[];

/** How one property is read from a document and how two statements of it become one. */
interface Rule {
  readonly standard?: Property;
  readonly read: (value: unknown, vocabulary: Vocabulary, path: string) => Property;
  readonly join: (a: Property, b: Property) => Property;
}

const positive = (value: number, path: string): number => {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new PolicyError('VALUE_INVALID', path, 'expected a whole number above zero');
  return value;
};
const least: Rule = {
  read: (value, vocabulary, path) => positive(integer(value, vocabulary, path), path),
  join: (a, b) => Math.min(a as number, b as number),
};
const most: Rule = { ...least, join: (a, b) => Math.max(a as number, b as number) };
/** Seconds, or a duration. */
const soonest: Rule = {
  read: (value, vocabulary, path) => positive(amount(value, vocabulary, path), path),
  join: least.join,
};
/** The later in the list is the stricter. */
function strictest(...order: readonly string[]): Rule {
  return {
    standard: order[0]!,
    read: (value, _vocabulary, path) => {
      if (typeof value === 'string' && order.includes(value)) return value;
      throw new PolicyError('VALUE_INVALID', path, `expected one of ${order.join(', ')}`);
    },
    join: (a, b) => (order.indexOf(a as string) >= order.indexOf(b as string) ? a : b),
  };
}
const union: Rule = {
  read: (value, _vocabulary, path) => {
    const names = Array.isArray(value) ? value : [];
    if (names.length === 0 || !names.every((name) => typeof name === 'string' && name !== ''))
      throw new PolicyError('VALUE_INVALID', path, 'expected at least one name');
    return [...new Set(names as string[])].sort();
  },
  join: (a, b) => [...new Set([...(a as readonly string[]), ...(b as readonly string[])])].sort(),
};

/** Every duty there is; each property has one way of combining, so that two rules can never conflict. */
const TABLE: ReadonlyMap<string, Readonly<Record<string, Rule>>> = new Map<string, Readonly<Record<string, Rule>>>([
  // Tiles hide more of the picture than a border outside it: the stricter.
  ['watermark', { mode: strictest('border', 'tile'), strength: strictest('standard', 'strong') }],
  ['no-download', {}],
  ['max-lifetime', { seconds: soonest }],
  ['max-views', { n: least }],
  ['notify', { whom: union }],
  ['review', { within: soonest }],
  ['redact', {}],
  ['file-in-record', {}],
  ['delete-after-filing', {}],
  ['step-up', { level: most }],
  ['justify', {}],
  ['second-approver', {}],
  ['share-mark', {}],
]);

/** Reads the duties a rule states; refuses unknown types and properties. */
export function compileObligations(
  stated: readonly ObligationStatement[] | undefined,
  vocabulary: Vocabulary,
  path: string,
): readonly Obligation[] {
  return combine(
    (stated ?? []).map(({ type, properties = {} }, i) => {
      const at = step(path, i);
      const rules = TABLE.get(type);
      if (rules === undefined)
        throw new PolicyError('UNKNOWN_OBLIGATION', step(at, 'type'), `no obligation \`${type}\``);
      const given = step(at, 'properties');
      for (const name of Object.keys(properties))
        if (!Object.hasOwn(rules, name))
          throw new PolicyError('UNKNOWN_FIELD', step(given, name), `\`${type}\` has no property \`${name}\``);
      const read: Record<string, Property> = {};
      for (const [name, rule] of Object.entries(rules)) {
        const value = Object.hasOwn(properties, name) ? properties[name] : rule.standard;
        if (value === undefined) throw new PolicyError('DOCUMENT_INVALID', given, `\`${type}\` needs \`${name}\``);
        read[name] = rule.read(value, vocabulary, step(given, name));
      }
      return Object.freeze({ id: type, type, properties: Object.freeze(read) });
    }),
  );
}

/** One duty of each type, each property at its strictest; in order of type. */
export function combine(duties: readonly Obligation[]): readonly Obligation[] {
  if (duties.length === 0) return duties;
  const byType = new Map<string, Obligation>();
  for (const duty of duties) {
    const other = byType.get(duty.type);
    byType.set(duty.type, other === undefined || other === duty ? duty : stricter(other, duty));
  }
  return [...byType.values()].sort((a, b) => (a.type < b.type ? -1 : 1));
}

function stricter(a: Obligation, b: Obligation): Obligation {
  const properties: Record<string, Property> = {};
  for (const [name, rule] of Object.entries(TABLE.get(a.type)!))
    properties[name] = rule.join(a.properties[name]!, b.properties[name]!);
  return Object.freeze({ id: a.id, type: a.type, properties: Object.freeze(properties) });
}

/** True when doing `duty` also does `wanted`. */
export function covers(duty: Obligation, wanted: Obligation): boolean {
  if (duty.type !== wanted.type) return false;
  const joined = stricter(duty, wanted).properties;
  return Object.keys(joined).every((name) => String(joined[name]) === String(duty.properties[name]));
}
