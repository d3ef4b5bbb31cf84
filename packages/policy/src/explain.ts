import { attributesOf } from './condition.js';
import type { JointDecision } from './decide-all.js';
import type { Decision, Reason } from './decision.js';
import type { Pack, Rule } from './document.js';
import { conditionInWords } from './plain-english/condition.js';
import { dutyInWords } from './plain-english/duty.js';
import { findingInWords } from './plain-english/finding.js';
import { nameOfFact, word } from './plain-english/names.js';

/** Who reads the explanation. Only `ig` and `engineer` are shown the values of facts, and only if the decision holds them. */
export type Audience = 'clinician' | 'ig' | 'engineer';

/** Plain English. */
export interface Explanation {
  readonly headline: string;
  readonly lines: readonly string[];
  /** What the reader can do next, the easiest first; empty after a permission. */
  readonly next: readonly string[];
}

const HEADLINES: Readonly<Record<Decision['context']['outcome'], string>> = {
  permitted: 'Allowed',
  forbidden: 'Refused: a rule forbids it',
  'not-permitted': 'Refused: none of the rules that allow it applies',
  'missing-information': 'Refused: something needed to decide is not known',
  'invalid-request': 'Refused: the question was not well formed',
};

/**
 * Says why a decision came out as it did, and what to do next.
 *
 * - A clinician reads titles, what is not known, the duties and the way forward; never the value of a fact, which may be
 *   another person's.
 * - Information governance also reads each rule's rationale, source and examples, which facts it reads, and the tests in
 *   plain English.
 * - An engineer reads all of it with the names of facts, rules and duties as the document has them.
 *
 * @param packs - the pack that decided; of a decision of several organisations, all their packs.
 * @param decision - with `context.remedies` (from `evaluateWithRemedies`) `next` tells the way forward; without, only whom
 * to ask.
 * @throws RangeError when a deciding pack is not among those given, or the audience is unknown.
 * @example
 * ```ts
 * const { headline, lines, next } = explain(pack, evaluateWithRemedies(pdp, pack, request), 'clinician');
 * ```
 */
export function explain(packs: Pack | readonly Pack[], decision: Decision, audience: Audience): Explanation {
  const { context } = decision;
  if (audience !== 'clinician' && audience !== 'ig' && audience !== 'engineer')
    throw new RangeError('no such audience');
  const voices = voicesOf(Array.isArray(packs) ? (packs as readonly Pack[]) : [packs as Pack], decision);
  const lines = [
    ...context.reasons.flatMap((reason) => reasonIn(voices, reason, audience)),
    ...missing(context, audience),
    ...context.obligations.map((duty) => {
      const raw = audience === 'engineer' ? ` (${duty.type} ${JSON.stringify(duty.properties)})` : '';
      return `Comes with: ${dutyInWords(duty)}${raw}`;
    }),
  ];
  if (audience !== 'clinician') lines.push(...context.advice.map(advice));
  if (audience === 'engineer') lines.push(...record(decision));
  const emergency = context.basis === 'break-glass' ? ', by breaking the glass; it will be reviewed' : '';
  return {
    headline: HEADLINES[context.outcome] + emergency,
    lines,
    next: decision.decision ? [] : next(voices, decision),
  };
}

/** Which pack speaks for whom; without an organisation, there is one. */
interface Voice {
  readonly organisation: string | undefined;
  readonly pack: Pack;
}

function voicesOf(packs: readonly Pack[], { context }: Decision): readonly Voice[] {
  const { policies } = context as Partial<JointDecision['context']>;
  const asked =
    policies === undefined
      ? [{ organisation: undefined, policy: context.policy }]
      : policies.filter(({ policy }) => policy !== null);
  return asked.map(({ organisation, policy }) => {
    const pack = packs.find(({ digest }) => digest === policy!.digest);
    if (pack === undefined) throw new RangeError('the decision was made by another policy');
    return { organisation, pack };
  });
}

