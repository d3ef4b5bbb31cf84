import { Ago } from './candidates.js';
import type { Cube } from './diagram.js';
import type { Domain, Raw, Variable } from './variables.js';

/** One fact and what is said of it. */
export interface Literal {
  readonly fact: string;
  readonly words: string;
}

/** A name that stands for any: facts with the same one are the same. */
const ANY_NAME = /^name-\d+$/;

/** What a cube says, fact by fact, in words. */
export function literalsOf({ now, facts }: Domain, cube: Cube): Literal[] {
  const out: Literal[] = [];
  const say = (fact: string, variable: Variable, one: (raw: Raw) => string): void => {
    const allowed = cube.get(variable.index);
    if (allowed === undefined) return;
    const isIn = (wanted: boolean) => variable.values.filter((_, i) => allowed.has(i) === wanted).flat();
    const [inside, outside] = [isIn(true), isIn(false)];
    // The shorter of the two lists.
    const negative = outside.length < inside.length;
    const words = numbers(negative ? outside : inside) ?? (negative ? outside : inside).map(one).join(' or ');
    out.push({ fact, words: `is ${negative ? 'not ' : ''}${words}` });
  };
  say('the present', now, (raw) => (raw === undefined ? 'not known' : new Date(raw as number).toISOString()));
  const named = new Map<string, string[]>();
  const seen = new Set<Variable>();
  for (const [name, fact] of facts) {
    if (fact.kind === 'scalar') {
      const [only, ...more] = cube.get(fact.variable.index) ?? [];
      const raw = only === undefined || more.length > 0 ? undefined : fact.variable.values[only]![0];
      if (typeof raw === 'string' && ANY_NAME.test(raw)) named.set(raw, [...(named.get(raw) ?? []), name]);
      else say(name, fact.variable, textOf);
      continue;
    }
    const { header, list, path, members } = fact;
    if (list !== undefined && !seen.has(list))
      say(path.join('.'), list, (raw) => (raw === 'some' ? 'there' : String(raw)));
    if (list !== undefined) seen.add(list);
    say(name, header, (raw) => (raw === 'missing' ? 'not known' : String(raw)));
    for (const [member, { index }] of members) {
      const allowed = cube.get(index);
      if (allowed?.size === 1)
        out.push({ fact: name, words: `${allowed.has(1) ? 'holds' : 'does not hold'} ${textOf(member)}` });
    }
  }
  for (const [raw, names] of named)
    out.push({ fact: names.join(' and '), words: names.length > 1 ? 'are the same' : `is ${raw}` });
  return out;
}

/** " when this and that"; nothing where nothing is said. */
export function sentence(literals: readonly Literal[]): string {
  return literals.length === 0 ? '' : ` when ${literals.map(({ fact, words }) => `${fact} ${words}`).join(', and ')}`;
}

function textOf(raw: Raw): string {
  if (raw === undefined) return 'not known';
  if (raw instanceof Ago) return ago(raw.ms);
  const text = String(raw);
  return text.length > 40 ? `a text of ${text.length} characters` : text;
}

/** Numbers that follow one another as a range. */
function numbers(raws: readonly Raw[]): string | null {
  if (raws.length < 3 || raws.some((raw) => typeof raw !== 'number')) return null;
  const sorted = (raws as number[]).toSorted((a, b) => a - b);
  return `${sorted[0]} to ${sorted.at(-1)}`;
}

/** A moment of an interval of ages, told by the whole unit next to it. */
function ago(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1_000);
  const [name, unit] = (
    [
      ['days', 86_400],
      ['hours', 3_600],
      ['minutes', 60],
    ] as const
  ).find(([, size]) => seconds >= size && seconds % size === 0) ?? ['seconds', 1];
  return ms > 0 ? `just over ${seconds / unit} ${name} ago` : `${seconds / unit} ${name} ahead`;
}
