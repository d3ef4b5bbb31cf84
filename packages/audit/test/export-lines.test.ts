import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { EVENT_TYPES, OUTCOMES } from '../src/event-codes.js';
import { EVENT_MAP } from '../src/export/event-map.js';
import {
  EXPORT_FORMATS,
  type ExportFormat,
  exportLine,
  MAX_LINE,
  type OpenedEntry,
  toAtna,
  toCef,
  toEcs,
  toOcsf,
  toOtlp,
  toSyslog,
} from '../src/export.js';
import type { AuditEvent, EventType, Outcome } from '../src/index.js';
import { hexOf, ORIGIN } from './support/events.js';
import { dicomFaults } from './support/export/dicom.js';
import { BARE, entriesOf, FULL, OPTIONS, PATIENT } from './support/export/entries.js';
import { baseFaults } from './support/export/fhir-base.js';
import { ocsfFaults } from './support/export/ocsf.js';
import { parseCef, parseSyslog, parseXml, type XmlNode } from './support/export/parsers.js';

const TYPES = Object.keys(EVENT_TYPES) as EventType[];
const CHANGES: Partial<AuditEvent>[] = TYPES.flatMap((type) => [
  ...(Object.keys(OUTCOMES) as Outcome[]).map((outcome) => ({ ...FULL, type, outcome })),
  { ...BARE, type },
  { type, facts: { 'consent.level': 'treatment' } },
]);

let entries: OpenedEntry[];
let views: OpenedEntry[];
beforeAll(async () => {
  entries = await entriesOf(CHANGES);
  views = entries.flatMap((entry) => [entry, { ...entry, actor: null, opening: null, subject: null }]);
});

const SD = 'wardseal@32473';
const payload = (line: string) => parseXml(parseSyslog(line).message);
const find = (node: XmlNode, name: string): XmlNode[] => [
  ...(node.name === name ? [node] : []),
  ...node.children.flatMap((child) => find(child, name)),
];

describe('every type in every format', () => {
  it('has a row in the table, and no row is without a type', () => {
    expect(Object.keys(EVENT_MAP).sort()).toEqual([...TYPES].sort());
  });

  it('is one line of whole text, and carries origin, index and leaf hash', () => {
    for (const entry of views)
      for (const format of EXPORT_FORMATS) {
        const line = exportLine(entry, format, OPTIONS);
        expect(line).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029]/u);
        expect(line).toContain(hexOf(entry.leafHash));
        const told = format === 'atna' ? [btoa(ORIGIN), btoa(String(entry.index))] : [ORIGIN, String(entry.index)];
        for (const text of told) expect(line, format).toContain(text);
      }
  });

  it('tells nothing of a closed compartment', async () => {
    const [entry] = await entriesOf([FULL]);
    const closed = { ...entry!, actor: null, opening: null, subject: null };
    for (const format of EXPORT_FORMATS) {
      const line = exportLine(closed, format, { ...OPTIONS, nameOf: () => 'Dr Moss', patientOf: () => PATIENT });
      for (const told of [
        'person-',
        'item-',
        'on call',
        '192.0.2',
        'device-42',
        'Ward 7',
        'session-1',
        'Moss',
        'Patient/',
      ])
        expect(line, format).not.toContain(told);
      expect(line, format).toContain(hexOf(entry!.leaf.actorHandle));
      expect(line, format).toContain('RX1');
      expect(line, format).toContain(format === 'atna' ? btoa('closed') : 'closed');
    }
  });

  it('keeps the custodian and the policy to themselves: no handle, no sealed blob, no facts', async () => {
    const handle = `${'A'.repeat(42)}E`;
    const [entry] = await entriesOf([
      { subject: { handle, sealed: 'c2VjcmV0LXNlYWxlZA' }, facts: { postcode: 'fact-value' } },
    ]);
    for (const format of EXPORT_FORMATS) {
      const line = exportLine(entry!, format, { ...OPTIONS, patientOf: () => PATIENT });
      for (const hidden of [handle, 'c2VjcmV0', 'postcode', 'fact-value', btoa(handle)])
        expect(line).not.toContain(hidden);
      // Only what belongs to the record names a patient.
      expect(line.includes(PATIENT.reference), format).toBe(['fhir-r4', 'fhir-r5', 'atna'].includes(format));
    }
  });

  it('refuses a format that there is none', () => {
    for (const format of ['leef', '', 'toString', '__proto__'])
      expect(() => exportLine(entries[0]!, format as ExportFormat, OPTIONS)).toThrow(RangeError);
  });
});

