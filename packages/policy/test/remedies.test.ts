import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  applyRemedy,
  createPdp,
  evaluateWithRemedies,
  loadPolicy,
  MAX_REMEDIES,
  MAX_TRIALS,
  type PolicyDocument,
  type Remedy,
  type Request,
  remedies,
} from '../src/index.js';
import { nhs } from '../src/packs/nhs/index.js';
import { classes, clock, factsOf, document as first, NOW as NHS_NOW, permitted, requestOf } from './support/nhs.js';
import { completeFacts, NOW, partialFacts, policy, request } from './support/random.js';
import { permit, sample } from './support/sample.js';

const ago = (minutes: number): string => new Date(NHS_NOW - minutes * 60_000).toISOString();
const asked = (name: string): Request =>
  first.tests
    .map((each) => each.request as unknown as Request)
    .find((each) => each.action.name === name && permitted.includes(each))!;
const offered = (
  document: PolicyDocument,
  base: Request,
  change: Readonly<Record<string, unknown>>,
): readonly Remedy[] => {
  const pack = loadPolicy(document);
  const facts = new Map([...factsOf(base), ...Object.entries(change)]);
  const refused = requestOf(facts, base.action.name);
  const pdp = createPdp(pack, { clock });
  expect(pdp.evaluate(refused).decision).toBe(false);
  const found = remedies(pdp, pack, refused);
  for (const remedy of found.filter(({ declares }) => declares.length === 0))
    expect(pdp.evaluate(applyRemedy(refused, remedy)).decision).toBe(true);
  return found;
};
const texts = (found: readonly Remedy[], route = 'ordinary') =>
  found.filter((each) => each.route === route).map(({ text }) => text);

test.each<[string, Readonly<Record<string, unknown>>, readonly string[]]>([
  ['view', { 'subject.authenticatedAt': ago(14 * 60) }, ['Sign in again']],
  ['view', { 'subject.assurance': 1 }, ['Sign in at level 2, with two factors']],
  [
    'view',
    { 'resource.sensitivity': 'sensitive', 'subject.assurance': 2 },
    ['Sign in at level 3, with a smartcard or security key'],
  ],
  ['view', { 'subject.acknowledgedVersion': 'none' }, ['Read and acknowledge the policy']],
  [
    'view',
    { 'subject.authenticatedAt': ago(14 * 60), 'subject.acknowledgedVersion': 'none' },
    ['Read and acknowledge the policy, and sign in again'],
  ],
  ['send', { 'subject.unlockedAt': 'none' }, ['Unlock your keys']],
  ['link-create', { 'action.lifetimeSeconds': 30 * 86_400 }, ['Ask for a lifetime of at most 7 days']],
  ['view', { 'subject.status': 'left' }, []],
  ['view', { 'resource.state': 'erased', 'subject.assurance': 1 }, []],
  ['send', { 'context.channel.status': 'unassessed' }, []],
])('%s with %j: %j', (name, change, expected) => {
  expect(texts(offered(first, asked(name), change))).toEqual(expected);
});

test('recipients who may not be sent to can be left out, by their place in the list', () => {
  const base = asked('send');
  const [person] = factsOf(base).get('context.recipients') as Readonly<Record<string, unknown>>[];
  const list = [person, { ...person, id: 'p-hollis', verified: false }, person, { ...person, status: 'left' }];
  const found = offered(first, base, { 'context.recipients': list });
  expect(texts(found)).toEqual(['Leave out recipients 2, 4 of 4']);
  expect(found[0]!.steps).toEqual([
    {
      attribute: 'context.recipients',
      kind: 'recipients',
      to: { keep: [0, 2] },
      text: 'Leave out recipients 2, 4 of 4',
    },
  ]);
  expect(JSON.stringify(found)).not.toContain('hollis');
});

test('devices, networks and countries, where the trust has the evidence', () => {
  const configured = nhs({ configured: ['device-management', 'country'] });
  const base = asked('view');
  const strong = { 'subject.assurance': 3, 'resource.sensitivity': 'sensitive', 'context.country.network': 'GB' };
  const device = { ...strong, 'context.device': 'personal', 'context.network': 'organisation' };
  expect(texts(offered(configured, base, device))).toEqual(['Use a managed device']);
  const abroad = {
    ...strong,
    'context.device': 'managed',
    'context.network': 'internet',
    'context.country.network': 'FR',
  };
  expect(texts(offered(configured, base, abroad))).toEqual(['Use your organisation’s network', 'Do it from GB']);
});

