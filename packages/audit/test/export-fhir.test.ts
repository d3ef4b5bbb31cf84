import { beforeAll, describe, expect, it } from 'vitest';
import { EVENT_TYPES, OUTCOMES } from '../src/event-codes.js';
import { EVENT_MAP } from '../src/export/event-map.js';
import { type JsonObject, type OpenedEntry, toFhir, toFhirBundle } from '../src/export.js';
import type { AuditEvent, EventType, Outcome } from '../src/index.js';
import { hexOf } from './support/events.js';
import { BALP_PROFILES, profileFaults } from './support/export/balp.js';
import { BARE, entriesOf, FULL, OPTIONS, PATIENT } from './support/export/entries.js';
import { baseFaults } from './support/export/fhir-base.js';

const TYPES = Object.keys(EVENT_TYPES) as EventType[];
const RESULTS = Object.keys(OUTCOMES) as Outcome[];
const CONSENT = { facts: { 'consent.level': 'treatment' } };

/** Every type with every outcome, bare and with everything said, with a subject and without. */
const CHANGES: Partial<AuditEvent>[] = TYPES.flatMap((type) => [
  ...RESULTS.map((outcome) => ({ ...FULL, type, outcome })),
  { type, purpose: 'BTG' as const, reason: 'unconscious' },
  { ...CONSENT, type },
  { ...BARE, type },
  { ...BARE, ...FULL, type, object: { kind: 'item', id: 'item-1' } },
]);

type Resource = JsonObject & {
  readonly meta: { readonly profile?: readonly string[]; readonly tag: readonly { code: string }[] };
  readonly entity: readonly { readonly type: { code: string }; readonly what: JsonObject }[];
};

const profileName = (resource: JsonObject) =>
  (resource as Resource).meta.profile?.[0]?.replace(
    'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.',
    '',
  );

let entries: OpenedEntry[];
beforeAll(async () => {
  entries = await entriesOf(CHANGES);
});

const views = (entry: OpenedEntry): OpenedEntry[] => [
  entry,
  { ...entry, actor: null, opening: null },
  { ...entry, subject: null },
  { ...entry, actor: null, opening: null, subject: null },
];

