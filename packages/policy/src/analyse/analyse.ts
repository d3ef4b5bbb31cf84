import { checkCondition } from '../check/condition.js';
import { checkObligations } from '../check/obligations.js';
import type { Condition, Invariant, Pack } from '../document.js';
import { vocabularyOf } from '../engine/operand.js';
import { type Diff, diff } from './diff.js';
import { type Proof, proveAll } from './prove.js';
import { type RedundancyReport, redundant } from './redundant.js';
import { type WhoCanAnswer, type WhoCanQuery, whoCan } from './who-can.js';

/** Questions about every request there can be, answered without asking them one by one. */
export interface Analysis {
  /** Who can ever do this, in which roles and relationships. */
  readonly whoCan: (query: WhoCanQuery) => WhoCanAnswer;
  /** What another policy, later than this one, newly allows, no longer allows, or allows with other duties. */
  readonly diff: (other: Pack) => Diff;
  /** Rules that could go. */
  readonly redundant: () => RedundancyReport;
  /** The policy's own invariants, or one of the caller's. */
  readonly prove: (invariant?: Invariant) => readonly Proof[];
}

/**
 * Analyses a policy over every request there can be: every value of every fact, facts that are missing, clocks that fail.
 * The answers are exact, by decision diagrams over what the rules can tell apart, and each comes with a witness: a
 * request on which the decision point itself was asked. What cannot be decided is answered `not-decided`, with the reason.
 *
 * Taken as given: a request whose sections are objects, a clock that tells whole milliseconds, and an enforcement point that
 * leaves `context.supportedObligations` out or supports every duty. The basis and the reasons of a decision are not compared.
 *
 * @param pack - from `loadPolicy`. Rules whose evidence is not configured are not enforced, and so not analysed.
 * @returns the questions. Each throws PolicyError `ANALYSIS_TOO_LARGE` when the documents would take more than 300,000
 * nodes or 10,000,000 steps; `whoCan` and `prove` also what `loadPolicy` throws for a condition that the document does not
 * know, and RangeError for an action or a fact that it does not declare.
 * @example
 * ```ts
 * const { verdict, differences } = analyse(inForce).diff(draft);
 * for (const { sentence } of differences) console.info(sentence);
 * ```
 */
export function analyse(pack: Pack): Analysis {
  const { document } = pack;
  const check = (condition: Condition, path: string): void => {
    checkCondition(condition, vocabularyOf(document), path);
  };
  const known = (names: readonly string[], among: readonly string[], what: string): void => {
    for (const name of names) if (!among.includes(name)) throw new RangeError(`no ${what} \`${name}\``);
  };
  return Object.freeze({
    whoCan: (query: WhoCanQuery) => {
      known([query.action], document.actions, 'action');
      known(query.by ?? [], Object.keys(document.attributes), 'attribute');
      if (query.when !== undefined) check(query.when, '/when');
      return whoCan(pack, query);
    },
    diff: (other: Pack) => diff(pack, other),
    redundant: () => redundant(pack),
    prove: (invariant?: Invariant) => {
      if (invariant === undefined) return proveAll(pack, document.invariants);
      const { actions, when } = 'never' in invariant ? invariant.never : invariant.carries;
      known(actions, document.actions, 'action');
      known(invariant.requires ?? [], Object.keys(document.sources), 'evidence source');
      check(when, '/when');
      if ('carries' in invariant)
        checkObligations(invariant.carries.obligations, vocabularyOf(document), '/obligations');
      return proveAll(pack, [invariant]);
    },
  });
}