test('breaking the glass is offered apart, last, and only where it would be permitted', () => {
  const none = {
    'context.relationship': undefined,
    'context.relationship.kind': 'none',
    'subject.onDutyTeams': [],
    'resource.author': 'p-x',
    'resource.team': 'none',
  };
  const found = offered(first, asked('view'), none);
  expect(texts(found)).toEqual([]);
  expect(found).toEqual([
    {
      route: 'break-glass',
      steps: [],
      declares: ['context.purpose', 'context.justification'],
      text: 'In an emergency only: break the glass and say why; these are told: Caldicott Guardian and privacy officer, it is reviewed within 1 day',
      verified: true,
    },
  ]);
  const weak = offered(first, asked('view'), { ...none, 'subject.assurance': 1 });
  expect(weak.map(({ route, text }) => [route, text.slice(0, 50)])).toEqual([
    ['break-glass', 'Sign in at level 2, with two factors; then, in an '],
  ]);
  // Absolute prohibitions, another organisation, and an action for which the glass cannot be broken.
  expect(offered(first, asked('view'), { ...none, 'resource.state': 'erased' })).toEqual([]);
  expect(offered(first, asked('view'), { ...none, 'subject.org': 'Y99901' })).toEqual([]);
  expect(offered(first, asked('send'), { 'resource.state': 'erased' })).toEqual([]);
});

test('what a declared emergency still lacks is found, and labelled', () => {
  const facts = {
    'context.purpose': 'emergency',
    'context.justification': 'Airway swelling, theatre now',
    'subject.assurance': 1,
    'context.relationship.kind': 'none',
  };
  const found = offered(first, asked('view'), facts);
  expect(found.map(({ route, declares, steps }) => [route, declares, steps.map(({ text }) => text)])).toEqual([
    ['break-glass', [], ['Sign in at level 2, with two factors']],
  ]);
});

test('one who broke the glass as it was told is permitted', () => {
  const pack = loadPolicy(first);
  const pdp = createPdp(pack, { clock });
  const bare = requestOf(new Map([...factsOf(asked('view')), ['context.relationship.kind', 'none']]), 'view');
  const [remedy] = remedies(pdp, pack, bare);
  const after = applyRemedy(bare, remedy!);
  const context = { ...after.context, purpose: 'emergency', justification: 'Airway swelling, theatre in one minute' };
  expect(pdp.evaluate({ ...after, context })).toMatchObject({ decision: true, context: { basis: 'break-glass' } });
});

test('purpose and reason are never a step, even if a document says that the person can change them', () => {
  const attributes = { ...sample().attributes };
  attributes['context.purpose'] = {
    type: 'enum',
    values: ['direct-care', 'emergency'],
    changeableBy: 'user',
    source: 'request',
  };
  attributes['context.justification'] = { type: 'text', none: true, changeableBy: 'user', source: 'request' };
  const { breakGlass: _none, ...document } = sample(
    permit('P-01', { any: [{ 'context.purpose': 'emergency' }, { 'context.justification': { atLeast: 3 } }] }),
  );
  const pack = loadPolicy({ ...document, attributes });
  const ask: Request = {
    subject: {},
    action: { name: 'view' },
    resource: {},
    context: { purpose: 'direct-care', justification: 'none' },
  };
  expect(remedies(createPdp(pack, { clock }), pack, ask)).toEqual([]);
});

test('a refusal carries them on demand, a permission never; the original is not touched', () => {
  const pack = loadPolicy(first);
  const pdp = createPdp(pack, { clock });
  const base = asked('view');
  expect(evaluateWithRemedies(pdp, pack, base)).toEqual(pdp.evaluate(base));
  const stale = requestOf(new Map([...factsOf(base), ['subject.authenticatedAt', ago(14 * 60)]]), 'view');
  const frozen = structuredClone(stale);
  const { context, ...rest } = evaluateWithRemedies(pdp, pack, stale);
  const { remedies: found, ...others } = context;
  expect({ ...rest, context: others }).toEqual(pdp.evaluate(stale));
  expect(found!.map(({ text }) => text)[0]).toBe('Sign in again');
  applyRemedy(stale, found![0]!);
  expect(stale).toEqual(frozen);
});

