import { covers } from '../../src/engine/obligations.js';
import type { Condition, Obligation, PolicyDocument, Request } from '../../src/index.js';
import { classes, type Facts, factsOf, document as nhs, pdpOf, permitted, requestOf } from './nhs.js';

/** A policy that permits one action under one condition, and nothing else. */
function only(action: string, when: Condition, obligations: readonly object[] = []): ReturnType<typeof pdpOf> {
  const { breakGlass: _glass, ...rest } = nhs;
  const words = { title: 'Holds', rationale: 'Asked', source: 'Test' };
  const rule = { id: 'Q-1', effect: 'permit', basis: 'standing', actions: [action], when, obligations, ...words };
  return pdpOf({ ...rest, rules: [rule], invariants: [], tests: [] } as unknown as PolicyDocument);
}

/** Requests that differ from a permitted one in one fact, and every n-th of those that differ in two. */
function* neighbours(request: Request, every: number, allows: (request: Request) => boolean): Generator<Request> {
  const facts = factsOf(request);
  const { name } = request.action;
  const attributes = Object.keys(nhs.attributes).filter((attribute) => attribute !== 'context.now');
  const put = (from: Facts, attribute: string, value: unknown): Facts => {
    const out = new Map(from);
    if (value === undefined) out.delete(attribute);
    else out.set(attribute, value);
    return out;
  };
  let count = 0;
  for (const [i, one] of attributes.entries())
    for (const value of classes(one)) {
      const changed = put(facts, one, value);
      const first = requestOf(changed, name);
      yield first;
      // Pairs only where the first change alone is permitted.
      if (!allows(first)) continue;
      for (const other of attributes.slice(i + 1))
        for (const second of classes(other)) {
          count += 1;
          if (count % every === 0) yield requestOf(put(changed, other, second), name);
        }
    }
}

/** Searches for a permitted request that breaks an invariant; throws with the first it finds. */
export function checkInvariants(
  every: number,
  document: PolicyDocument = nhs,
): { total: number; allowed: number; touched: string[] } {
  const pdp = pdpOf(document);
  const allows = (request: Request): boolean => pdp.evaluate(request).decision;
  const checks = document.invariants.flatMap((invariant) => {
    if (invariant.requires !== undefined) return [];
    const scope = 'never' in invariant ? invariant.never : invariant.carries;
    const stated = 'never' in invariant ? [] : invariant.carries.obligations;
    return scope.actions.map((action) => {
      const wanted: readonly Obligation[] = only(action, { all: [] }, stated).evaluate({
        subject: {},
        action: { name: action },
        resource: {},
        context: {},
      }).context.obligations;
      return { invariant, action, applies: only(action, scope.when), wanted };
    });
  });
  const touched = new Set<string>();
  let allowed = 0;
  let total = 0;
  for (const base of permitted)
    for (const request of neighbours(base, every, allows)) {
      total += 1;
      const { decision, context } = pdp.evaluate(request);
      if (decision) allowed += 1;
      for (const { invariant, action, applies, wanted } of checks) {
        if (action !== request.action.name || (!decision && touched.has(invariant.id))) continue;
        if (!applies.evaluate(request).decision) continue;
        touched.add(invariant.id);
        const carried = wanted.every((duty) => context.obligations.some((other) => covers(other, duty)));
        if (decision && ('never' in invariant || !carried))
          throw new Error(`${invariant.id} broken by ${JSON.stringify(request)}`);
      }
    }
  return { total, allowed, touched: [...touched].sort() };
}
