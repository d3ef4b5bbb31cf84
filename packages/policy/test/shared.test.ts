import { expect, test } from 'vitest';
import { APPROVER_ROLES, REMINDER_DAYS } from '../src/governance/index.js';
import { createPdp, type Decision, loadPolicy, type Request } from '../src/index.js';
import { nhs } from '../src/packs/nhs/index.js';
import { MAY_BE_NONE } from '../src/retention/index.js';

const pack = loadPolicy(nhs());

/** Every object in a value, with the place it was first met. */
function objectsIn(value: unknown, path = '', found = new Map<object, string>()): Map<object, string> {
  if (typeof value !== 'object' || value === null || found.has(value)) return found;
  found.set(value, path);
  for (const key of Reflect.ownKeys(value)) objectsIn(Reflect.get(value, key), `${path}/${String(key)}`, found);
  return found;
}

test.each(['nothing', 'actual'] as const)('what two decisions share is frozen, when reveal is %s', (reveal) => {
  const changeable = new Set<string>();
  for (const { now, request: asked } of pack.document.tests) {
    const request = asked as unknown as Request;
    const pdp = createPdp(pack, { clock: { now: () => Date.parse(now) }, reveal });
    const before = objectsIn(pdp.evaluate(request));
    for (const [object, path] of objectsIn(pdp.evaluate(request)))
      if (before.has(object) && !Object.isFrozen(object)) changeable.add(path.replaceAll(/\d+/g, 'N'));
  }
  expect([...changeable]).toEqual([]);
});

test('a handler that empties the list of whom to tell does not keep the next decision from telling them', () => {
  const [example] = pack.document.tests.filter(({ expect: { obligations } }) => obligations?.includes('notify'));
  const pdp = createPdp(pack, { clock: { now: () => Date.parse(example!.now) } });
  const request = example!.request as unknown as Request;
  const whom = ({ context }: Decision): unknown =>
    context.obligations.find(({ type }) => type === 'notify')?.properties['whom'];
  const told = whom(pdp.evaluate(request)) as string[];
  const people = [...told];
  expect(() => told.splice(0)).toThrow(TypeError);
  expect(whom(pdp.evaluate(request))).toEqual(people);
});

test('a draft that is changed changes no other draft', () => {
  const whole = JSON.stringify(nhs());
  for (const object of objectsIn(nhs()).keys())
    if (!Object.isFrozen(object)) for (const key of Object.keys(object)) Reflect.deleteProperty(object, key);
  expect(JSON.stringify(nhs())).toBe(whole);
});

test('the defaults of the package cannot be changed for everybody', () => {
  for (const list of [APPROVER_ROLES, REMINDER_DAYS, MAY_BE_NONE]) expect(Object.isFrozen(list)).toBe(true);
});
