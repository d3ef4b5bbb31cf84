import type { Obligation } from '../decision.js';
import type { ObligationStatement } from '../document.js';
import { amount, type Vocabulary } from './operand.js';

type Property = number | string | readonly string[];

/**
 * How two statements of one property become one, so that two rules can never conflict: the least or the most, the union,
 * or, of a list of words, the one that stands later. `least seconds` may be stated as a duration. The first word of a list
 * is what holds when a rule says nothing.
 */
export type Joining = 'least' | 'least seconds' | 'most' | 'union' | readonly string[];

/** Every duty there is, with its properties. */
export const OBLIGATIONS: Readonly<Record<string, Readonly<Record<string, Joining>>>> = {
  // Tiles hide more of the picture than a border outside it: the stricter.
  watermark: { mode: ['border', 'tile'], strength: ['standard', 'strong'] },
  'no-download': {},
  'max-lifetime': { seconds: 'least seconds' },
  'max-views': { n: 'least' },
  notify: { whom: 'union' },
  review: { within: 'least seconds' },
  redact: {},
  'file-in-record': {},
  'delete-after-filing': {},
  'step-up': { level: 'most' },
  justify: {},
  'second-approver': {},
  'share-mark': {},
};

/** The duties that a rule of a checked document states. */
export function compileObligations(
  stated: readonly ObligationStatement[] = [],
  vocabulary: Vocabulary,
): readonly Obligation[] {
  return combine(
    stated.map(({ type, properties = {} }) => {
      const read: Record<string, Property> = {};
      for (const [name, joining] of Object.entries(OBLIGATIONS[type]!)) {
        const value = properties[name];
        read[name] =
          typeof joining === 'object'
            ? ((value as string | undefined) ?? joining[0]!)
            : joining === 'union'
              ? union(value as readonly string[])
              : amount(value, vocabulary);
      }
      return Object.freeze({ id: type, type, properties: Object.freeze(read) });
    }),
  );
}

/** Most combinations kept by one action: nine permits can come together in 512 ways. */
const KEPT = 512;

interface Kept {
  readonly obligations: readonly Obligation[];
  readonly next: Map<Stating, Kept>;
}

interface Stating {
  readonly obligations: readonly Obligation[];
}

/** Combines the duties of lists of rules. What came out before is kept: the same few permits meet again and again. */
export function combiner(): (...stating: readonly (readonly Stating[])[]) => readonly Obligation[] {
  const none: Kept = { obligations: [], next: new Map() };
  let kept = 0;
  return (...stating) => {
    let at = none;
    for (const list of stating)
      for (const each of list) {
        let next = at.next.get(each);
        if (next === undefined) {
          next = { obligations: Object.freeze(combine([...at.obligations, ...each.obligations])), next: new Map() };
          kept += 1;
          if (kept < KEPT) at.next.set(each, next);
        }
        at = next;
      }
    return at.obligations;
  };
}

/** One duty of each type, each property at its strictest; in order of type. */
export function combine(duties: readonly Obligation[]): readonly Obligation[] {
  const byType = new Map<string, Obligation>();
  for (const duty of duties) {
    const other = byType.get(duty.type);
    byType.set(duty.type, other === undefined || other === duty ? duty : stricter(other, duty));
  }
  return [...byType.values()].sort((a, b) => (a.type < b.type ? -1 : 1));
}

// Frozen, as everything that decisions share: who empties the list would keep others from being told.
const union = (names: readonly string[]): readonly string[] => Object.freeze([...new Set(names)].sort());

function stricter(a: Obligation, b: Obligation): Obligation {
  const properties: Record<string, Property> = {};
  for (const [name, joining] of Object.entries(OBLIGATIONS[a.type]!)) {
    const [x, y] = [a.properties[name]!, b.properties[name]!] as [never, never];
    properties[name] =
      typeof joining === 'object'
        ? joining[Math.max(joining.indexOf(x), joining.indexOf(y))]!
        : joining === 'union'
          ? union([...(x as readonly string[]), ...(y as readonly string[])])
          : Math[joining === 'most' ? 'max' : 'min'](x, y);
  }
  return Object.freeze({ ...a, properties: Object.freeze(properties) });
}

/** True when doing `duty` also does `wanted`. */
export function covers(duty: Obligation, wanted: Obligation): boolean {
  if (duty.type !== wanted.type) return false;
  const joined = stricter(duty, wanted).properties;
  return Object.keys(joined).every((name) => String(joined[name]) === String(duty.properties[name]));
}
