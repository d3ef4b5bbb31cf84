import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  breachPack,
  breakGlassReport,
  exposure,
  flagReport,
  flagRules,
  type Report,
  render,
  subjectAccess,
} from '../../src/report.js';
import { demoLog, patient } from '../support/demo-log.js';
import { inFolder } from '../support/folder.js';
import { launch } from '../support/page.js';

// Every kind of report as a page, opened from a disk in Chromium: at a desk, on a small phone, and on paper.

const AXE: string = createRequire(import.meta.url)('axe-core').source;
let browser: Browser;
let reports: readonly Report[];

beforeAll(async () => {
  browser = await launch();
  const demo = await demoLog();
  const mine = { subject: { handle: patient(1) }, object: { kind: 'item', id: `item-${'long'.repeat(24)}` } };
  await demo.add(mine);
  await demo.add({ ...mine, purpose: 'BTG', reason: `no consultant on site ${'x'.repeat(300)}` });
  await demo.add({ ...mine, outcome: 'intent', actor: { id: 'person-gp-hill', kind: 'outsider', org: 'Y02' } });
  await demo.log.integrate();
  const common = { sources: demo, clock: demo.clock };
  const could = [{ actor: 'person-doctor-moss', org: 'RX1', from: 0, why: 'clinic' }];
  reports = [
    await subjectAccess({ ...common, subject: patient(1), disclose: () => ({ name: 'Dr Moss' }) }),
    await subjectAccess({ ...common, subject: patient(1) }),
    await subjectAccess({ ...common, subject: patient(2) }),
    await exposure({ ...common, of: { subject: patient(1) }, could }),
    await breachPack({ ...common, about: { from: 0 }, awareAt: 0 }),
    await breakGlassReport(common),
    await flagReport({ ...common, rules: flagRules() }),
  ];
});
afterAll(() => browser?.close());

async function open(
  report: Report,
  width: number,
  work: (tab: Page, logged: string[]) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const file = join(folder, 'report.html');
    await writeFile(file, render(report, 'html', { organisation: 'Demo Trust', reference: 'SAR-17' }));
    // axe writes markup of its own while it works; the page's own policy is tested below.
    const context = await browser.newContext({ viewport: { width, height: 800 }, offline: true, bypassCSP: true });
    try {
      const tab = await context.newPage();
      const logged: string[] = [];
      tab.on('console', (message) => logged.push(message.text()));
      tab.on('request', (request) => request.url().startsWith('file:') || logged.push(request.url()));
      await tab.goto(pathToFileURL(file).href);
      await work(tab, logged);
    } finally {
      await context.close();
    }
  });
}

/** Opens every proof: the first as a person does, the others from within the page. */
async function unfold(tab: Page): Promise<void> {
  const first = tab.locator('details:not([open]) > summary').first();
  if ((await first.count()) > 0) await first.click();
  await tab.evaluate(() => {
    for (const one of document.querySelectorAll('details')) one.open = true;
  });
}

test('axe finds no fault, nothing runs off the page and nothing is loaded, at a desk and on a small phone, where every line has the whole width', async () => {
  let lines = 0;
  for (const report of reports)
    await open(report, 1100, async (tab, logged) => {
      const cells = tab.locator('tbody th, tbody td');
      await tab.evaluate(AXE);
      for (const width of [1100, 320]) {
        await tab.setViewportSize({ width, height: 800 });
        if (width === 320) {
          const widths = await cells.evaluateAll((all) =>
            all.map((one) => [one.textContent, one.clientWidth] as const),
          );
          lines += widths.length;
          expect(widths.filter(([text, across]) => text !== '' && across < 250)).toEqual([]);
        }
        await unfold(tab);
        expect(await tab.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        const { violations } = await tab.evaluate(() =>
          (globalThis as unknown as { axe: typeof axe }).axe.run({
            resultTypes: ['violations'],
            runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
          }),
        );
        expect(violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))).toEqual([]);
      }
      expect(logged.filter((line) => !line.startsWith('data:'))).toEqual([]);
    });
  expect(lines).toBeGreaterThan(0);
});

test('on paper it is a table, without links and proofs that paper cannot open', async () => {
  await open(reports[0]!, 700, async (tab) => {
    await tab.emulateMedia({ media: 'print' });
    const shown = (selector: string) => tab.locator(selector).first().isVisible();
    expect([await shown('thead'), await shown('.paper'), await shown('details'), await shown('.skip')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(
      await tab
        .locator('tbody tr')
        .first()
        .evaluate((row) => getComputedStyle(row).display),
    ).toBe('table-row');
    expect(await tab.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(700);
  });
});

test('its own policy lets its style in and nothing else', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'report.html');
    const page = render(reports[0]!, 'html');
    const poisoned = page.replace(
      '</main>',
      '<script>document.title="ran"</script><img src="https://example.org/x"></main>',
    );
    await writeFile(file, poisoned);
    const tab = await browser.newPage({ offline: true });
    const refused: string[] = [];
    tab.on('console', (message) => refused.push(message.text()));
    await tab.goto(pathToFileURL(file).href);
    expect(await tab.title()).toBe('Who has looked at your record');
    expect(refused.join(' ')).toMatch(/script.*Content Security Policy|Content Security Policy.*script/s);
    expect(await tab.evaluate(() => getComputedStyle(document.querySelector('h1')!).fontSize)).toBe('29.6px');
    await tab.close();
  });
});

test('the keyboard reaches the report first, and each proof from its row', async () => {
  await open(reports[0]!, 1100, async (tab) => {
    await tab.keyboard.press('Tab');
    expect(await tab.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the report');
    await tab.getByRole('link', { name: 'proof' }).nth(1).click();
    expect(await tab.locator('#proof-1').isVisible()).toBe(true);
  });
});