test('nothing for what is no question, or without a clock; mistakes of the caller are thrown', () => {
  const pack = loadPolicy(first);
  const pdp = createPdp(pack, { clock });
  for (const bad of [null, 7, {}, { action: { name: 'fly' } }]) expect(remedies(pdp, pack, bad as never)).toEqual([]);
  const stopped = createPdp(pack, { clock: { now: () => Number.NaN } });
  expect(remedies(stopped, pack, asked('view'))).toEqual([]);
  for (const max of [0, 1.5, MAX_REMEDIES + 1])
    expect(() => remedies(pdp, pack, asked('view'), { max })).toThrow(RangeError);
  const other = loadPolicy(nhs({ parameters: { viewSignInHours: 1 } }));
  expect(() => remedies(pdp, other, asked('view'))).toThrow(RangeError);
});

test('no more are offered than asked for, and breaking the glass keeps its place', () => {
  const document = sample(
    permit('P-01', { any: [{ 'subject.assurance': 3 }, { 'context.shared': true }, { 'subject.role': 'nurse' }] }),
    permit('P-02', { all: [] }, { basis: 'break-glass' }),
  );
  const pack = loadPolicy({ ...document, attributes: open(document) });
  const pdp = createPdp(pack, { clock });
  const facts = {
    'subject.assurance': 2,
    'context.shared': false,
    'subject.role': 'consultant',
    'context.purpose': 'direct-care',
    'context.justification': 'none',
  };
  const routes = (max: number) => remedies(pdp, pack, request(facts, 'view'), { max }).map(({ route }) => route);
  expect(routes(20)).toEqual(['ordinary', 'ordinary', 'ordinary', 'break-glass']);
  expect(routes(2)).toEqual(['ordinary', 'break-glass']);
  expect(routes(1)).toEqual(['ordinary']);
});

test('work is bounded, whatever the document is like', () => {
  // Every one of 60 levels of eight facts would have to be tried: 60 to the power of 4 ways.
  const names = [...'abcdefgh'].map((letter) => `subject.${letter}`);
  const attributes = Object.fromEntries(
    names.map((name) => [name, { type: 'integer', min: 0, max: 59, changeableBy: 'user', source: 'session' } as const]),
  );
  const document = sample(permit('P-01', { all: names.map((name) => ({ [name]: 59 })) }));
  const pack = loadPolicy({ ...document, attributes: { ...document.attributes, ...attributes } });
  let decisions = 0;
  const now = (): number => {
    decisions += 1;
    return NHS_NOW;
  };
  const ask = { subject: {}, action: { name: 'view' }, resource: {}, context: {} };
  expect(remedies(createPdp(pack, { clock: { now } }), pack, ask)).toEqual([]);
  expect(decisions).toBeGreaterThan(MAX_TRIALS);
  expect(decisions).toBeLessThanOrEqual(2 * MAX_TRIALS + 32 + 2);
});

/** The sample's attributes, five of them in the person's hand. */
function open({ attributes }: PolicyDocument): PolicyDocument['attributes'] {
  const names = [
    'subject.assurance',
    'subject.role',
    'context.shared',
    'subject.authenticatedAt',
    'context.recipients',
  ];
  return Object.fromEntries(
    Object.entries(attributes).map(([name, each]) => [
      name,
      names.includes(name) ? { ...each, changeableBy: 'user' as const } : each,
    ]),
  );
}

