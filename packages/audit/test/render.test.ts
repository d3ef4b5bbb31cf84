import { describe, expect, it } from 'vitest';
import { exposure, type Report, type Row, render, subjectAccess } from '../src/report.js';
import { demoLog, patient } from './support/demo-log.js';
import { codeOf } from './support/events.js';

const ROW: Row = {
  origin: 'audit.demo-trust.example/2026',
  index: 7,
  leafHash: '00'.repeat(32),
  recordedAt: '2026-07-01T08:05:09.000Z',
  type: 'image.view',
  outcome: 'success',
  org: 'RX1',
  breakGlass: false,
};

function reportOf(rows: readonly Row[], change: Partial<Report> = {}): Report {
  return {
    kind: 'subject-access',
    madeAt: '2026-01-10T12:00:00.000Z',
    log: [{ origin: 'audit.demo-trust.example/2026', size: 9, root: 'ab'.repeat(32), unwitnessed: true }],
    rows,
    completeness: { searched: 'index', entries: 9, matching: rows.length },
    notes: ['A note.'],
    ...change,
  };
}

const HOSTILE = `"><script>alert(1)</script>\u202e'&\u0000\u200b`;

describe('html', () => {
  it('escapes everything and lets nothing run', () => {
    const row: Row = {
      ...ROW,
      actor: { id: HOSTILE, kind: 'practitioner', role: HOSTILE, name: HOSTILE },
      object: { kind: HOSTILE, id: HOSTILE },
      reason: HOSTILE,
      marks: [HOSTILE],
      proof: HOSTILE,
      origin: HOSTILE,
    };
    const table = { title: HOSTILE, caption: HOSTILE, columns: [HOSTILE, HOSTILE], rows: [[HOSTILE, HOSTILE]] };
    const report = reportOf([row, { ...row, actor: { withheld: HOSTILE } }], {
      kind: HOSTILE,
      notes: [HOSTILE],
      tables: [table],
      summary: [{ label: HOSTILE, value: HOSTILE }],
      log: [{ origin: HOSTILE, size: 1, root: HOSTILE, unwitnessed: true }],
    });
    const page = render(report, 'html', { organisation: HOSTILE, reference: HOSTILE, orgName: () => HOSTILE });
    for (const bad of ['<script', '\u202e', '\u0000', '\u200b']) expect(page).not.toContain(bad);
    expect(page.match(/&lt;script&gt;/g)!.length).toBeGreaterThan(20);
    expect(page).toMatch(/default-src &#39;none&#39;; style-src &#39;sha256-/);
  });

  it('writes UK dates with the zone, summer and winter, and other zones by their distance', () => {
    const page = render(reportOf([ROW]), 'html');
    expect(page).toContain('1 July 2026, 09:05 BST');
    expect(page).toContain('10 January 2026, 12:00 GMT');
    expect(render(reportOf([ROW]), 'html', { timeZone: 'Asia/Kolkata' })).toContain('1 July 2026, 13:35 UTC+05:30');
  });

  it('says unwitnessed, says who witnessed, and names nobody in its title', () => {
    const alone = render(reportOf([ROW]), 'html');
    expect(alone).toContain('<strong>Unwitnessed.</strong>');
    expect(alone).toContain('<title>Who has looked at your record</title>');
    const log = [{ origin: 'o', size: 9, root: 'ab', unwitnessed: false, witnessedAt: '2026-07-01T08:00:00.000Z' }];
    const seen = render(reportOf([ROW], { log }), 'html');
    expect(seen).not.toContain('Unwitnessed');
    expect(seen).toContain('last confirmed by outside witnesses 1 July 2026, 09:00 BST');
  });

  it('leaves proofs out on request, and says so when nothing was found', () => {
    const proved = { ...ROW, proof: 'c2sp.org/tlog-proof@v1\n' };
    expect(render(reportOf([proved]), 'html')).toContain('tlog-proof@v1');
    expect(render(reportOf([proved]), 'html', { proofs: false })).not.toContain('tlog-proof');
    expect(render(reportOf([]), 'html')).toContain('No entry was found.');
  });
});

describe('csv', () => {
  it('is RFC 4180, and nothing in it is a formula', () => {
    const dangers = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '\u200b=1', '\uff1d1', '\u22121'];
    const rows = dangers.map((reason) => ({
      ...ROW,
      reason,
      actor: { id: 'a"b', kind: 'system' as const, role: 'x,y\nz' },
    }));
    const text = render(reportOf(rows), 'csv', { proofs: false });
    const lines = parseCsv(text);
    expect(lines).toHaveLength(dangers.length + 1);
    const at = lines[0]!.indexOf('reason');
    expect(lines.slice(1).map((line) => line[at])).toEqual(dangers.map((danger) => `'${danger}`));
    expect(lines[1]![lines[0]!.indexOf('actor')]).toBe('a"b');
    expect(lines[1]![lines[0]!.indexOf('role')]).toBe('x,y\nz');
    expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
    expect(text.endsWith('\r\n')).toBe(true);
  });

  it('carries the proof when wanted', () => {
    const lines = parseCsv(render(reportOf([{ ...ROW, proof: 'a\n"b"\n' }]), 'csv'));
    expect(lines[1]!.at(-1)).toBe('a\n"b"\n');
  });
});