describe('toOcsf', () => {
  it('gives every class what it demands', () => {
    for (const entry of views) expect(ocsfFaults(toOcsf(entry, OPTIONS)), entry.leaf.type).toEqual([]);
  });

  it('says who did what to which item, and how it went', () => {
    const at = (type: string, outcome = 'success') =>
      toOcsf(
        entries.find(({ leaf, actor }) => leaf.type === type && leaf.outcome === outcome && actor?.where?.ip)!,
        OPTIONS,
      );
    expect(at('image.view')).toMatchObject({
      class_uid: 6001,
      type_uid: 600102,
      activity_name: 'Read',
      status_id: 1,
      status: 'Success',
      severity_id: 1,
      actor: { user: { uid: 'person-doctor-moss', type_id: 1, org: { uid: 'RX1' } }, session: { uid: 'session-1' } },
      src_endpoint: { ip: '192.0.2.7', uid: 'device-42' },
      metadata: { log_name: ORIGIN, version: '1.8.0', event_code: 'image.view', profiles: ['host'] },
    });
    expect(at('image.view', 'intent')).toMatchObject({ status_id: 99, status: 'Intent' });
    expect(at('image.view', 'major')).toMatchObject({ status_id: 2, severity_id: 4, status_detail: FULL.reason });
    expect(at('auth.fail')).toMatchObject({ class_uid: 3002, status_id: 2 });
    expect(at('access.deny')).toMatchObject({ status_id: 2, action_id: 2, disposition_id: 2 });
    expect(at('flag.raise')).toMatchObject({ class_uid: 2004, is_alert: true, finding_info: { desc: FULL.reason } });
    expect(at('audit.read')).toMatchObject({ class_uid: 1008, activity_id: 99, activity_name: 'audit.read' });
  });
});

describe('toEcs', () => {
  // Types that ECS 8.17 expects for each category that we use.
  const EXPECTED: Readonly<Record<string, readonly string[]>> = {
    api: ['access', 'admin', 'allowed', 'change', 'creation', 'deletion', 'denied', 'end', 'info', 'start', 'user'],
    authentication: ['start', 'end', 'info'],
    configuration: ['access', 'change', 'creation', 'deletion', 'info'],
    file: ['access', 'change', 'creation', 'deletion', 'info'],
    iam: ['admin', 'change', 'creation', 'deletion', 'group', 'info', 'user'],
    intrusion_detection: ['allowed', 'denied', 'info'],
  };

  it('uses categories, types and outcomes that ECS has, in pairs that it expects', () => {
    for (const entry of views) {
      const { event } = toEcs(entry, OPTIONS) as unknown as {
        event: { category: string[]; type: string[]; outcome: string; kind: string };
      };
      for (const category of event.category)
        for (const type of event.type) expect(EXPECTED[category], `${entry.leaf.type} ${category}`).toContain(type);
      expect(['success', 'failure', 'unknown']).toContain(event.outcome);
      expect(['event', 'alert']).toContain(event.kind);
    }
  });

  it('puts position, person and place where Elastic looks for them', () => {
    const entry = entries[0]!;
    expect(toEcs(entry, { ...OPTIONS, nameOf: () => 'Dr A. Moss' })).toMatchObject({
      '@timestamp': '2026-03-01T09:00:00.000Z',
      event: { sequence: 0, hash: hexOf(entry.leafHash), provider: ORIGIN, outcome: 'success', reason: FULL.reason },
      user: { id: 'person-doctor-moss', name: 'Dr A. Moss', roles: ['dermatologist'] },
      source: { ip: '192.0.2.7' },
      organization: { id: 'RX1' },
      related: { ip: ['192.0.2.7'], user: ['person-doctor-moss'] },
      wardseal: {
        origin: ORIGIN,
        index: 0,
        leaf_hash: hexOf(entry.leafHash),
        purpose: 'TREAT',
        subject_compartment: 'open',
      },
    });
    const denied = entries.find(({ leaf }) => leaf.type === 'auth.fail' && leaf.outcome === 'success')!;
    expect(toEcs(denied, OPTIONS)).toMatchObject({ event: { outcome: 'failure' } });
  });
});

