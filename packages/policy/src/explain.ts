import type { Decision, Finding, Reason } from './decision.js';
import type { Pack } from './document.js';

/** Who reads the explanation. Only `ig` and `engineer` are shown the values of facts, and only if the decision holds them. */
export type Audience = 'clinician' | 'ig' | 'engineer';

/** Plain English. */
export interface Explanation {
  readonly headline: string;
  readonly lines: readonly string[];
}

const HEADLINES: Readonly<Record<Decision['context']['outcome'], string>> = {
  permitted: 'Allowed',
  forbidden: 'Refused: a rule forbids it',
  'not-permitted': 'Refused: no rule allows it',
  'missing-information': 'Refused: something needed to decide is not known',
  'invalid-request': 'Refused: the question was not well formed',
};

/**
 * Says why a decision came out as it did.
 *
 * A clinician reads titles and the facts that are missing, never the value of a fact (it may be another person's);
 * information governance also reads rationale, source and tests; an engineer the digest besides.
 *
 * @param pack - the pack that decided. A decision of another pack is a caller's mistake.
 * @throws RangeError when the decision was made by another pack, or the audience is unknown.
 * @example
 * ```ts
 * const { headline, lines } = explain(pack, decision, 'clinician');
 * ```
 */
export function explain(pack: Pack, decision: Decision, audience: Audience): Explanation {
  const { context } = decision;
  if (context.policy.digest !== pack.digest) throw new RangeError('the decision was made by another policy');
  if (audience !== 'clinician' && audience !== 'ig' && audience !== 'engineer')
    throw new RangeError('no such audience');
  const lines = context.reasons.flatMap((reason) => describe(pack, reason, audience));
  if (context.missing.length > 0) lines.push(`Not known: ${context.missing.join(', ')}`);
  for (const { type, properties } of context.obligations) {
    const details = Object.entries(properties).map(([name, value]) => `${name} ${[value].flat().join(', ')}`);
    lines.push(`Comes with: ${[type, ...details].join(', ')}`);
  }
  if (audience !== 'clinician')
    for (const { code, rule } of context.advice)
      lines.push(rule === undefined ? `Note: ${code}` : `Not enforced here: ${rule}`);
  if (audience === 'engineer')
    lines.push(`Policy ${context.policy.id} ${context.policy.version} ${context.policy.digest}`);
  const emergency = context.basis === 'break-glass' ? ', by breaking the glass; it will be reviewed' : '';
  return { headline: HEADLINES[context.outcome] + emergency, lines };
}

function describe(pack: Pack, reason: Reason, audience: Audience): string[] {
  if (audience === 'clinician') return [reason.title];
  const rule = pack.document.rules.find(({ id }) => id === reason.rule);
  const why = rule === undefined ? [] : [`  Why: ${rule.rationale} (${rule.source})`];
  const findings = [...(reason.failed ?? []), ...(reason.matched ?? [])].map(
    (finding) => `  ${reason.effect === 'permit' ? 'Not met' : 'Applies'}: ${test(finding)}`,
  );
  return [`${reason.rule} ${reason.title}`, ...why, ...findings];
}

function test({ attribute, op, expected, actual }: Finding): string {
  const found = actual === undefined ? '' : `, found ${JSON.stringify(actual)}`;
  return `${attribute} ${op} ${JSON.stringify(expected)}${found}`;
}