/** A reader by the letter of RFC 4180. */
function parseCsv(text: string): string[][] {
  const lines: string[][] = [[]];
  let at = 0;
  while (at < text.length) {
    let value = '';
    if (text[at] === '"') {
      for (at++; ; at++) {
        if (text[at] === '"' && text[at + 1] === '"') value += text[at++];
        else if (text[at] === '"') break;
        else value += text[at];
      }
      at++;
    } else while (at < text.length && text[at] !== ',' && !text.startsWith('\r\n', at)) value += text[at++];
    lines.at(-1)!.push(value);
    if (text[at] === ',') at++;
    else {
      expect(text.slice(at, at + 2)).toBe('\r\n');
      at += 2;
      if (at < text.length) lines.push([]);
    }
  }
  return lines;
}

describe('json and fhir', () => {
  const fhir = { source: { id: 'wardseal.demo-trust.example', url: 'https://wardseal.demo-trust.example' } };

  it('json says what it is and holds the whole report', () => {
    const report = reportOf([{ ...ROW, proof: 'p' }]);
    expect(JSON.parse(render(report, 'json'))).toEqual({ format: 'wardseal.org/audit-report/v0', ...report });
    expect(JSON.parse(render(report, 'json', { proofs: false })).rows).toEqual([ROW]);
  });

  it('fhir tells no more of the person than the report', async () => {
    const demo = await demoLog();
    await demo.add({ subject: { handle: patient(1) }, object: { kind: 'item', id: 'item-a' } });
    await demo.log.integrate();
    const hidden = await subjectAccess({ sources: demo, subject: patient(1) });
    const text = render(hidden, 'fhir', { fhir, reference: 'SAR-17' });
    expect(text).not.toMatch(/person-|Clinic 4/);
    const bundle = JSON.parse(text);
    expect(bundle.entry[0].resource).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'warning' }, {}, {}, {}, {}],
    });
    expect(bundle.entry[1].resource).toMatchObject({
      resourceType: 'AuditEvent',
      recorded: '2026-03-01T09:00:01.000Z',
    });
    // Not an empty name: the person is marked as withheld.
    expect(JSON.stringify(bundle.entry[1].resource.agent)).toContain('masked');
    expect(JSON.stringify(bundle.entry[1].resource.extension)).toContain('tlog-proof@v1');
    const named = await exposure({ sources: demo, of: { subject: patient(1) }, could: [], nameOf: () => 'Dr Moss' });
    expect(render(named, 'fhir', { fhir: { ...fhir, version: 'R5' } })).toMatch(/Dr Moss/);
    expect(render(named, 'fhir', { fhir, proofs: false })).not.toContain('tlog-proof@v1');
  });

  it('wants to know who exports, and a form that it knows', async () => {
    expect(await codeOf(() => render(reportOf([]), 'fhir'))).toBe('RangeError');
    expect(await codeOf(() => render(reportOf([ROW]), 'fhir', { fhir }))).toBe('RangeError');
    expect(await codeOf(() => render(reportOf([]), 'pdf' as 'html'))).toBe('RangeError');
  });
});
