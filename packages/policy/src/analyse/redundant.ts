import type { Pack } from '../document.js';
import { enforced } from '../enforced.js';
import { and, type Diagram, minus, NO } from './diagram.js';
import { modelOf, type RuleDiagram } from './model.js';

/**
 * Why a rule does nothing. `never-true`: no facts make its condition true. `always-forbidden`: whatever it permits is
 * forbidden. `changes-nothing`: other rules say the same, and more.
 */
export type Redundancy = 'never-true' | 'always-forbidden' | 'changes-nothing';

/** A rule that could go, or was meant otherwise. */
export interface RedundantRule {
  readonly rule: string;
  readonly kind: Redundancy;
  /** Rules each of which alone makes up for it; empty where several do together, or none has to. */
  readonly coveredBy: readonly string[];
  /**
   * True when every decision stays as it is without the rule. A rule that is never true can still refuse, or add a duty,
   * while a fact is missing.
   */
  readonly removable: boolean;
}

/** What `redundant` answers. */
export interface RedundancyReport {
  readonly verdict: 'decided' | 'not-decided';
  readonly rules: readonly RedundantRule[];
  /** Why nothing was decided. */
  readonly reason?: string;
}

/** Looks at every rule that is enforced. Two rules that say the same are each told: one of them has to stay. */
export function redundant(pack: Pack): RedundancyReport {
  const { diagram, domain, policies } = modelOf([pack]);
  const [reason] = domain.undecided;
  if (reason !== undefined) return { verdict: 'not-decided', rules: [], reason };
  const policy = policies[0]!;
  const { document } = pack;
  const without = (action: string, id: string): RuleDiagram[] =>
    policy.rules(action).filter(({ rule }) => rule.id !== id);
  const rules = enforced(document, document.rules).flatMap(({ id, actions }): RedundantRule[] => {
    const own = actions.map((action) => policy.rules(action).find(({ rule }) => rule.id === id)!);
    const removable = actions.every((action) => policy.duties(action) === policy.duties(action, without(action, id)));
    const isForbidden = own.every(
      ({ rule, yes }, i) => rule.effect === 'permit' && diagram.apply(and, yes, policy.allowed(actions[i]!)) === NO,
    );
    const kind = own.every(({ says }) => says.yes === NO)
      ? 'never-true'
      : isForbidden
        ? 'always-forbidden'
        : 'changes-nothing';
    if (kind === 'changes-nothing' && !removable) return [];
    const coveredBy =
      kind === 'changes-nothing'
        ? covering(
            diagram,
            own,
            actions.map((action) => without(action, id)),
          )
        : [];
    return [{ rule: id, kind, coveredBy, removable }];
  });
  return { verdict: 'decided', rules };
}

/** Rules of the same effect that hold, for every action, wherever the rule does. */
function covering(
  diagram: Diagram,
  own: readonly RuleDiagram[],
  others: readonly (readonly RuleDiagram[])[],
): string[] {
  const among = ({ rule, yes, maybe }: RuleDiagram, rules: readonly RuleDiagram[]): string[] =>
    rules
      .filter((other) => other.rule.effect === rule.effect)
      .filter((other) => {
        const [a, b] = rule.effect === 'permit' ? [yes, other.yes] : [maybe, other.maybe];
        return diagram.apply(minus, a, b) === NO;
      })
      .map((other) => other.rule.id);
  const each = own.map((diagrams, i) => among(diagrams, others[i]!));
  return (each[0] ?? []).filter((id) => each.every((ids) => ids.includes(id)));
}
