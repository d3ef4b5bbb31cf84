import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import type { Condition, PolicyDocument } from '../../src/index.js';
import { type Facts, NOW } from './random.js';

/** A condition as two Cedar expressions: when it is known to be true, and when it is known to be false. */
interface Both {
  readonly yes: string;
  readonly no: string;
}

const UNIT: Readonly<Record<string, number>> = { seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 };
const COMPARE: Readonly<Record<string, string>> = { atLeast: '>=', atMost: '<=', lessThan: '<', moreThan: '>' };
const key = (attribute: string): string => attribute.replaceAll('.', '_');
const known = (attribute: string): string => `context has ${key(attribute)}_none`;
const none = (attribute: string): string => `context.${key(attribute)}_none`;
const get = (attribute: string): string => `context.${key(attribute)}`;
const literal = (value: unknown): string => JSON.stringify(value);

/**
 * An independent reading of a document as Cedar text. Every use of an attribute is guarded with `has`, since Cedar skips a
 * policy whose attribute is missing: for a `forbid` that would allow.
 */
export function toCedar(document: PolicyDocument): string {
  const number = (value: unknown): number =>
    typeof value === 'number' ? value : document.parameters[(value as { parameter: string }).parameter]!.value;
  const duration = (value: object): number => {
    const [unit, amount] = Object.entries(value)[0] as [string, unknown];
    return UNIT[unit]! * number(amount);
  };

  /** Known, and either `none` with the given truth, or a value for which the expression holds. */
  const one = (attribute: string, ofNone: boolean, holds: string): Both => ({
    yes: `(${known(attribute)} && (if ${none(attribute)} then ${ofNone} else (${holds})))`,
    no: `(${known(attribute)} && (if ${none(attribute)} then ${!ofNone} else !(${holds})))`,
  });
  const two = (a: string, b: string, holds: string): Both => {
    const both = `${known(a)} && ${known(b)} && (if ${none(a)} || ${none(b)}`;
    return { yes: `(${both} then false else (${holds})))`, no: `(${both} then true else !(${holds})))` };
  };
  const invert = ({ yes, no }: Both): Both => ({ yes: no, no: yes });

  const isSet = (attribute: string): boolean => /teams$|recipients/.test(attribute);
  const test = (attribute: string, asked: unknown): Both => {
    const value = get(attribute);
    if (typeof asked !== 'object' || asked === null)
      return asked === 'none' && attribute !== 'resource.hold'
        ? one(attribute, true, 'false')
        : one(attribute, false, `${value} == ${literal(asked)}`);
    const [op, operand] = Object.entries(asked)[0] as [string, never];
    switch (op) {
      case 'not':
        return invert(test(attribute, operand));
      case 'equals':
        return test(attribute, operand);
      case 'in': {
        const values = operand as string[];
        return one(attribute, values.includes('none'), `[${values.map(literal).join(', ')}].contains(${value})`);
      }
      case 'olderThan':
        return one(attribute, false, `(context.now - ${value}) >= ${duration(operand)}`);
      case 'notOlderThan':
        return one(attribute, false, `(context.now - ${value}) < ${duration(operand)}`);
      case 'sameAs':
        return isSet(attribute)
          ? two(attribute, operand, `!${value}.isEmpty() && [${get(operand)}].containsAll(${value})`)
          : two(attribute, operand, `${value} == ${get(operand)}`);
      case 'includes': {
        const other = (operand as { attribute?: string }).attribute;
        return other === undefined
          ? one(attribute, false, `${value}.contains(${literal(operand)})`)
          : two(attribute, other, `${value}.contains(${get(other)})`);
      }
      case 'overlaps': {
        const other = (operand as { attribute?: string }).attribute;
        return other === undefined
          ? one(attribute, false, `${value}.containsAny(${literal(operand)})`)
          : two(attribute, other, `${value}.containsAny(${get(other)})`);
      }
      default:
        return one(attribute, false, `${value} ${COMPARE[op]} ${number(operand)}`);
    }
  };

  const read = (condition: Condition): Both => {
    const [name, body] = Object.entries(condition)[0] as [string, never];
    const join = (parts: string[], by: string, empty: string): string =>
      parts.length === 0 ? empty : `(${parts.join(by)})`;
    if (name === 'not') return invert(read(body));
    if (name !== 'all' && name !== 'any') return test(name, body);
    const parts = (body as Condition[]).map(read);
    const [yes, no] = [parts.map((part) => part.yes), parts.map((part) => part.no)];
    return name === 'all'
      ? { yes: join(yes, ' && ', 'true'), no: join(no, ' || ', 'false') }
      : { yes: join(yes, ' || ', 'false'), no: join(no, ' && ', 'true') };
  };

  const glass = read(document.breakGlass!.when);
  return document.rules
    .flatMap((rule) =>
      rule.actions.map((action) => {
        const { yes, no } = read(rule.when);
        const head = `${rule.effect}(principal, action == Action::"${action}", resource) when`;
        if (rule.effect === 'permit')
          return `${head} { ${rule.basis === 'break-glass' ? `${glass.yes} && ` : ''}${yes} };`;
        const waived = rule.strength === 'emergency-waivable' && document.breakGlass!.actions.includes(action);
        return `${head} { !(${no}${waived ? ` || ${glass.yes}` : ''}) };`;
      }),
    )
    .join('\n');
}

/** The same facts for Cedar; lists as the sets that rules see, texts as what they say. */
function context(facts: Facts): Record<string, unknown> {
  const out: Record<string, unknown> = { now: NOW };
  const put = (attribute: string, value: unknown): void => {
    out[`${key(attribute)}_none`] = value === 'none' && attribute !== 'resource.hold';
    if (out[`${key(attribute)}_none`] === false) out[key(attribute)] = value;
  };
  for (const [attribute, value] of Object.entries(facts)) {
    if (attribute === 'subject.authenticatedAt') put(attribute, Date.parse(value as string));
    else if (attribute === 'context.justification') put(attribute, value === 'none' ? value : SAYS[value as string]);
    else if (attribute === 'context.recipients') {
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

/** Cedar's answers under one policy. */
export function cedar(document: PolicyDocument): (facts: Facts, action: string) => boolean {
  const parsed = preparsePolicySet('policy', { staticPolicies: toCedar(document) });
  if (parsed.type !== 'success') throw new Error(`cedar refused the export: ${JSON.stringify(parsed.errors)}`);
  return (facts, action) => {
    const answer = statefulIsAuthorized({
      principal: { type: 'User', id: 'u' },
      action: { type: 'Action', id: action },
      resource: { type: 'Item', id: 'i' },
      context: context(facts) as never,
      preparsedPolicySetId: 'policy',
      entities: [],
    });
    if (answer.type !== 'success') throw new Error(`cedar failed: ${JSON.stringify(answer.errors)}`);
    const { errors } = answer.response.diagnostics;
    if (errors.length > 0) throw new Error(`cedar reported ${JSON.stringify(errors[0])}`);
    return answer.response.decision === 'allow';
  };
}
