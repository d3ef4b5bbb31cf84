import { base64url, canonicalJson, sha256, utf8 } from '@wardseal/primitives';
import * as z from 'zod/mini';
import type { Pack, PolicyDocument } from './document.js';
import { compilePolicy } from './engine/plan.js';
import { instant } from './engine/time.js';
import { PolicyError, step } from './errors.js';
import { plain } from './plain.js';

/** Longest document text, UTF-16 units: some 2,000 rules. */
export const MAX_DOCUMENT_CHARS = 1_000_000;

const name = z.string().check(z.regex(/^[a-zA-Z][a-zA-Z0-9-]{0,63}$/));
const id = z.string().check(z.regex(/^[A-Z]{1,8}-[0-9]{1,4}$/));
const prose = z.string().check(z.minLength(1), z.maxLength(2_000));
const names = z.array(name).check(z.minLength(1), z.maxLength(100));
const attributeName = z.string().check(z.regex(/^(subject|action|resource|context)(\.[a-z][a-zA-Z]{0,63}){1,2}$/));
const moment = z.string().check(z.refine((text) => instant(text) !== null, 'expected an RFC 3339 moment in UTC'));
const values = z.optional(z.array(z.string().check(z.minLength(1), z.maxLength(64))).check(z.minLength(1)));
const digest = z.string().check(z.regex(/^sha256-[A-Za-z0-9_-]{43}$/));
const anything = z.unknown();

const attribute = z.strictObject({
  type: z.enum(['string', 'enum', 'integer', 'boolean', 'time', 'text', 'set', 'list']),
  values,
  min: z.optional(z.int()),
  max: z.optional(z.int()),
  none: z.optional(z.boolean()),
  changeableBy: z.optional(z.literal('user')),
  declaredBy: z.optional(z.literal('user')),
  source: z.enum(['session', 'directory', 'label', 'request', 'server', 'configuration', 'custodian', 'clock']),
  fields: z.optional(z.record(name, z.strictObject({ type: z.enum(['string', 'enum', 'boolean', 'set']), values }))),
});
const obligations = z
  .array(z.strictObject({ type: name, properties: z.optional(z.record(name, anything)) }))
  .check(z.maxLength(20));
const ruleText = {
  id,
  title: prose,
  rationale: prose,
  source: prose,
  actions: names,
  when: anything,
  requires: z.optional(names),
};
const rule = z.discriminatedUnion('effect', [
  z.strictObject({
    ...ruleText,
    effect: z.literal('permit'),
    basis: z.enum(['standing', 'on-duty', 'referral', 'break-glass']),
    obligations: z.optional(obligations),
  }),
  z.strictObject({ ...ruleText, effect: z.literal('forbid'), strength: z.enum(['absolute', 'emergency-waivable']) }),
]);
const scope = { actions: names, when: anything };
const invariant = z
  .strictObject({
    id,
    title: prose,
    requires: z.optional(names),
    never: z.optional(z.strictObject(scope)),
    carries: z.optional(z.strictObject({ ...scope, obligations })),
  })
  .check(
    z.refine((value) => (value.never === undefined) !== (value.carries === undefined), 'expected `never` or `carries`'),
  );
const test = z.strictObject({
  name: prose,
  now: moment,
  request: z.record(z.string(), anything),
  expect: z.strictObject({
    decision: z.boolean(),
    outcome: z.optional(z.enum(['permitted', 'forbidden', 'not-permitted', 'missing-information', 'invalid-request'])),
    basis: z.optional(z.enum(['standing', 'on-duty', 'referral', 'break-glass'])),
    rules: z.optional(z.array(id)),
    missing: z.optional(z.array(z.string())),
    obligations: z.optional(names),
  }),
});
const document = z.strictObject({
  format: z.literal('policy/0'),
  id: name,
  version: z.int().check(z.positive()),
  title: prose,
  status: z.enum(['draft', 'approved', 'in-force', 'superseded', 'withdrawn']),
  effectiveFrom: z.optional(moment),
  reviewBy: z.optional(moment),
  owner: z.optional(z.strictObject({ role: name })),
  approvals: z.optional(z.array(z.record(name, z.string())).check(z.maxLength(20))),
  supersedes: z.optional(z.strictObject({ version: z.int().check(z.positive()), digest })),
  actions: names,
  attributes: z.record(attributeName, attribute),
  parameters: z.record(
    name,
    z
      .strictObject({ value: z.int(), min: z.int(), max: z.int(), title: prose })
      .check(z.refine(({ value, min, max }) => value >= min && value <= max, '`value` is outside `min` to `max`')),
  ),
  sources: z.record(name, z.strictObject({ title: prose, configured: z.boolean() })),
  breakGlass: z.optional(z.strictObject({ ...scope, obligations })),
  rules: z.array(rule).check(z.maxLength(1_000)),
  invariants: z.array(invariant).check(z.maxLength(200)),
  tests: z.array(test).check(z.maxLength(1_000)),
});

