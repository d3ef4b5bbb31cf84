import type { Act } from './act.js';

/** Plain data, so that parameters and states can be kept and shown. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain };

/** Entries that one finding names at most: what fits the evidence of a `flag.raise` entry. */
export const MAX_EVIDENCE_ENTRIES = 500;

/** What a rule found. */
export interface Finding {
  /** Says which flag this is: the same finding has the same key, however often it is made. No name in it. */
  readonly key: string;
  /** The time of what the key is about, such as its day or hour, ms: the same for one key, whichever entries show it. */
  readonly since: number;
  /** When it happened, ms. */
  readonly at: number;
  /** The flagged person's handle in the leaves, hex; absent where nobody's act is in question. */
  readonly person?: string;
  /** Indices of the entries that it rests on, rising; at most `MAX_EVIDENCE_ENTRIES`, the first ones. */
  readonly entries: readonly number[];
  /** Why, in plain words; no name, no patient datum and no text of the log's. */
  readonly reason: string;
}

/** A rule at work: what it remembers of the entries so far. */
export interface Watch {
  /** Judges the next entry. */
  see(act: Act): readonly Finding[];
  /** What has fallen due before `now` (ms, the log's clock). */
  due?(now: number): readonly Finding[];
  /** What it remembers, as plain data. */
  save(): Plain;
}

/** A deterministic rule: the same entries give the same findings, and there is no score. */
export interface FlagRule {
  /** `[a-z-]+`, at most 32 characters; also the first part of a flag's id. */
  readonly id: string;
  readonly title: string;
  /** Why anybody should look, and what may make it harmless. */
  readonly why: string;
  /** What it was run with. */
  readonly parameters: { readonly [name: string]: Plain };
  /** Set when the rule cannot run, and says what it lacks. */
  readonly idle?: string;
  /** Starts afresh, or from what `save` gave. */
  watch(saved?: Plain): Watch;
}

/** A rule that judges each entry by itself: one flag a person and day (and `what`), its first entry raising it. */
export function entryRule(
  about: Omit<FlagRule, 'watch'>,
  judge: (act: Act) => { readonly reason: string; readonly what?: string } | null,
): FlagRule {
  const see = (act: Act): readonly Finding[] => {
    const found = judge(act);
    if (found === null) return [];
    const key = [about.id, act.person, act.day, ...(found.what === undefined ? [] : [found.what])].join(':');
    return [
      { key, since: act.dayTime, at: act.at, person: act.person, entries: [act.entry.index], reason: found.reason },
    ];
  };
  return { ...about, watch: () => ({ see, save: () => null }) };
}
