import {
  type Clock,
  type Condition,
  createPdp,
  type Decision,
  loadPolicy,
  type Pdp,
  type PolicyDocument,
  type Request,
  type Rule,
} from '../../src/index.js';
import { permit, sample } from './sample.js';

/** The present of these tests. */
export const NOW: number = Date.parse('2026-03-01T09:00:00Z');
export const clock: Clock = { now: () => NOW };
export const pdpOf = (document: PolicyDocument): Pdp => createPdp(loadPolicy(document), { clock });
export type Sections = Partial<Record<'subject' | 'resource' | 'context' | 'action', object>>;
/** A request of these facts, for a purpose that is no emergency: the glass is known to be whole. */
export const ask = (facts: Sections = {}, name = 'view'): Request =>
  ({
    subject: {},
    resource: {},
    ...facts,
    context: { purpose: 'direct-care', ...facts.context },
    action: { name, ...facts.action },
  }) as Request;
export const decide = (rules: readonly Rule[], facts: Sections = {}): Decision =>
  pdpOf(sample(...rules)).evaluate(ask(facts));
/** What becomes of a request under one permit. */
export const outcome = (when: Condition, facts: Sections, attributes: PolicyDocument['attributes'] = {}): string => {
  const document = sample(permit('P-1', when));
  const pdp = pdpOf({ ...document, attributes: { ...document.attributes, ...attributes } });
  return pdp.evaluate(ask(facts)).context.outcome;
};