/**
 * Reads and checks a policy document and gives it its digest. Nothing unknown passes: a rule with a field, attribute,
 * operator, action, value, obligation, parameter or evidence source that the document does not declare is refused, since
 * a rule that is silently left out is a hole.
 *
 * @param json - the document's text, or the parsed value.
 * @returns the pack: the document (a frozen copy) and its digest.
 * @throws PolicyError `DOCUMENT_TOO_LARGE` (over 1,000,000 characters or 100,000 values), `DOCUMENT_NOT_JSON`,
 * `TOO_DEEP`, `UNSUPPORTED_FORMAT`, `UNKNOWN_FIELD`, `DOCUMENT_INVALID`, `UNKNOWN_ATTRIBUTE`, `UNKNOWN_OPERATOR`,
 * `UNKNOWN_ACTION`, `UNKNOWN_OBLIGATION`, `UNKNOWN_PARAMETER`, `UNKNOWN_SOURCE`, `OPERATOR_MISMATCH`, `VALUE_INVALID`,
 * `DUPLICATE_ID`, `BREAK_GLASS_UNSAFE`; `path` points to the place.
 * @example
 * ```ts
 * const pack = loadPolicy(await readFile('policy.json', 'utf8'));
 * ```
 */
export function loadPolicy(json: unknown): Pack {
  const copy = plain(parse(json));
  const format: unknown = (copy as { format?: unknown } | null)?.format;
  if (typeof format === 'string' && format !== 'policy/0')
    throw new PolicyError('UNSUPPORTED_FORMAT', '/format', 'expected `policy/0`');
  const result = document.safeParse(copy);
  if (!result.success) throw refusal(result.error.issues[0]!);
  const checked = copy as PolicyDocument;
  checkAttributes(checked);
  compilePolicy(checked);
  const { status: _status, approvals: _approvals, ...signed } = checked;
  return Object.freeze({
    document: freeze(checked),
    digest: `sha256-${base64url(sha256(utf8(canonicalJson(signed))))}`,
  });
}

function parse(json: unknown): unknown {
  if (typeof json !== 'string') return json;
  if (json.length > MAX_DOCUMENT_CHARS) throw new PolicyError('DOCUMENT_TOO_LARGE', '', 'document is too long');
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new PolicyError('DOCUMENT_NOT_JSON', '', 'document is not JSON', { cause });
  }
}

function refusal(issue: z.core.$ZodIssue): PolicyError {
  const path = issue.path.reduce<string>((at, key) => step(at, String(key)), '');
  if (issue.code === 'unrecognized_keys')
    return new PolicyError('UNKNOWN_FIELD', step(path, issue.keys[0]!), 'unknown field');
  return new PolicyError(
    'DOCUMENT_INVALID',
    path,
    issue.message === 'Invalid input' ? 'not what is expected here' : lowerFirst(issue.message),
  );
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** What one declaration must hold beside its own shape. */
function checkAttributes({ attributes }: PolicyDocument): void {
  for (const [attribute, { type, values, fields, min, max }] of Object.entries(attributes)) {
    const path = step('/attributes', attribute);
    if ((type === 'enum') !== (values !== undefined) && type !== 'set')
      throw new PolicyError(
        'DOCUMENT_INVALID',
        step(path, 'values'),
        'an enum, and beside it only a set, lists its values',
      );
    if ((type === 'list') !== (fields !== undefined))
      throw new PolicyError('DOCUMENT_INVALID', step(path, 'fields'), 'a list, and only a list, names its fields');
    if (min !== undefined && max !== undefined && min > max)
      throw new PolicyError('DOCUMENT_INVALID', step(path, 'max'), '`max` is below `min`');
    const parent = attribute.slice(0, attribute.lastIndexOf('.'));
    if (Object.hasOwn(attributes, parent))
      throw new PolicyError('DOCUMENT_INVALID', path, `\`${parent}\` is a fact itself and can have no parts`);
  }
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
}
