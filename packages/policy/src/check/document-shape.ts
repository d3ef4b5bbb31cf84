import type { PolicyDocument } from '../document.js';
import {
  anything,
  boolean,
  integer,
  invalid,
  list,
  matching,
  moment,
  object,
  oneOf,
  positive,
  record,
  type Shape,
  text,
} from './shape.js';

const name = matching(/^[a-zA-Z][a-zA-Z0-9-]{0,63}$/);
const id = matching(/^[A-Z]{1,8}-[0-9]{1,4}$/);
const prose = text(1, 2_000);
const names = list(name, 1, 100);
const anyText = text(0, Number.POSITIVE_INFINITY);
const attributeName = matching(/^(subject|action|resource|context)(\.[a-z][a-zA-Z]{0,63}){1,2}$/);
// Every value is tried with every rule: 60,000 cost a decision seconds and a gigabyte.
const values = list(text(1, 64), 1, 1_000);
const scope = { actions: names, when: anything };
const basis = oneOf('standing', 'on-duty', 'referral', 'break-glass');

const attribute = object({
  type: oneOf('string', 'enum', 'integer', 'boolean', 'time', 'text', 'set', 'list', 'address', 'fences'),
  'values?': values,
  'min?': integer,
  'max?': integer,
  'none?': boolean,
  'changeableBy?': oneOf('user'),
  'declaredBy?': oneOf('user'),
  source: oneOf('session', 'directory', 'label', 'request', 'server', 'configuration', 'custodian', 'clock'),
  'fields?': record(name, object({ type: oneOf('string', 'enum', 'boolean', 'set'), 'values?': values })),
});
const parameter = object({ value: integer, min: integer, max: integer, title: prose });
const obligations = list(object({ type: name, 'properties?': record(name, anything) }), 0, 20);

const ruleText = { ...scope, id, title: prose, rationale: prose, source: prose, 'requires?': names, effect: anything };
const permit = object({ ...ruleText, basis, 'obligations?': obligations });
const forbid = object({ ...ruleText, strength: oneOf('absolute', 'emergency-waivable') });
const effect = oneOf('permit', 'forbid');
const rule: Shape = (value, path) => {
  const stated = (value as { effect?: unknown } | null)?.effect;
  effect(stated, `${path}/effect`);
  (stated === 'permit' ? permit : forbid)(value, path);
};

const claim = { id, title: prose, 'requires?': names };
const never = object({ ...claim, never: object(scope) });
const carries = object({ ...claim, carries: object({ ...scope, obligations }) });
const invariant: Shape = (value, path) => {
  const given = value as { never?: unknown; carries?: unknown } | null;
  if ((given?.never === undefined) === (given?.carries === undefined)) invalid(path, 'expected `never` or `carries`');
  (given?.never === undefined ? carries : never)(value, path);
};

const example = object({
  name: prose,
  now: moment,
  request: record(anyText, anything),
  expect: object({
    decision: boolean,
    'outcome?': oneOf('permitted', 'forbidden', 'not-permitted', 'missing-information', 'invalid-request'),
    'basis?': basis,
    'rules?': list(id, 0, 1_000),
    'missing?': list(anyText, 0, 1_000),
    'obligations?': names,
  }),
});

const document = object({
  format: oneOf('policy/0'),
  id: name,
  version: positive,
  title: prose,
  status: oneOf('draft', 'approved', 'in-force', 'superseded', 'withdrawn'),
  'effectiveFrom?': moment,
  'reviewBy?': moment,
  'owner?': object({ role: name }),
  'approvals?': list(record(name, anyText), 0, 20),
  'supersedes?': object({ version: positive, digest: matching(/^sha256-[A-Za-z0-9_-]{43}$/) }),
  'acknowledge?': oneOf('required', 'informed'),
  actions: names,
  attributes: record(attributeName, attribute),
  parameters: record(name, (value, path) => {
    parameter(value, path);
    const { value: chosen, min, max } = value as { value: number; min: number; max: number };
    if (chosen < min || chosen > max) invalid(path, '`value` is outside `min` to `max`');
  }),
  sources: record(name, object({ title: prose, configured: boolean })),
  'breakGlass?': object({ ...scope, obligations }),
  rules: list(rule, 0, 1_000),
  invariants: list(invariant, 0, 200),
  tests: list(example, 0, 1_000),
});

/** Refuses a value that has not the shape of a document; what names mean is checked elsewhere. */
export function checkShape(value: unknown): asserts value is PolicyDocument {
  document(value, '');
}
