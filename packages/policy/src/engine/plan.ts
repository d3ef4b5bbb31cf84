import type { Finding, Obligation, Reason } from '../decision.js';
import type { Basis, PolicyDocument, Rule } from '../document.js';
import { type Sorter, sorter } from './columns.js';
import { both, type Code, compile, inverse } from './compile.js';
import type { Frame, Slot } from './facts.js';
import { combiner, compileObligations } from './obligations.js';
import { type Vocabulary, vocabularyOf } from './operand.js';
import { FALSE, TRUE } from './three-valued.js';

/** Most parts of a rule for which every reason it can give is kept: 256 of them. */
const KEPT_PARTS = 8;

/** A rule ready to run. */
export interface RuleCode {
  /** Whether it applies, break-glass taken into account. */
  readonly applies: Code;
  /** What it says by itself: this is what reasons speak of. */
  readonly says: Code;
  readonly reason: Reason;
  /** The reason with the tests that kept it from applying (a permit) or made it apply (a forbid). */
  readonly because: (frame: Frame) => Reason;
  readonly basis: Basis | 'none';
  readonly obligations: readonly Obligation[];
}

/** Everything that bears on one action, in order of rule id: the order of a document never matters. */
export interface Plan {
  readonly forbids: readonly RuleCode[];
  readonly permits: readonly RuleCode[];
  readonly sortForbids: Sorter<RuleCode>;
  readonly sortPermits: Sorter<RuleCode>;
  /** Combines the duties of rules and of breaking the glass, named in an order of their own. */
  readonly duties: ReturnType<typeof combiner>;
  readonly glass: { readonly broken: Code; readonly obligations: readonly Obligation[] } | undefined;
}

export interface Program {
  readonly slots: ReadonlyMap<string, Slot>;
  /** What `compile` and `compileObligations` need for further conditions of the same document. */
  readonly vocabulary: Vocabulary;
  /** Throws TypeError for an action that is not declared. */
  readonly planOf: (action: unknown) => Plan;
  /** Rules left out because an evidence source they require is not configured. */
  readonly notEnforced: readonly Rule[];
}

/** Compiles a checked document whole. What only a document that nobody checked can hold is a TypeError. */
export function compilePolicy(document: PolicyDocument): Program {
  const { breakGlass, sources } = document;
  const vocabulary = vocabularyOf(document);
  const glass: Plan['glass'] = breakGlass && {
    broken: compile(breakGlass.when, vocabulary),
    obligations: compileObligations(breakGlass.obligations, vocabulary),
  };
  const broken = glass?.broken ?? compile({ any: [] }, vocabulary);
  const whole = inverse(broken);
  const enforced = (rule: Rule): boolean => (rule.requires ?? []).every((source) => sources[source]!.configured);
  const rules = document.rules
    .filter(enforced)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((rule) => {
      const { id, effect, title } = rule;
      const when = compile(rule.when, vocabulary);
      const isPermit = effect === 'permit';
      const says = isPermit && rule.basis === 'break-glass' ? both(broken, when) : when;
      const waivable = !isPermit && rule.strength === 'emergency-waivable';
      const reason: Reason = Object.freeze({ rule: id, effect, title });
      const code: RuleCode = {
        applies: says,
        says,
        reason,
        because: because(reason, says),
        basis: isPermit ? rule.basis : 'none',
        obligations: compileObligations(isPermit ? rule.obligations : [], vocabulary),
      };
      return { rule, code, waived: waivable ? { ...code, applies: both(says, whole) } : code };
    });
  const make = (action: string): Plan => {
    const mayBreak = breakGlass?.actions.includes(action) === true;
    const of = (effect: Rule['effect']): RuleCode[] =>
      rules
        .filter(({ rule }) => rule.effect === effect && rule.actions.includes(action))
        .map(({ code, waived }) => (mayBreak ? waived : code));
    const forbids = of('forbid');
    const permits = of('permit');
    return {
      forbids,
      permits,
      sortForbids: sorter(forbids),
      sortPermits: sorter(permits),
      duties: combiner(),
      glass: mayBreak ? glass : undefined,
    };
  };
  // Made when first asked for: most processes decide about few of the actions.
  const plans = new Map<unknown, Plan>();
  const planOf = (action: unknown): Plan => {
    const known = plans.get(action);
    if (known !== undefined) return known;
    if (!document.actions.includes(action as string)) throw new TypeError('no such action');
    const made = make(action as string);
    plans.set(action, made);
    return made;
  };
  return {
    slots: vocabulary.slots,
    vocabulary,
    planOf,
    notEnforced: document.rules.filter((rule) => !enforced(rule)),
  };
}

/** Reasons of a rule whose parts are plain tests are made once for each set of parts. */
function because(reason: Reason, says: Code): RuleCode['because'] {
  const parts = says.parts ?? [says];
  const [key, wanted] = reason.effect === 'permit' ? (['failed', TRUE] as const) : (['matched', FALSE] as const);
  const kept = new Map<number, Reason>();
  const keeps = parts.length <= KEPT_PARTS && parts.every(({ finding }) => finding !== undefined);
  return (frame) => {
    let which = 0;
    for (const part of parts) which = which * 2 + (part.test(frame) === wanted ? 0 : 1);
    const known = kept.get(which);
    if (known !== undefined) return known;
    const findings: Finding[] = [];
    for (const part of parts) if (part.test(frame) !== wanted) part.blame(frame, wanted, findings);
    const made = Object.freeze({ ...reason, [key]: Object.freeze(findings) });
    if (keeps) kept.set(which, made);
    return made;
  };
}
