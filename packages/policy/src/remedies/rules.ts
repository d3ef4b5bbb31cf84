import { attributesOf, type FactTest, testsOf } from '../condition.js';
import type { Decision } from '../decision.js';
import type { Condition, PolicyDocument, Rule } from '../document.js';

/** Never a remedy, whatever a document says of them: nobody is told what to give as their purpose or reason. */
const NEVER: readonly string[] = ['context.purpose', 'context.justification'];

/** What bears on one action, seen from the facts. */
export interface Bearing {
  /** Every fact that a remedy may change here, with the tests that ask about it. */
  readonly changeable: ReadonlyMap<string, readonly FactTest[]>;
  /** What a person must say to break the glass, with the tests that ask about it; empty where it cannot be broken. */
  readonly declared: ReadonlyMap<string, readonly FactTest[]>;
  /** Of a refusal: facts of which a remedy must change at least one. */
  readonly lever: (decision: Decision) => readonly string[];
}

/** Finds what a remedy for one action can change, and which of it a refusal hangs on. */
export function bearingOn(document: PolicyDocument, action: string): Bearing {
  const rules = document.rules.filter(({ actions }) => actions.includes(action));
  const glass = document.breakGlass?.actions.includes(action) === true ? document.breakGlass.when : undefined;
  const conditions: readonly Condition[] = [...rules.map(({ when }) => when), ...(glass === undefined ? [] : [glass])];
  const isDeclared = (attribute: string): boolean =>
    NEVER.includes(attribute) || document.attributes[attribute]?.declaredBy === 'user';
  const isChangeable = (attribute: string): boolean =>
    document.attributes[attribute]?.changeableBy === 'user' && !isDeclared(attribute);
  const base = (attribute: string): string => {
    if (Object.hasOwn(document.attributes, attribute)) return attribute;
    // A field of a list: it is the list that changes.
    return attribute.slice(0, attribute.lastIndexOf('.'));
  };
  const asked = (from: readonly Condition[], wanted: (attribute: string) => boolean): Map<string, FactTest[]> => {
    const found = new Map<string, FactTest[]>();
    for (const test of from.flatMap(testsOf)) {
      const attribute = base(test.attribute);
      if (wanted(attribute)) found.set(attribute, [...(found.get(attribute) ?? []), test]);
    }
    return found;
  };
  const changeable = asked(conditions, isChangeable);
  for (const attribute of conditions.flatMap((each) => [...attributesOf(each)]).map(base))
    if (isChangeable(attribute) && !changeable.has(attribute)) changeable.set(attribute, []);

  const of = (rule: Rule | undefined): readonly string[] => {
    if (rule === undefined) return [];
    const waivable = rule.effect === 'permit' ? rule.basis === 'break-glass' : rule.strength === 'emergency-waivable';
    const parts = waivable && glass !== undefined ? [rule.when, glass] : [rule.when];
    return parts.flatMap((part) => [...attributesOf(part)]);
  };
  const levers = (decision: Decision): readonly string[] => {
    // Each prohibition must be made false: one of them is enough to look at, the others are met later.
    const against = decision.context.reasons.find(({ effect }) => effect === 'forbid');
    if (against !== undefined) return of(rules.find(({ id }) => id === against.rule));
    return rules.filter(({ effect }) => effect === 'permit').flatMap(of);
  };
  return {
    changeable,
    declared: asked(glass === undefined ? [] : [glass], isDeclared),
    lever: (decision) => [...new Set(levers(decision).map(base))].filter((attribute) => changeable.has(attribute)),
  };
}
