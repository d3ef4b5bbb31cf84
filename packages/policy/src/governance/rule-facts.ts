import { readCondition } from '../condition.js';
import type { Condition, ObligationStatement, PermitRule, PolicyDocument, Rule } from '../document.js';
import { enforced } from '../enforced.js';
import { compileObligations } from '../engine/obligations.js';
import { vocabularyOf } from '../engine/operand.js';
import { actionInWords } from '../plain-english/action.js';
import { dutyInWords } from '../plain-english/duty.js';
import { listed } from '../plain-english/names.js';

export function enforcedRules(document: PolicyDocument): readonly Rule[] {
  return enforced(document, document.rules);
}

export function enforcedPermits(document: PolicyDocument): readonly PermitRule[] {
  return enforcedRules(document).filter((rule) => rule.effect === 'permit');
}

/** The values of a fact that a condition asks for by name; null where it can hold without one of them. */
export function namedValues(condition: Condition, attribute: string): readonly string[] | null {
  const node = readCondition(condition);
  if (node.kind === 'test') {
    if (node.attribute !== attribute || node.negated) return null;
    if (node.op === 'in') return node.operand as readonly string[];
    return node.op === 'equals' && typeof node.operand === 'string' ? [node.operand] : null;
  }
  // What must not hold names nothing that is asked for.
  if (node.kind === 'not') return null;
  const parts = node.parts.map((part) => namedValues(part, attribute));
  if (node.kind === 'any') {
    const all = parts.filter((values) => values !== null);
    return all.length === parts.length && parts.length > 0 ? [...new Set(all.flat())] : null;
  }
  const named = parts.filter((values) => values !== null);
  // Several in one `all`: each narrows the others.
  return named.length === 0 ? null : named.reduce((kept, values) => kept.filter((value) => values.includes(value)));
}

/** By value: the enforced permits that ask for it; and those that do without. */
export function permitsBy(
  document: PolicyDocument,
  attribute: string,
): { readonly values: ReadonlyMap<string, readonly string[]>; readonly unlimited: readonly string[] } {
  const values = new Map<string, string[]>();
  const unlimited: string[] = [];
  for (const { id, when } of enforcedPermits(document)) {
    const named = namedValues(when, attribute);
    if (named === null) unlimited.push(id);
    for (const value of named ?? []) values.set(value, [...(values.get(value) ?? []), id]);
  }
  return { values, unlimited };
}

/** Every parameter that something names: rules that are enforced, breaking the glass. */
export function parametersRead(document: PolicyDocument): readonly string[] {
  const found = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, part] of Object.entries(value))
      if (key === 'parameter' && typeof part === 'string') found.add(part);
      else walk(part);
  };
  walk(enforcedRules(document).map((rule) => [rule.when, rule.effect === 'permit' ? rule.obligations : []]));
  walk(document.breakGlass);
  return Object.keys(document.parameters).filter((name) => found.has(name));
}

/** Duties in plain English. */
export function dutiesInWords(stated: readonly ObligationStatement[] | undefined, document: PolicyDocument): string {
  const words = compileObligations(stated, vocabularyOf(document)).map(dutyInWords);
  return words.length === 0 ? 'none' : words.join('; ');
}

/** `rule VW-01` or `rules VW-01 and VW-02`. */
export function rulesNamed(ids: readonly string[]): string {
  return `${ids.length === 1 ? 'rule' : 'rules'} ${ids.length < 2 ? ids.join('') : `${ids.slice(0, -1).join(', ')} and ${ids.at(-1)}`}`;
}

/** Actions as a person reads them. */
export function actionsInWords(actions: readonly string[]): string {
  return listed(actions.map(actionInWords), 'and');
}
