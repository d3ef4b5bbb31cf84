import { Ago } from './candidates.js';
import type { Cube } from './diagram.js';
import type { Domain, Raw, Scalar, Variable } from './variables.js';

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
  const say = (fact: string, variable: Variable, one: (raw: Raw) => string, measure?: Measure): void => {
    const allowed = cube.get(variable.index);
    if (allowed === undefined) return;
    const isIn = (wanted: boolean) => variable.values.filter((_, i) => allowed.has(i) === wanted).flat();
    const [inside, outside] = [isIn(true), isIn(false)];
    // The shorter of the two lists.
    const negative = outside.length < inside.length;
    const words =
      ages(inside, outside) ??
      (measure && range(inside, outside, measure)) ??
      `${negative ? 'not ' : ''}${(negative ? outside : inside).map(one).join(' or ')}`;
    out.push({ fact, words: `is ${words}` });
  };
  say('the present', now, (raw) => (raw === undefined ? 'not known' : new Date(raw as number).toISOString()));
  const named = new Map<string, string[]>();
  const lists = new Set<Variable>();
  for (const [name, fact] of facts) {
    if (fact.kind === 'scalar') {
      const same = nameIn(fact, cube);
      if (same === undefined)
        say(name, fact.variable, (raw) => textOf(raw, fact.type === 'text'), measureOf(name, fact));
      else named.set(same, [...(named.get(same) ?? []), name]);
      continue;
    }
    const { header, list, path, members } = fact;
    if (list !== undefined && !lists.has(list))
      say(path.join('.'), list, (raw) => (raw === 'some' ? 'there' : String(raw)));
    if (list !== undefined) lists.add(list);
    say(name, header, (raw) => (raw === 'missing' ? 'not known' : String(raw)));
    for (const [member, { index }] of members) {
      const allowed = cube.get(index);
      if (allowed?.size === 1)
        out.push({ fact: name, words: `${allowed.has(1) ? 'holds' : 'does not hold'} ${String(member)}` });
    }
  }
  for (const [same, names] of named)
    out.push({ fact: names.join(' and '), words: names.length > 1 ? 'are the same' : `is ${same}` });
  return out;
}

/** " when this and that"; nothing where nothing is said. */
export function sentence(literals: readonly Literal[]): string {
  return literals.length === 0 ? '' : ` when ${literals.map(({ fact, words }) => `${fact} ${words}`).join(', and ')}`;
}

/** The name that stands for any, where the cube allows nothing else. */
function nameIn({ variable }: Scalar, cube: Cube): string | undefined {
  const [only, ...more] = cube.get(variable.index) ?? [];
  const raw = only === undefined || more.length > 0 ? undefined : variable.values[only]![0];
  return typeof raw === 'string' && ANY_NAME.test(raw) ? raw : undefined;
}

function textOf(raw: Raw, isText: boolean): string {
  if (raw === undefined) return 'not known';
  if (isText && raw !== 'none') return `a text of ${(raw as string).length} characters`;
  return raw instanceof Ago ? `about ${duration(raw.ms)} old` : String(raw);
}

/** Moments whose ages follow one another as one interval. */
function ages(inside: readonly Raw[], outside: readonly Raw[]): string | null {
  const of = (raws: readonly Raw[]): number[] => raws.flatMap((raw) => (raw instanceof Ago ? [raw.ms] : []));
  const [ins, outs] = [of(inside), of(outside)];
  if (ins.length === 0 || outs.length === 0) return null;
  const [from, to] = [Math.min(...ins), Math.max(...ins)];
  if (outs.some((ms) => ms > from && ms < to)) return null;
  const next = outs.filter((ms) => ms > to);
  const words = [
    ...(outs.some((ms) => ms < from) ? [`at least ${duration(from)} old`] : []),
    ...(next.length > 0 ? [`less than ${duration(Math.min(...next))} old`] : []),
  ].join(' and ');
  return [words, ...inside.filter((raw) => !(raw instanceof Ago)).map((raw) => textOf(raw, false))].join(' or ');
}

/** How much of something there is, for facts of which the values stand for a range; null for "there is none". */
interface Measure {
  readonly amount: (raw: Raw) => number | null;
  readonly words: (amount: number) => string;
  /** True where a bound is better named from outside: "more than 7 days". */
  readonly isTime: boolean;
}

function measureOf(name: string, { type }: Scalar): Measure | undefined {
  if (type === 'text') {
    const amount = (raw: Raw): number | null => (typeof raw === 'string' && raw !== 'none' ? raw.length : null);
    return { amount, words: (count) => `${count} characters`, isTime: false };
  }
  if (type !== 'integer') return undefined;
  const isTime = name.endsWith('Seconds');
  const words = isTime ? (seconds: number): string => duration(1_000 * seconds) : String;
  return { amount: (raw) => (typeof raw === 'number' ? raw : null), words, isTime };
}

/** Amounts that follow one another as one range: the values are there for all between them. */
function range(inside: readonly Raw[], outside: readonly Raw[], { amount, words, isTime }: Measure): string | null {
  const of = (raws: readonly Raw[]): number[] => raws.map(amount).filter((each) => each !== null);
  const [ins, outs] = [of(inside), of(outside)];
  if (ins.length === 0 || outs.length === 0) return null;
  const [from, to] = [Math.min(...ins), Math.max(...ins)];
  const below = outs.filter((each) => each < from);
  const above = outs.filter((each) => each > to);
  if (below.length + above.length < outs.length) return null;
  const least = isTime ? `more than ${words(Math.max(...below))}` : `at least ${words(from)}`;
  const said = [...(below.length > 0 ? [least] : []), ...(above.length > 0 ? [`at most ${words(to)}`] : [])];
  const others = inside.filter((raw) => amount(raw) === null).map((raw) => textOf(raw, false));
  return [said.join(' and '), ...others].join(' or ');
}

/** An age by its largest whole unit; the ms by which witnesses are apart are left out. */
function duration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const [name, size] = (
    [
      ['days', 86_400],
      ['hours', 3_600],
      ['minutes', 60],
    ] as const
  ).find(([, unit]) => seconds !== 0 && seconds % unit === 0) ?? ['seconds', 1];
  return `${seconds / size} ${name}`;
}