function reasonIn(voices: readonly Voice[], reason: Reason & { organisation?: string }, audience: Audience): string[] {
  const { organisation, rule: id, effect, title } = reason;
  const whose = organisation === undefined ? '' : `${organisation}: `;
  if (audience === 'clinician') return [`${whose}${title}`];
  const pack = voices.find((voice) => voice.organisation === organisation)?.pack;
  const rule = pack?.document.rules.find((each) => each.id === id);
  const findings = [...(reason.failed ?? []), ...(reason.matched ?? [])].map((finding) => {
    const { attribute, op, expected } = finding;
    const raw = audience === 'engineer' ? ` (${attribute} ${op} ${JSON.stringify(expected)})` : '';
    return `  ${effect === 'permit' ? 'Not met' : 'Applies'}: ${findingInWords(finding, pack!.document)}${raw}`;
  });
  return [`${whose}${id} ${title}`, ...(rule === undefined ? [] : about(rule, pack!, audience)), ...findings];
}

/** What an information governance lead wants to know of a rule. */
function about(rule: Rule, { document }: Pack, audience: Audience): string[] {
  const examples = document.tests
    .filter(({ expect }) => expect.rules?.includes(rule.id) === true)
    .map(({ name }) => name);
  const facts = [...attributesOf(rule.when)];
  const lines = [
    `  Why: ${rule.rationale} (${rule.source})`,
    `  Reads: ${facts.map((fact) => (audience === 'engineer' ? fact : nameOfFact(fact))).join(', ') || 'nothing'}`,
    `  Examples: ${examples.length === 0 ? 'none' : examples.join('; ')}`,
  ];
  if (audience === 'ig') return lines;
  const kind = rule.effect === 'permit' ? rule.basis : rule.strength;
  return [
    ...lines,
    `  Rule: ${rule.effect}, ${kind}, if ${conditionInWords(rule.when, document)}`,
    `  When: ${JSON.stringify(rule.when)}`,
  ];
}

function missing({ missing: names, illTyped }: Decision['context'], audience: Audience): string[] {
  if (names.length === 0) return [];
  const say = (name: string): string => (audience === 'engineer' ? name : `the ${nameOfFact(name)}`);
  const lines = [`Not known: ${names.map(say).join(', ')}`];
  if (audience !== 'clinician' && illTyped.length > 0)
    lines.push(`Given, but no value it can have: ${illTyped.map(say).join(', ')}`);
  return lines;
}

function advice(advised: Decision['context']['advice'][number] & { organisation?: string }): string {
  const whose = advised.organisation === undefined ? '' : `${advised.organisation}: `;
  if (advised.code === 'policy-review-overdue') return `${whose}The policy is overdue for review`;
  return `${whose}Not enforced here: ${advised.rule}, which needs ${(advised.requires ?? []).map(word).join(', ')}`;
}

/** What an engineer needs to find and replay the decision. */
function record({ context }: Decision): string[] {
  const { id, version, digest } = context.policy;
  const { policies = [], remedies = [] } = context as Partial<JointDecision['context']>;
  return [
    ...remedies.map(({ route, steps, declares }) => `Remedy: ${JSON.stringify({ route, steps, declares })}`),
    `Outcome ${context.outcome}, basis ${context.basis}, at ${context.evaluated_at ?? 'no time: the clock failed'}`,
    ...policies.map(
      ({ organisation, outcome, policy }) =>
        `${organisation}: ${outcome}${policy === null ? '' : `, policy ${policy.id} ${policy.version} ${policy.digest}`}`,
    ),
    `Policy ${id} ${version} ${digest}`,
  ];
}

/** The way forward: what was tried and works, or else whom to ask. */
function next(voices: readonly Voice[], { context }: Decision): string[] {
  const tried = (context.remedies ?? []).map(({ text }) => text);
  if (tried.length > 0) return tried;
  const owners = voices.flatMap(({ organisation, pack }) => {
    const role = pack.document.owner?.role;
    return role === undefined ? [] : [`the ${word(role)}${organisation === undefined ? '' : ` of ${organisation}`}`];
  });
  if (owners.length === 0) return [];
  const alone = context.remedies === undefined ? '' : 'Nothing you can change yourself would allow it; ';
  return [`${alone}ask ${[...new Set(owners)].join(' and ')}`.replace(/^./, (first) => first.toUpperCase())];
}