describe('toOtlp', () => {
  const ANY = /^(stringValue|intValue)$/;

  it('is one record of log data, whose times and 64-bit numbers are text', () => {
    for (const entry of views) {
      const { resourceLogs } = toOtlp(entry, OPTIONS) as never as {
        resourceLogs: [{ scopeLogs: [{ logRecords: [never] }] }];
      };
      expect(resourceLogs).toHaveLength(1);
      const record = resourceLogs[0].scopeLogs[0].logRecords[0] as {
        timeUnixNano: string;
        observedTimeUnixNano: string;
        severityNumber: number;
        attributes: { key: string; value: Record<string, string> }[];
      };
      for (const time of [record.timeUnixNano, record.observedTimeUnixNano]) expect(time).toMatch(/^17723\d{14}$/);
      expect(record.severityNumber).toBeGreaterThanOrEqual(9);
      expect(record.severityNumber).toBeLessThanOrEqual(17);
      expect(new Set(record.attributes.map(({ key }) => key)).size).toBe(record.attributes.length);
      for (const { value } of record.attributes) {
        expect(Object.keys(value)).toEqual([expect.stringMatching(ANY)]);
        expect(typeof Object.values(value)[0]).toBe('string');
      }
      expect(record.attributes).toContainEqual({ key: 'wardseal.index', value: { intValue: String(entry.index) } });
      expect(record.attributes).toContainEqual({
        key: 'wardseal.leaf_hash',
        value: { stringValue: hexOf(entry.leafHash) },
      });
    }
  });
});

describe('toCef', () => {
  it('reads back by the rules of the format', async () => {
    for (const entry of views) {
      const { header, fields } = parseCef(toCef(entry, OPTIONS));
      expect(header.slice(0, 5)).toEqual(['CEF:0', 'Wardseal', 'audit', '0', entry.leaf.type]);
      expect(Number(header[6])).toBeLessThanOrEqual(10);
      expect(fields).toMatchObject({
        cs1Label: 'logOrigin',
        cs1: ORIGIN,
        cn1: String(entry.index),
        cs2: hexOf(entry.leafHash),
      });
    }
    const [old, six] = await entriesOf([{ where: { ip: '192.0.2.7' } }, { where: { ip: '2001:db8::7' } }]);
    expect(parseCef(toCef(old!, OPTIONS)).fields).toMatchObject({ src: '192.0.2.7', suid: 'person-doctor-moss' });
    expect(parseCef(toCef(six!, OPTIONS)).fields).toMatchObject({
      c6a2: '2001:db8::7',
      c6a2Label: 'Source IPv6 Address',
    });
    expect(parseCef(toCef(six!, OPTIONS)).fields).not.toHaveProperty('src');
  });
});