describe('toFhir', () => {
  it.each(['R4', 'R5'] as const)('keeps the base specification: %s', (version) => {
    for (const entry of entries.flatMap(views))
      for (const options of [OPTIONS, { ...OPTIONS, patientOf: () => PATIENT, nameOf: () => 'Dr A. Moss' }])
        expect(
          baseFaults(toFhir(entry, version, options), version),
          `${entry.leaf.type} ${entry.leaf.outcome}`,
        ).toEqual([]);
  });

  it('keeps every BALP profile that it claims, and claims each of them somewhere', () => {
    const claimed = new Set<string>();
    for (const entry of entries.flatMap(views)) {
      const resource = toFhir(entry, 'R4', OPTIONS);
      const name = profileName(resource);
      if (name === undefined) continue;
      claimed.add(name);
      expect(profileFaults(resource, name), `${entry.leaf.type} as ${name}`).toEqual([]);
    }
    expect([...claimed].sort()).toEqual(Object.keys(BALP_PROFILES).sort());
  });

  it('claims a profile for every type that has a shape of BALP, when it went well for a patient', () => {
    const without = new Set<string>();
    for (const type of TYPES) {
      const entry = entries.find(({ leaf }) => leaf.type === type && leaf.outcome === 'success' && leaf.subjectHandle)!;
      if (profileName(toFhir(entry, 'R4', OPTIONS)) === undefined) without.add(EVENT_MAP[type].shape);
    }
    expect([...without].sort()).toEqual(['alert', 'authz', 'export', 'import', 'log-used', 'login']);
  });

  it('gives the server the role that the data flow from or to, as BALP has it', async () => {
    const types = [
      'image.view',
      'image.list',
      'image.capture',
      'recall',
      'delete',
      'image.share',
      'link.open',
    ] as const;
    const made = await entriesOf(types.map((type) => ({ type, where: { ip: '192.0.2.7' } })));
    const roles = made.map((entry) => {
      const { agent, source } = toFhir(entry, 'R4', OPTIONS) as unknown as {
        agent: { type: { coding: { code: string }[] }; who: object; network?: { address?: string } }[];
        source: { observer: object };
      };
      const of = (wanted: (part: (typeof agent)[number]) => boolean) => agent.find(wanted)!.type.coding[0]!.code;
      return [
        of(({ who }) => JSON.stringify(who) === JSON.stringify(source.observer)),
        of(({ network }) => network?.address === '192.0.2.7'),
      ];
    });
    expect(roles).toEqual([
      ['110153', '110152'],
      ['110152', '110153'],
      ['110152', '110153'],
      ['110152', '110153'],
      ['custodian', '110150'],
      ['110153', '110150'],
      ['110153', '110152'],
    ]);
  });

  it('says where the entry stands, in an extension and in searchable tags', () => {
    const entry = entries[5]!;
    for (const version of ['R4', 'R5'] as const) {
      const resource = toFhir(entry, version, OPTIONS) as Resource;
      expect(resource.meta.tag.map(({ code }) => code)).toEqual(['5', hexOf(entry.leafHash), entry.leaf.type]);
      expect(resource).toMatchObject({
        id: entry.leaf.id,
        extension: [
          {
            extension: [
              { url: 'origin', valueString: OPTIONS.origin },
              { url: 'index', valueString: '5' },
              { url: 'leafHash', valueString: hexOf(entry.leafHash) },
              { url: 'actorCompartment', valueString: 'open' },
              { url: 'subjectCompartment', valueString: 'open' },
            ],
          },
        ],
      });
    }
  });

  it('makes a security alert of a denial, which never succeeded', async () => {
    const [plain, asked] = await entriesOf([
      { type: 'access.deny', reason: 'not on call' },
      { type: 'access.deny', outcome: 'serious', ...CONSENT },
    ]);
    expect(toFhir(plain!, 'R4', OPTIONS)).toMatchObject({
      type: { code: '110113' },
      subtype: [{ code: 'AuthZ-Role' }, { code: 'access.deny' }],
      outcome: '4',
      outcomeDesc: 'not on call',
    });
    expect(toFhir(asked!, 'R4', OPTIONS)).toMatchObject({ subtype: [{ code: 'AuthZ-Consent' }], outcome: '8' });
    expect(toFhir(plain!, 'R5', OPTIONS)).toMatchObject({
      code: { coding: [{ code: 'access.deny' }] },
      outcome: { code: { code: 'warning' }, detail: [{ text: 'not on call' }] },
    });
  });

  it('says break-glass with its reason, as the purpose', async () => {
    const [entry] = await entriesOf([{ type: 'breakglass.open', purpose: 'BTG', reason: 'unconscious' }]);
    const purpose = [{ coding: [{ code: 'BTG' }], text: 'unconscious' }];
    expect(toFhir(entry!, 'R4', OPTIONS)).toMatchObject({ purposeOfEvent: purpose, subtype: [{ code: '110127' }, {}] });
    expect(toFhir(entry!, 'R5', OPTIONS)).toMatchObject({ authorization: purpose, severity: 'critical' });
  });

  it('leaves the outcome of an intent open', async () => {
    const [entry] = await entriesOf([{ outcome: 'intent' }]);
    const resource = toFhir(entry!, 'R4', OPTIONS);
    expect(resource).not.toHaveProperty('outcome');
    expect(resource).toMatchObject({ _outcome: { extension: [{ valueCode: 'temp-unknown' }] } });
    expect(profileName(resource)).toBeUndefined();
    expect(toFhir(entry!, 'R5', OPTIONS)).not.toHaveProperty('outcome');
  });

  it("refers to a patient as the custodian does, else by the leaf's handle, never by the custodian's own", async () => {
    const [entry] = await entriesOf([{}]);
    const patientOf = (handle: string) => (handle === entry!.subject!.handle ? PATIENT : null);
    const named = toFhir(entry!, 'R4', { ...OPTIONS, patientOf }) as Resource;
    expect(named.entity[0]!.what).toEqual({ ...PATIENT, type: 'Patient' });
    expect(toFhir(entry!, 'R5', { ...OPTIONS, patientOf })).toMatchObject({ patient: { ...PATIENT, type: 'Patient' } });
    const handle = hexOf(entry!.leaf.subjectHandle!);
    for (const options of [OPTIONS, { ...OPTIONS, patientOf: () => null }])
      expect((toFhir(entry!, 'R4', options) as Resource).entity[0]!.what).toEqual({
        type: 'Patient',
        identifier: {
          system: 'https://wardseal.org/audit/v0/subject-handle?log=audit.demo-trust.example%2F2026',
          value: handle,
        },
      });
  });

  it('tells of an erased subject and a closed actor only what the leaf tells', async () => {
    const [entry] = await entriesOf([FULL]);
    const closed = { ...entry!, actor: null, opening: null, subject: null };
    const patientOf = () => {
      throw new Error('nobody is to be asked for');
    };
    for (const version of ['R4', 'R5'] as const) {
      const text = JSON.stringify(toFhir(closed, version, { ...OPTIONS, patientOf, nameOf: patientOf }));
      for (const secret of [
        'person-',
        'item-',
        'on call',
        '192.0.2',
        'device-42',
        'Ward 7',
        'session-1',
        'nhs-pack',
        'dermatologist',
      ])
        expect(text).not.toContain(secret);
      expect(text).toContain(hexOf(entry!.leaf.actorHandle));
      expect(text).toContain(hexOf(entry!.leaf.objectHandle!));
      expect(text).toContain('"masked"');
    }
    expect(JSON.stringify(toFhir(entry!, 'R4', OPTIONS))).not.toContain('"masked"');
  });

  it('never tells the sealed blob, the facts or the handle of the custodian', async () => {
    const sealed = 'c2VjcmV0LXNlYWxlZC1ibG9i';
    const [entry] = await entriesOf([
      {
        subject: { handle: `${'A'.repeat(42)}E`, sealed },
        facts: { 'consent.level': 'fact-value', postcode: 'fact-2' },
      },
    ]);
    for (const version of ['R4', 'R5'] as const) {
      const text = JSON.stringify(toFhir(entry!, version, OPTIONS));
      for (const hidden of [sealed, 'fact-value', 'fact-2', 'postcode', 'A'.repeat(42)])
        expect(text).not.toContain(hidden);
    }
  });

  it('refuses a reference that is none, and options that are malformed', async () => {
    const [entry] = await entriesOf([{}]);
    for (const reference of ['', 'Patient/', 'Practitioner/1', 'javascript:Patient/1', 'Patient/1 2', 'Patient/1"'])
      expect(() => toFhir(entry!, 'R4', { ...OPTIONS, patientOf: () => ({ reference }) })).toThrow(TypeError);
    for (const reference of ['https://fhir.example/r4/Patient/a-1', 'urn:uuid:0190d5c0-0000-7000-8000-000000000000'])
      expect(() => toFhir(entry!, 'R4', { ...OPTIONS, patientOf: () => ({ reference }) })).not.toThrow();
    const { source } = OPTIONS;
    for (const options of [
      { ...OPTIONS, origin: '' },
      { ...OPTIONS, origin: 'two\nlines' },
      { ...OPTIONS, source: { ...source, id: 'not ascii é' } },
      { ...OPTIONS, source: { ...source, id: 'two words' } },
      { ...OPTIONS, source: { ...source, url: '/relative' } },
      { ...OPTIONS, source: { ...source, name: 'two\nlines' } },
    ])
      expect(() => toFhir(entry!, 'R4', options)).toThrow(TypeError);
    expect(() => toFhir(entry!, 'R4', { ...OPTIONS, enterpriseNumber: 0 })).toThrow(RangeError);
    expect(() => toFhir(entry!, 'R6' as 'R5', OPTIONS)).toThrow(RangeError);
  });
});

describe('toFhirBundle', () => {
  it('collects entries under their own ids', async () => {
    const [first, second] = await entriesOf([{}, { type: 'image.export' }]);
    const bundle = toFhirBundle([first!, second!], 'R4', OPTIONS);
    expect(bundle).toMatchObject({
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ fullUrl: `urn:uuid:${first!.leaf.id}` }, { fullUrl: `urn:uuid:${second!.leaf.id}` }],
    });
    expect((bundle['entry'] as { resource: JsonObject }[])[1]!.resource).toEqual(toFhir(second!, 'R4', OPTIONS));
    expect(toFhirBundle([], 'R5', OPTIONS)).toEqual({ resourceType: 'Bundle', type: 'collection' });
  });

  it('of several logs asks for the options of each entry', async () => {
    const [entry] = await entriesOf([{}]);
    const bundle = toFhirBundle([entry!], 'R5', () => ({ ...OPTIONS, origin: 'audit.demo-trust.example/2027' }));
    expect(JSON.stringify(bundle)).toContain('audit.demo-trust.example/2027');
  });
});
