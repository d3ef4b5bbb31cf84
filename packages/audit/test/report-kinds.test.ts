import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../src/index.js';
import {
  breachPack,
  breakGlassReport,
  flagReport,
  flagRules,
  type Report,
  render,
  renderTable,
} from '../src/report.js';
import { demoLog, patient } from './support/demo-log.js';

// Each could become markup, a formula, another line, or look like another name. Events take them: none is a control character.
const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '=HYPERLINK("https://evil.example","x")',
  '+cmd|calc',
  '@SUM(A1)',
  '\u202egnp.exe',
  '\u061cDr\u00ad \u3164Moss\u{e0041}',
  '\u200b=1+1',
  "'; DROP TABLE entries; --",
  '{"__proto__":{"polluted":true}}',
  'x'.repeat(1000),
];

async function reports(): Promise<Report[]> {
  const demo = await demoLog();
  for (const [n, text] of HOSTILE.entries()) {
    const short = text.slice(0, 120);
    const event: Partial<AuditEvent> = {
      subject: { handle: patient(n) },
      actor: { id: `person-${n}`, kind: 'practitioner', org: 'RX1', role: short },
      object: { kind: '<b>', id: '"><i>=1' },
      reason: text,
      where: { site: short, geofence: 'outside' },
    };
    const opened = await demo.add({ ...event, type: 'breakglass.open', purpose: 'BTG' });
    await demo.add({ ...event, type: 'image.print' });
    await demo.add({ ...event, type: 'breakglass.review', links: { parentIndex: opened } });
    await demo.add({ ...event, type: 'recall' });
    await demo.add({ ...event, type: 'flag.raise', object: { kind: 'flag', id: '"><i>.<b>' } });
  }
  await demo.log.integrate();
  const common = { sources: demo, clock: demo.clock, nameOf: (id: string) => HOSTILE[Number(id.split('-')[1])]! };
  const text = HOSTILE.join(' ');
  const form = {
    nature: text,
    consequences: text,
    contact: { name: text },
    measuresTaken: HOSTILE,
    measuresPlanned: HOSTILE,
  };
  return [
    await breachPack({ ...common, about: { from: 0 }, awareAt: 0, form, highRisk: { decision: true, reason: text } }),
    await breakGlassReport(common),
    await flagReport({ ...common, rules: flagRules() }),
  ];
}

describe('reports of hostile texts', () => {
  it('are harmless as HTML', async () => {
    for (const report of await reports()) {
      const page = render(report, 'html');
      for (const markup of ['<script', '<img', '<b>', '<i>']) expect(page).not.toContain(markup);
      expect(page).not.toMatch(/\p{Default_Ignorable_Code_Point}/u);
      expect(page).toContain('&lt;script&gt;');
    }
  });

  it('are harmless as CSV, rows and tables', async () => {
    for (const report of await reports()) {
      const texts = [render(report, 'csv', { proofs: false }), ...report.tables!.map(renderTable)];
      for (const text of texts) {
        expect(text).not.toMatch(/(?:^|,)"?[\s\u200b]*[=+@]/m);
        expect(text.endsWith('\r\n')).toBe(true);
      }
    }
  });

  it('come back unchanged from JSON, and pollute nothing', async () => {
    for (const report of await reports()) {
      const back = JSON.parse(render(report, 'json')) as Report;
      expect(back.rows.map(({ reason }) => reason)).toEqual(report.rows.map(({ reason }) => reason));
      expect(back.tables).toEqual(report.tables);
      expect((Object.prototype as { polluted?: boolean }).polluted).toBeUndefined();
    }
  });

  it('are FHIR bundles with an event a row', async () => {
    for (const report of await reports()) {
      const source = { id: 'audit.demo-trust.example', url: 'https://audit.demo-trust.example' };
      const bundle = JSON.parse(render(report, 'fhir', { fhir: { source } })) as { entry: object[] };
      expect(bundle.entry).toHaveLength(report.rows.length + 1);
    }
  });
});

describe('the order of a page', () => {
  it('puts the tables in front where they are what matters', async () => {
    for (const report of await reports()) {
      const page = render(report, 'html');
      expect(page.indexOf(`<h2>${report.tables![0]!.title}</h2>`)).toBeLessThan(page.indexOf('What the log recorded'));
      expect(page.indexOf(`<h2>${report.tables![0]!.title}</h2>`)).toBeGreaterThan(0);
    }
  });
});