describe('toSyslog and toAtna', () => {
  it('keep the grammar of RFC 5424', () => {
    for (const entry of views) {
      const line = parseSyslog(toSyslog(entry, OPTIONS));
      expect(line).toMatchObject({ hostname: OPTIONS.source.id, app: 'wardseal-audit', msgid: entry.leaf.type });
      expect(line.priority >> 3).toBe(13);
      expect(line.data[SD]).toMatchObject({
        origin: ORIGIN,
        index: String(entry.index),
        leaf_hash: hexOf(entry.leafHash),
      });
      expect(line.message).toBe(EVENT_MAP[entry.leaf.type].text);
    }
    expect(parseSyslog(toSyslog(entries[0]!, { ...OPTIONS, enterpriseNumber: 12345 })).data).toHaveProperty(
      'wardseal@12345',
    );
  });

  it('keep the schema of the DICOM audit message', () => {
    for (const entry of views)
      for (const options of [OPTIONS, { ...OPTIONS, patientOf: () => PATIENT, nameOf: () => 'Dr A. Moss' }]) {
        const line = parseSyslog(toAtna(entry, options));
        expect([84, 85]).toContain(line.priority);
        expect(line.msgid).toBe('IHE+RFC-3881');
        expect(dicomFaults(parseXml(line.message)), entry.leaf.type).toEqual([]);
      }
  });

  it('use the event ids of DICOM with the actions that go with them', () => {
    const actions: Readonly<Record<string, string>> = {
      '110101': 'R',
      '110106': 'R',
      '110107': 'C',
      '110110': 'CRUD',
      '110112': 'E',
      '110113': 'E',
      '110114': 'E',
    };
    for (const entry of entries) {
      const event = payload(toAtna(entry, OPTIONS)).children[0]!;
      const id = event.children[0]!.attributes['csd-code']!;
      expect(actions[id], entry.leaf.type).toContain(event.attributes['EventActionCode']);
      // A security alert and a sign-in must say of what type.
      expect(find(event, 'EventTypeCode').length).toBeGreaterThan(0);
    }
    const id = (type: EventType) =>
      payload(toAtna(entries.find(({ leaf }) => leaf.type === type)!, OPTIONS)).children[0]!.children[0]!.attributes[
        'csd-code'
      ];
    expect([id('access.deny'), id('image.share'), id('image.export'), id('log.merge')]).toEqual([
      '110113',
      '110106',
      '110106',
      '110107',
    ]);
  });

  it('name the patient as the custodian does, else by the handle of the leaf', () => {
    const entry = entries[0]!;
    const patient = (line: string) =>
      find(payload(line), 'ParticipantObjectIdentification')[0]!.attributes['ParticipantObjectID'];
    expect(patient(toAtna(entry, { ...OPTIONS, patientOf: () => PATIENT }))).toBe(PATIENT.reference);
    expect(patient(toAtna(entry, OPTIONS))).toBe(hexOf(entry.leaf.subjectHandle!));
  });

  it('leave out the free text, and say so, rather than be longer than every receiver takes', async () => {
    const [short, long] = await entriesOf([{ reason: 'x'.repeat(1000) }, { reason: '\u{1f600}'.repeat(500) }]);
    expect(toSyslog(short!, OPTIONS)).toContain('x'.repeat(1000));
    // 500 references of 9 characters; with 1,000 characters that cannot be told by one byte, syslog still fits.
    for (const write of [toSyslog, toAtna]) {
      const line = write(long!, OPTIONS);
      expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(MAX_LINE);
    }
    const wide = { ...long!, actor: { ...long!.actor!, reason: '\u{1f600}'.repeat(1000) } };
    expect(toAtna(wide, OPTIONS)).toContain('left out');
    expect(parseSyslog(toAtna(wide, OPTIONS)).message).not.toContain('1f600');
  });

  it('stay below 32 KiB whatever an event may hold', async () => {
    const id = '&'.repeat(128);
    const text = '\u{1f600}'.repeat(64);
    const [entry] = await entriesOf([
      {
        actor: { id, kind: 'practitioner', role: text, org: 'RX1RX1RX1', authn: { method: id, aal: 3 } },
        onBehalfOf: id,
        object: { kind: id, id },
        where: { device: id, site: text, ip: '2001:db8::1', geofence: 'outside' },
        session: id,
        request: id,
        policy: { id, version: id, decision: 'permit' },
        evidence: { kind: id, data: 'AAAA' },
        reason: text.repeat(7),
      },
    ]);
    for (const write of [toSyslog, toAtna, toCef])
      expect(new TextEncoder().encode(write(entry!, OPTIONS)).length).toBeLessThan(32_768);
  });
});

