import { expect, test } from 'vitest';
import { analyse, proveInvariants } from '../src/analyse.js';
import { loadPolicy, type Request, testPolicy } from '../src/index.js';
import { type NhsParameter, type NhsSource, nhs } from '../src/packs/nhs/index.js';

const SOURCES = Object.keys(nhs().sources) as NhsSource[];
const VARIANTS = {
  'as it comes': nhs(),
  'with all evidence': nhs({ configured: SOURCES }),
  'with copies permitted': nhs({ copies: ['screenshot', 'document'] }),
};

test.each(Object.entries(VARIANTS))('%s: every rule matters and every invariant is proved', (_name, document) => {
  const pack = loadPolicy(document);
  expect(analyse(pack).redundant()).toEqual({ verdict: 'decided', rules: [] });
  for (const { invariant, verdict } of proveInvariants(pack)) {
    const { requires } = document.invariants.find(({ id }) => id === invariant)!;
    const isClaimed = requires?.every((source) => document.sources[source]!.configured) ?? true;
    expect([invariant, verdict]).toEqual([invariant, isClaimed ? 'proved' : 'not-claimed']);
  }
});

test('the examples come out as written whatever a trust configures', () => {
  const parameters = Object.entries(nhs().parameters) as [NhsParameter, { min: number; max: number }][];
  const documents = [
    ...Object.values(VARIANTS),
    nhs({ countries: ['IE', 'GB'], configured: SOURCES }),
    ...parameters.flatMap(([name, { min, max }]) => [min, max].map((value) => nhs({ parameters: { [name]: value } }))),
  ];
  for (const document of documents)
    expect(testPolicy(loadPolicy(document)).filter(({ passed }) => !passed)).toEqual([]);
  expect(documents.length).toBeGreaterThan(25);
});

test('every action can be done by somebody, every parameter is read or says who reads it', () => {
  const all = nhs({ configured: SOURCES });
  const permitted = all.tests.filter(({ expect: { decision } }) => decision);
  const shown = permitted.map(({ request }) => (request as unknown as Request).action.name);
  expect(new Set(shown)).toEqual(new Set(all.actions));
  const rules = JSON.stringify([all.rules, all.breakGlass]);
  for (const [name, { title }] of Object.entries(all.parameters))
    expect([name, rules.includes(`"${name}"`)]).toEqual([name, !title.endsWith('(read by governance)')]);
});

test('without any one rule an example or an invariant of the pack itself turns red', () => {
  const all = VARIANTS['with all evidence'];
  for (const { id } of all.rules) {
    const pack = loadPolicy({ ...all, rules: all.rules.filter((rule) => rule.id !== id) });
    const isRed = testPolicy(pack).some(({ passed }) => !passed);
    expect([
      id,
      isRed ||
        analyse(pack)
          .prove()
          .some(({ verdict }) => verdict === 'broken'),
    ]).toEqual([id, true]);
  }
});

test('an emergency waives these prohibitions and no other', () => {
  const waived = nhs().rules.filter((rule) => rule.effect === 'forbid' && rule.strength === 'emergency-waivable');
  expect(waived.map(({ id }) => id).sort()).toEqual([
    ...['NO-04', 'NO-05', 'NO-10', 'NO-11', 'NO-13', 'NO-20', 'NO-21', 'NO-22', 'NO-23', 'NO-30'],
  ]);
});

const BY = ['subject.role', 'context.purpose'];
const CLINICAL = ['allied-professional', 'consultant', 'gp', 'midwife', 'nurse', 'registrar'];
const OFFICERS = ['caldicott-guardian', 'privacy-officer', 'records-officer'];
const KEEPERS = ['administrator', 'caldicott-guardian', 'guardian', 'privacy-officer'];
const CARE = ['direct-care', 'emergency', 'mdt', 'referral'];
const NO_MDT = ['direct-care', 'emergency', 'referral'];

/** For each action: which roles there are that can ever do it, and with which purposes; `any` where it does not matter. */
const WHO: Readonly<Record<string, readonly (readonly [roles: string[] | 'any', purposes: string[] | 'any'])[]>> = {
  capture: [[CLINICAL, CARE]],
  send: [[CLINICAL, CARE]],
  'share-outside': [[CLINICAL, CARE]],
  'link-create': [[CLINICAL, CARE]],
  'link-open': [['any', NO_MDT]],
  download: [[CLINICAL, NO_MDT]],
  view: [
    [CLINICAL, CARE],
    [['student'], ['direct-care']],
    [['medical-secretary'], ['mdt']],
  ],
  advise: [[CLINICAL, CARE]],
  annotate: [[CLINICAL, CARE]],
  release: [[CLINICAL, CARE]],
  file: [[[...CLINICAL, 'medical-secretary', 'records-officer', 'system'], 'any']],
  recall: [['any', 'any']],
  erase: [[OFFICERS, ['erasure-request']]],
  export: [[OFFICERS, ['subject-access']]],
  hold: [[[...OFFICERS, 'guardian', 'siro'], 'any']],
  teach: [[[...CLINICAL, 'educator'], ['teaching']]],
  research: [[['researcher'], ['research']]],
  'audit-read': [
    [
      [...OFFICERS, 'guardian', 'siro'],
      ['audit', 'complaint', 'erasure-request', 'investigation', 'subject-access'],
    ],
  ],
  investigate: [
    [
      ['caldicott-guardian', 'guardian', 'privacy-officer'],
      ['complaint', 'investigation'],
    ],
  ],
  'policy-change': [[['caldicott-guardian', 'guardian', 'siro'], 'any']],
  'directory-change': [[KEEPERS, 'any']],
  'team-change': [[KEEPERS, 'any']],
};

test('who can ever do what, with which purpose: these and nobody else, by proof', () => {
  const analysis = analyse(loadPolicy(VARIANTS['with all evidence']));
  const sorted = (values: readonly unknown[] | undefined) => (values === undefined ? 'any' : [...values].sort());
  const text = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).sort();
  for (const action of nhs().actions) {
    const { who, more } = analysis.whoCan({ action, by: BY });
    expect(more).toBe(false);
    const found = who.map(({ facts }) => BY.map((name) => sorted(facts[name])));
    const wanted = WHO[action]!.map((row) => row.map((each) => (each === 'any' ? each : [...each].sort())));
    expect([action, text(found)]).toEqual([action, text(wanted)]);
  }
});

test.each<[string, object]>([
  ['a leaver', { 'subject.status': 'left' }],
  ['somebody suspended', { 'subject.status': 'suspended' }],
])('%s does nothing at all, by proof', (_who, when) => {
  for (const action of nhs().actions)
    if (action !== 'link-open')
      expect([action, analyse(loadPolicy(nhs())).whoCan({ action, when: when as never }).verdict]).toEqual([
        action,
        'nobody',
      ]);
});
