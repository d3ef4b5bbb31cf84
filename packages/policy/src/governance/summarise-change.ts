import { canonicalJson } from '@wardseal/primitives';
import { type Change, type Diff, diff } from '../analyse/diff.js';
import type { Outcome, Pack } from '../document.js';
import { PolicyError, type Witness } from '../errors.js';
import type { VersionRef } from './register.js';

/** Most differences a summary tells one by one: more than anybody reads before signing. */
export const MAX_CHANGES = 60;
/** Longest sentence, UTF-16 units; what is longer is cut and ends in `…`. */
export const MAX_SENTENCE = 1_000;
/** Longest witness kept, as canonical JSON: several times a request with every fact of the NHS pack. */
export const MAX_WITNESS = 8_000;
/** Most lines: one a difference and a few around them. */
export const MAX_LINES: number = MAX_CHANGES + 10;
/** Most ids named in one line; all of them are in `rules` and `invariants`. */
const MAX_NAMED = 40;

/** Requests that the two versions answer differently, all for one reason. */
export interface ToldChange {
  readonly change: Change;
  readonly action: string;
  /** Plain English. */
  readonly sentence: string;
  /** One such request and its moment, decided under both versions; null where it is too large to keep. */
  readonly witness: Witness | null;
  readonly before: Outcome;
  readonly after: Outcome;
}

/** Which of the parts that have an id came, went or read differently. */
export interface TextChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** What a version does otherwise than the one in force before it, recorded when it came into force. */
export interface ChangeSummary {
  /** The one in force before; null when there was none. */
  readonly from: VersionRef | null;
  /**
   * `equal`: a proof that no request is answered differently. `first`: nothing was in force, so that everything was
   * refused. `not-decided`: `reason` says why, and nothing may be concluded from what is told.
   */
  readonly verdict: 'first' | 'equal' | 'different' | 'not-decided';
  readonly changes: readonly ToldChange[];
  /** True when there is more than is told. */
  readonly more: boolean;
  readonly reason?: string;
  readonly rules: TextChange;
  readonly invariants: TextChange;
  /** All of it in plain English, a line each. */
  readonly lines: readonly string[];
}

/**
 * What a version newly allows, no longer allows or allows with other duties, against the one in force: for guardians to read
 * before they sign, and recorded by `activate`. Of bounded size; exact where the verdict is `equal` or `different`.
 *
 * @param before - the pack in force, or null when there is none.
 * @param after - the version that is to come into force.
 * @returns at most 60 differences (newly allowed first) with a witness each, the rules and invariants whose text changed, and all
 * of it as `lines`. Never throws for packs of `loadPolicy`: an analysis that would take too much is `not-decided`.
 * @example
 * ```ts
 * for (const line of summariseChange(inForce, draft).lines) console.info(line);
 * ```
 */
export function summariseChange(before: Pack | null, after: Pack): ChangeSummary {
  const found = before === null ? null : compare(before, after);
  const all = [...(found?.differences ?? [])].sort((a, b) => ORDER.indexOf(a.change) - ORDER.indexOf(b.change));
  const changes = all.slice(0, MAX_CHANGES).map(
    ({ change, action, sentence, witness, before: was, after: is }): ToldChange => ({
      change,
      action,
      sentence: cut(sentence),
      witness: kept(witness),
      before: was.context.outcome,
      after: is.context.outcome,
    }),
  );
  const told = {
    from: before === null ? null : { version: before.document.version, digest: before.digest },
    verdict: found?.verdict ?? ('first' as const),
    changes,
    more: found !== null && (found.more || all.length > changes.length),
    ...(found?.reason === undefined ? {} : { reason: cut(found.reason) }),
    rules: textChange(before?.document.rules ?? [], after.document.rules),
    invariants: textChange(before?.document.invariants ?? [], after.document.invariants),
  };
  return { ...told, lines: linesOf(told, after) };
}

const ORDER: readonly Change[] = ['newly-allowed', 'newly-refused', 'duties-changed'];

function compare(before: Pack, after: Pack): Diff {
  try {
    return diff(before, after);
  } catch (error) {
    if (!(error instanceof PolicyError) || error.code !== 'ANALYSIS_TOO_LARGE') throw error;
    return { verdict: 'not-decided', differences: [], more: true, reason: 'the comparison would take too much' };
  }
}

function cut(text: string): string {
  if (text.length <= MAX_SENTENCE) return text;
  // Not in the middle of a character of two units: it would have no UTF-8 form.
  return `${text.slice(0, MAX_SENTENCE - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** The witness as JSON keeps it. */
function kept(witness: Witness): Witness | null {
  const text = JSON.stringify(witness);
  return text.length <= MAX_WITNESS ? (JSON.parse(text) as Witness) : null;
}

function textChange(before: readonly { readonly id: string }[], after: readonly { readonly id: string }[]): TextChange {
  const texts = (parts: typeof before): Map<string, string> =>
    new Map(parts.map((part) => [part.id, canonicalJson(part)]));
  const [was, is] = [texts(before), texts(after)];
  return {
    added: [...is.keys()].filter((id) => !was.has(id)),
    removed: [...was.keys()].filter((id) => !is.has(id)),
    changed: [...is.keys()].filter((id) => was.has(id) && was.get(id) !== is.get(id)),
  };
}

function linesOf(
  { verdict, reason, changes, more, rules, invariants }: Omit<ChangeSummary, 'lines'>,
  { document }: Pack,
): string[] {
  if (verdict === 'first')
    return [
      'No version was in force before, so everything was refused.',
      `From now on ${document.rules.length} rules decide; ${document.invariants.length} invariants are stated.`,
    ];
  const opening = {
    equal: 'Every request is answered as before.',
    different: 'Some requests are answered differently.',
    'not-decided': `Whether requests are answered differently could not be decided (${reason}). Compare the two texts.`,
  }[verdict];
  return [
    opening,
    ...changes.map(({ sentence }) => sentence),
    ...(more ? ['There are more differences than are told here.'] : []),
    ...named('Rules', rules),
    ...named('Invariants', invariants),
  ];
}

function named(title: string, parts: TextChange): string[] {
  return (['added', 'removed', 'changed'] as const).flatMap((how) => {
    const ids = parts[how];
    const rest = ids.length > MAX_NAMED ? ` and ${ids.length - MAX_NAMED} more` : '';
    return ids.length === 0 ? [] : [`${title} ${how}: ${ids.slice(0, MAX_NAMED).join(', ')}${rest}.`];
  });
}
