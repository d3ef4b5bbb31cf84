import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { toCedar } from '../../src/cedar/index.js';
import { loadPolicy, type PolicyDocument } from '../../src/index.js';
import { BLOCKS, type Facts, LIES_IN, NOW } from './random.js';

/** The same facts for Cedar, read without the code that is tested: lists as the sets that rules see, texts as what they say. */
function context(facts: Facts): Record<string, unknown> {
  const out: Record<string, unknown> = { now: NOW };
  const put = (attribute: string, value: unknown): void => {
    if (value === 'none' && attribute !== 'resource.hold') out[`${attribute}:none`] = true;
    else out[attribute] = value;
  };
  for (const [attribute, value] of Object.entries(facts)) {
    if (attribute === 'subject.authenticatedAt') put(attribute, Date.parse(value as string));
    else if (attribute === 'context.justification') put(attribute, value === 'none' ? value : SAYS[value as string]);
    else if (attribute === 'context.address') {
      if (value === 'none') put(attribute, value);
      else {
        out[`${attribute}:within:0.0.0.0/0,::/0`] = true;
        BLOCKS.forEach((blocks, i) => {
          out[`${attribute}:within:${blocks.join(',')}`] = LIES_IN[value as string]!.includes(i);
        });
      }
    } else if (attribute === 'context.fences') {
      for (const fence of ['site', 'ward']) {
        const state = value === 'none' ? value : (value as Record<string, string>)[fence];
        if (state === 'none') put(`${attribute}.${fence}`, state);
        else if (state === 'inside' || state === 'outside') put(`${attribute}.${fence}`, state === 'inside');
      }
    } else if (attribute === 'context.recipients') {
      const list = value as { org: string; verified: boolean; teams: string[] }[];
      put(
        'context.recipients.org',
        list.map(({ org }) => org),
      );
      put(
        'context.recipients.verified',
        list.map(({ verified }) => verified),
      );
      put(
        'context.recipients.teams',
        list[0]!.teams.filter((team) => list.every(({ teams }) => teams.includes(team))),
      );
    } else put(attribute, value);
  }
  return out;
}

/** What the sample texts say, counted by hand. */
const SAYS: Readonly<Record<string, number>> = {
  short: 5,
  ['a'.repeat(40)]: 1,
  'Airway swelling, theatre in one minute': 37,
};

/** What Cedar is asked. */
interface Asked {
  readonly action: string;
  readonly context: object;
}

/** Cedar under one policy's export: any error in a policy is thrown, for Cedar would skip that policy. */
export function cedarOf(document: PolicyDocument): (asked: Asked) => boolean {
  const parsed = preparsePolicySet('policy', { staticPolicies: toCedar(loadPolicy(document)).policies });
  if (parsed.type !== 'success') throw new Error(`cedar refused the export: ${JSON.stringify(parsed.errors)}`);
  return ({ action, context: facts }) => {
    const answer = statefulIsAuthorized({
      principal: { type: 'Subject', id: 'u' },
      action: { type: 'Action', id: action },
      resource: { type: 'Resource', id: 'i' },
      context: facts as never,
      preparsedPolicySetId: 'policy',
      entities: [],
    });
    if (answer.type !== 'success') throw new Error(`cedar failed: ${JSON.stringify(answer.errors)}`);
    const { errors } = answer.response.diagnostics;
    if (errors.length > 0) throw new Error(`cedar reported ${JSON.stringify(errors[0])}`);
    return answer.response.decision === 'allow';
  };
}

/** Cedar's answers under one policy of `./random.ts`. */
export function cedar(document: PolicyDocument): (facts: Facts, action: string) => boolean {
  const ask = cedarOf(document);
  return (facts, action) => ask({ action, context: context(facts) });
}
