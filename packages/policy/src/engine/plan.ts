import type { Obligation, Reason } from '../decision.js';
import type { Basis, PolicyDocument, Rule } from '../document.js';
import { both, type Code, compile, inverse } from './compile.js';
import { type Slot, slots } from './facts.js';
import { compileObligations } from './obligations.js';
import type { Vocabulary } from './operand.js';

/** A rule ready to run. */
export interface RuleCode {
  /** Whether it applies, break-glass taken into account. */
  readonly applies: Code;
  /** What it says by itself: this is what reasons speak of. */
  readonly says: Code;
  readonly reason: Reason;
  readonly basis: Basis | 'none';
  readonly obligations: readonly Obligation[];
}

/** Everything that bears on one action, in order of rule id: the order of a document never matters. */
export interface Plan {
  readonly forbids: readonly RuleCode[];
  readonly permits: readonly RuleCode[];
  readonly glass: { readonly broken: Code; readonly obligations: readonly Obligation[] } | undefined;
}

export interface Program {
  readonly slots: ReadonlyMap<string, Slot>;
  /** What `compile` and `compileObligations` need for further conditions of the same document. */
  readonly vocabulary: Vocabulary;
  readonly plans: ReadonlyMap<string, Plan>;
  /** Rules left out because an evidence source they require is not configured. */
  readonly notEnforced: readonly Rule[];
}

/** Compiles a checked document whole. What only a document that nobody checked can hold is a TypeError. */
export function compilePolicy(document: PolicyDocument): Program {
  const { breakGlass, sources } = document;
  const vocabulary: Vocabulary = { slots: slots(document.attributes), parameters: document.parameters };
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
      const code: RuleCode = {
        applies: says,
        says,
        reason: Object.freeze({ rule: id, effect, title }),
        basis: isPermit ? rule.basis : 'none',
        obligations: compileObligations(isPermit ? rule.obligations : [], vocabulary),
      };
      return { rule, code, waived: waivable ? { ...code, applies: both(says, whole) } : code };
    });
  const plans = new Map<string, Plan>();
  for (const action of document.actions) {
    const mayBreak = breakGlass?.actions.includes(action) === true;
    const of = (effect: Rule['effect']): RuleCode[] =>
      rules
        .filter(({ rule }) => rule.effect === effect && rule.actions.includes(action))
        .map(({ code, waived }) => (mayBreak ? waived : code));
    plans.set(action, { forbids: of('forbid'), permits: of('permit'), glass: mayBreak ? glass : undefined });
  }
  return {
    slots: vocabulary.slots,
    vocabulary,
    plans,
    notEnforced: document.rules.filter((rule) => !enforced(rule)),
  };
}
