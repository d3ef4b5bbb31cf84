import { otherFact, readCondition } from '../condition.js';
import type { Condition } from '../document.js';
import { FALSE, join, negation, TRUE } from '../partial/simplify.js';

/** The fact by which the matrix tells people apart. */
export const ROLE = 'subject.role';

/**
 * What is left of a condition for people of one role. Where the role is not known, a test of it is taken as what refuses,
 * as the engine does.
 *
 * @param role - null where it is not known.
 * @param holds - whether the condition must hold for the whole to permit, or must not.
 */
export function forRole(condition: Condition, role: string | null, holds = true): Condition {
  const node = readCondition(condition);
  if (node.kind === 'not') return negation(forRole(node.part, role, !holds));
  if (node.kind !== 'test')
    return join(
      node.kind,
      node.parts.map((part) => forRole(part, role, holds)),
    );
  const { attribute, op, operand, negated } = node;
  if (attribute !== ROLE && otherFact(node) !== ROLE) return condition;
  if (role === null) return holds ? FALSE : TRUE;
  if (attribute !== ROLE || (op !== 'equals' && op !== 'in')) return condition;
  return [operand].flat().includes(role) === negated ? FALSE : TRUE;
}