describe('any text at all', () => {
  // Code units one by one, so that controls, lone surrogates and non-characters come too, and what formats trip over.
  const units = fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
    .map((all) => String.fromCharCode(...all));
  const tricky = fc.constantFrom(
    '|',
    '\\',
    '=',
    '"]',
    '\\"',
    ' cn1=0',
    '\n<13>1 - - - - - -',
    '\r\nCEF:0|',
    ']]>',
    '<!--',
    '&#0;',
    '&lt;',
    '</AuditMessage>',
    '"/><x y="',
    '\u2028{}',
    '\ufeff',
    '\u202e',
    '\u061c',
    '\ud800',
    '\u0000',
    '","x":"',
    ' ',
  );
  const text = fc
    .array(fc.oneof(units, tricky, fc.string({ unit: 'grapheme' })), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join('') || '-');

  const spoiled = (entry: OpenedEntry, t: string): OpenedEntry => ({
    ...entry,
    actor: {
      ...entry.actor!,
      actor: { id: t, kind: 'practitioner', role: t, authn: { method: t, aal: 2 } },
      onBehalfOf: t,
      object: { kind: t, id: t },
      reason: t,
      where: { ip: '192.0.2.7', device: t, site: t },
      session: t,
      request: t,
      policy: { id: t, version: t, decision: 'permit' },
      evidence: { kind: t, data: new Uint8Array(1) },
    },
  });

  it('cuts a name that is too long between characters, not within one', () => {
    const options = { ...OPTIONS, nameOf: () => `${'a'.repeat(255)}\u{1f600}` };
    for (const format of EXPORT_FORMATS) {
      const line = exportLine(entries[0]!, format, options);
      expect(line).not.toMatch(/\p{Cs}|\\ud83d|&#xd83d;/u);
      expect(line).not.toContain('\u{1f600}');
    }
  });

  it('gives one line that reads back whole, in every format', () => {
    const entry = entries[0]!;
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 1_000_000 }), (t, pick) => {
        const type = TYPES[pick % TYPES.length]!;
        const any = spoiled({ ...entry, leaf: { ...entry.leaf, type } }, t);
        const options = { ...OPTIONS, nameOf: () => t, patientOf: () => ({ ...PATIENT, display: t }) };
        const lines = Object.fromEntries(EXPORT_FORMATS.map((format) => [format, exportLine(any, format, options)]));
        for (const line of Object.values(lines)) {
          expect(line).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\ufeff\p{Bidi_Control}]/u);
          expect(line).toContain(hexOf(entry.leafHash));
        }
        expect(parseSyslog(lines['syslog']!).data[SD]).toMatchObject({ index: '0', origin: ORIGIN });
        const told = parseSyslog(lines['syslog']!).data[SD]!;
        expect(told['actor']).toBe(told['object_id']);
        const cef = parseCef(lines['cef']!);
        expect(cef.header).toHaveLength(7);
        expect(cef.fields).toMatchObject({ cn1: '0', cs1: ORIGIN, suid: told['actor'], fileId: told['actor'] });
        const atna = payload(lines['atna']!);
        expect(atna.name).toBe('AuditMessage');
        expect(find(atna, 'ActiveParticipant')[0]!.attributes['UserID']).toBe(told['actor']);
        expect(JSON.parse(lines['ecs']!)).toMatchObject({ event: { sequence: 0 }, user: { id: told['actor'] } });
        expect(JSON.parse(lines['ocsf']!)).toMatchObject({
          metadata: { sequence: 0 },
          actor: { user: { uid: told['actor'] } },
        });
        expect(ocsfFaults(JSON.parse(lines['ocsf']!))).toEqual([]);
        expect(JSON.parse(lines['otlp']!)).toHaveProperty('resourceLogs');
        // An identifier of nothing but spaces is no FHIR string; an event cannot hold one.
        if (/[^\s\ufffd]/.test(t))
          for (const version of ['R4', 'R5'] as const)
            expect(baseFaults(JSON.parse(lines[`fhir-${version.toLowerCase()}`]!), version)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
