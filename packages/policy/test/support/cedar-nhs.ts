import { expect } from 'vitest';
import { cedarRequests } from '../../src/cedar/index.js';
import { createPdp, loadPolicy, type PolicyDocument, type Request } from '../../src/index.js';
import { cedarOf } from './cedar.js';
import { clock, factsOf, requestOf } from './nhs.js';

/** A pack with all of its evidence sources configured. */
export const withEverySource = (document: PolicyDocument): PolicyDocument => ({
  ...document,
  sources: Object.fromEntries(
    Object.entries(document.sources).map(([name, source]) => [name, { ...source, configured: true }]),
  ),
});

/**
 * Asks Cedar and the engine about every example of a pack, and about each with one fact hidden, or put out of its domain in
 * two ways: those of these changes that `chosen` gives for the nth fact.
 */
export function compareWithCedar(
  document: PolicyDocument,
  chosen: (changes: Request[], n: number) => Request[],
): { asked: number; permitted: number } {
  const pdp = createPdp(loadPolicy(document), { clock });
  const ask = cedarOf(document);
  const toRequest = cedarRequests(loadPolicy(document), { clock });
  const counts = { asked: 0, permitted: 0 };
  const compare = (asked: Request): void => {
    const { decision } = pdp.evaluate(asked);
    const { action, context } = toRequest(asked);
    expect({ asked, decision }).toEqual({ asked, decision: ask({ action: action.id, context }) });
    counts.asked += 1;
    if (decision) counts.permitted += 1;
  };
  let n = 0;
  for (const { request: example } of document.tests) {
    const facts = factsOf(example);
    const { name } = (example as unknown as Request).action;
    if (!document.actions.includes(name)) continue;
    compare(requestOf(facts, name));
    for (const attribute of facts.keys()) {
      const { [attribute]: _hidden, ...rest } = Object.fromEntries(facts);
      const changes = [new Map(Object.entries(rest)), ...['no such value', 'none'].map((value) => new Map([...facts, [attribute, value]]))]; // biome-ignore format: three changes
      for (const change of chosen(
        changes.map((facts) => requestOf(facts, name)),
        n++,
      ))
        compare(change);
    }
  }
  return counts;
}
