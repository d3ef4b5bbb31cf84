import { readCondition } from '../condition.js';
import type { Clock, Request } from '../decision.js';
import type { Condition, Pack, Rule } from '../document.js';
import { createPdp } from '../evaluate.js';

export const TRUE: Condition = { all: [] };
export const FALSE: Condition = { not: TRUE };

/** A pack that has, for each action, one permit and nothing else. */
export function bare({ document, digest }: Pack, actions: readonly string[], whenOf: (i: number) => Condition): Pack {
  const { breakGlass: _glass, ...rest } = document;
  const rules: Rule[] = actions.map((action, i) => ({
    id: `R-${i}`,
    effect: 'permit',
    basis: 'standing',
    actions: [action],
    title: '',
    rationale: '',
    source: '',
    when: whenOf(i),
  }));
  return { document: { ...rest, actions, rules, invariants: [], tests: [] }, digest };
}

/** The request without what can be carried out here: of single conditions there are no duties. */
export function withoutSupport(request: Request): Request {
  if (typeof request.context !== 'object' || request.context === null || Array.isArray(request.context)) return request;
  const { supportedObligations: _settled, ...context } = request.context;
  return { ...request, context };
}

/** `holds` says whether the condition must hold, or must not, for the whole to permit. */
export type Simplify = (condition: Condition, holds: boolean) => Condition;

/**
 * Puts in what is known. A test that will never be known is taken as what refuses: as false where it must hold, as true
 * where it must not. That keeps exactly when the whole is true, since "all" and "any" are true, and false, for the same
 * parts whether the others are unknown or not.
 */
export function simplifier(pack: Pack, asked: Request, clock: Clock): Simplify {
  const leaves = new Map<string, Condition>();
  const collect = (condition: Condition): void => {
    const node = readCondition(condition);
    if (node.kind === 'test') leaves.set(JSON.stringify(condition), condition);
    else for (const part of node.kind === 'not' ? [node.part] : node.parts) collect(part);
  };
  const { rules, breakGlass, attributes } = pack.document;
  for (const { when } of breakGlass === undefined ? rules : [...rules, breakGlass]) collect(when);
  const conditions = [...leaves.values()];
  const names = conditions.map((_, i) => `test-${i}`);
  const pdp = createPdp(
    bare(pack, names, (i) => conditions[i]!),
    { clock },
  );
  const { action, ...rest } = withoutSupport(asked);
  const known = new Map<string, boolean | 'never' | undefined>(
    [...leaves.keys()].map((text, i) => {
      const { outcome, illTyped, missing, evaluated_at } = pdp.evaluate({
        ...rest,
        action: { ...action, name: names[i]! },
      }).context;
      if (outcome !== 'missing-information') return [text, outcome === 'permitted'] as const;
      // Without a clock an age is never known, and `context.now` is then all that is missing.
      const [only, ...more] = missing;
      const isClock = more.length === 0 && (only === 'context.now' || attributes[only!]?.source === 'clock');
      const never = illTyped.length > 0 || (isClock && evaluated_at === null);
      return [text, never ? ('never' as const) : undefined] as const;
    }),
  );
  const put: Simplify = (condition, holds) => {
    const node = readCondition(condition);
    if (node.kind === 'not') return negation(put(node.part, !holds));
    if (node.kind !== 'test')
      return join(
        node.kind,
        node.parts.map((part) => put(part, holds)),
      );
    const value = known.get(JSON.stringify(condition));
    if (value === undefined) return condition;
    return (value === 'never' ? !holds : value) ? TRUE : FALSE;
  };
  return put;
}

/** The opposite; of a constant the other constant. */
export function negation(condition: Condition): Condition {
  if (condition === TRUE) return FALSE;
  if (condition === FALSE) return TRUE;
  const node = readCondition(condition);
  return node.kind === 'not' ? node.part : { not: condition };
}

/** Both or either, with constants, repeats and single parts taken out. */
export function join(kind: 'all' | 'any', parts: readonly Condition[]): Condition {
  const [neutral, settles] = kind === 'all' ? [TRUE, FALSE] : [FALSE, TRUE];
  if (parts.includes(settles)) return settles;
  const flat = parts.flatMap((part) => {
    const node = readCondition(part);
    return node.kind === kind ? node.parts : [part];
  });
  const open = [
    ...new Map(flat.filter((part) => part !== neutral).map((part) => [JSON.stringify(part), part])).values(),
  ];
  if (open.length === 0) return neutral;
  return open.length === 1 ? open[0]! : kind === 'all' ? { all: open } : { any: open };
}