/** Everything a person could do, spelled out: the values that a remedy may use, and to leave the fact as it is. */
function everyChange(facts: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>[] {
  const level = facts['subject.assurance'];
  const list = facts['context.recipients'];
  const parts = Array.isArray(list)
    ? Array.from({ length: 2 ** list.length - 2 }, (_, i) => list.filter((_each, at) => ((i + 1) & (1 << at)) !== 0))
    : [];
  const choices: Readonly<Record<string, readonly unknown[]>> = {
    'subject.assurance': [1, 2, 3].filter((each) => typeof level !== 'number' || each > level),
    'subject.role': ['nurse', 'consultant'],
    'context.shared': [true, false],
    'subject.authenticatedAt': [new Date(NOW).toISOString()],
    'context.recipients': parts,
  };
  let out: Record<string, unknown>[] = [{}];
  for (const [name, values] of Object.entries(choices))
    out = out.flatMap((each) => [
      each,
      ...values.filter((value) => value !== facts[name]).map((value) => ({ ...each, [name]: value })),
    ]);
  return out.filter((each) => Object.keys(each).length <= 4);
}

test('every remedy offered flips the decision, none is missed and none is larger than needed: against brute force', () => {
  let refused = 0;
  let found = 0;
  let hopeless = 0;
  fc.assert(
    fc.property(
      policy,
      fc.array(fc.oneof({ arbitrary: completeFacts, weight: 3 }, { arbitrary: partialFacts, weight: 1 }), {
        minLength: 8,
        maxLength: 8,
      }),
      (document, many) => {
        const pack = loadPolicy({ ...document, attributes: open(document) });
        const pdp = createPdp(pack, { clock: { now: () => NOW } });
        for (const facts of many) {
          const ask = request(facts, 'view');
          const offers = remedies(pdp, pack, ask, { max: MAX_REMEDIES });
          if (pdp.evaluate(ask).decision) {
            expect(offers).toEqual([]);
            continue;
          }
          refused += 1;
          const plain = offers.filter(({ declares }) => declares.length === 0);
          for (const offer of offers) {
            const { context, ...rest } = applyRemedy(ask, offer);
            const said =
              offer.declares.length === 0
                ? {}
                : { purpose: 'emergency', justification: 'Airway swelling, theatre in one minute' };
            const { decision, context: after } = pdp.evaluate({ ...rest, context: { ...context, ...said } });
            expect(decision).toBe(true);
            expect(after.basis === 'break-glass').toBe(offer.route === 'break-glass');
          }
          const flips = everyChange(facts)
            .filter((change) => pdp.evaluate(request({ ...facts, ...change }, 'view')).decision)
            .map((change) => Object.keys(change).sort());
          const smallest = flips.filter(
            (set) => !flips.some((other) => other.length < set.length && other.every((name) => set.includes(name))),
          );
          const wanted = [...new Set(smallest.map((set) => set.join()))].sort();
          expect(
            plain
              .map(({ steps }) =>
                steps
                  .map(({ attribute }) => attribute)
                  .sort()
                  .join(),
              )
              .sort(),
          ).toEqual(wanted);
          found += wanted.length;
          if (offers.length === 0) hopeless += 1;
        }
      },
    ),
    { numRuns: 250, seed: 20261122 },
  );
  expect(refused).toBeGreaterThan(500);
  expect(found).toBeGreaterThan(100);
  expect(hopeless).toBeGreaterThan(50);
});

test('over the first NHS pack every remedy flips the decision, and none names a person or a team', () => {
  const pack = loadPolicy(nhs({ configured: ['device-management', 'country', 'fence'] }));
  const pdp = createPdp(pack, { clock });
  const names = Object.keys(first.attributes).filter((name) => name !== 'context.now');
  const change = fc
    .constantFrom(...names)
    .chain((name) => fc.constantFrom(...classes(name)).map((value) => [name, value] as const));
  let flipped = 0;
  fc.assert(
    fc.property(fc.constantFrom(...permitted), fc.array(change, { minLength: 1, maxLength: 4 }), (base, changes) => {
      const facts = new Map([...factsOf(base), ...changes].filter(([, value]) => value !== undefined));
      const ask = requestOf(facts, base.action.name);
      const found = remedies(pdp, pack, ask);
      for (const remedy of found) {
        const { context, ...rest } = applyRemedy(ask, remedy);
        const said =
          remedy.declares.length === 0 ? {} : { purpose: 'emergency', justification: 'Airway swelling, theatre now' };
        expect(pdp.evaluate({ ...rest, context: { ...context, ...said } }).decision).toBe(true);
        flipped += 1;
      }
      expect(JSON.stringify(found)).not.toMatch(/p-lindqvist|p-okafor|p-marsh|plastics|ward-7|RZZ01|Y99901/);
    }),
    { numRuns: 1_500, seed: 9 },
  );
  expect(flipped).toBeGreaterThan(100);
});
