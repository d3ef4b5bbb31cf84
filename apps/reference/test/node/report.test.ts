import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromiumOptions, photos } from '@wardseal/testkit/node';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReportPicture } from '../../src/demo/report/data.js';
import { renderReport } from '../../src/demo/report/render.js';
import { reportFixture } from '../suites/report-fixture.js';

const TITLES = ['Filed original', 'As it was viewed', 'Leaked copy', 'Difference, 16 times amplified'];

let folder: string;
let page: string;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wardseal-report-'));
  const size = { width: 300, height: 300 };
  const bytes = await sharp(photos.fundus.path).resize(size).jpeg().toBuffer();
  const pictures = TITLES.map(
    (title): ReportPicture => ({
      title,
      caption: 'What it is.',
      alt: `${title}: a retina`,
      mediaType: 'image/jpeg',
      bytes,
      ...size,
    }),
  );
  page = join(folder, 'report.html');
  await writeFile(page, renderReport(reportFixture(pictures)));
  browser = await chromium.launch(chromiumOptions());
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(
  width: number,
  options: { colorScheme?: 'dark' } = {},
): Promise<{ tab: Page; said: string[]; asked: string[] }> {
  const tab = await browser.newPage({ viewport: { width, height: 900 }, ...options });
  const said: string[] = [];
  const asked: string[] = [];
  tab.on('console', (message) => said.push(message.text()));
  tab.on('pageerror', (error) => said.push(String(error)));
  tab.on('request', (request) => asked.push(request.url()));
  await tab.goto(pathToFileURL(page).href, { waitUntil: 'load' });
  return { tab, said, asked };
}

describe('the report in a browser', () => {
  test('asks the network for nothing, reports no error, and its style applies', async () => {
    const { tab, said, asked } = await open(1280);
    expect(said).toEqual([]);
    expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([pathToFileURL(page).href]);
    expect(await tab.evaluate(() => getComputedStyle(document.body).marginTop)).toBe('0px');
    expect(await tab.locator('script').count()).toBe(0);
    await tab.close();
  });

  test('has one main heading, a heading a part, landmarks, and links that lead somewhere', async () => {
    const { tab } = await open(1280);
    expect(await tab.locator('h1').count()).toBe(1);
    const headings = await tab.locator('h2').allTextContents();
    expect(headings[0]).toBe('In one minute');
    for (const heading of ['Which viewing leaked', 'What this does not prove', 'What the log can prove']) {
      expect(headings).toContain(heading);
    }
    for (const landmark of ['header', 'main', 'footer', 'nav']) expect(await tab.locator(landmark).count()).toBe(1);
    const targets = await tab.locator('a[href^="#"]').evaluateAll((links) => links.map((a) => a.getAttribute('href')!));
    for (const target of targets) expect(await tab.locator(target).count()).toBe(1);
    expect(await tab.locator('html').getAttribute('lang')).toBe('en-GB');
    await tab.close();
  });

  test('shows every picture, each with words for those who cannot see it', async () => {
    const { tab } = await open(1280);
    const images = await tab.locator('img').evaluateAll((all) =>
      (all as HTMLImageElement[]).map(({ alt, complete, naturalWidth }) => ({
        alt,
        shown: complete && naturalWidth > 0,
      })),
    );
    expect(images).toEqual(TITLES.map((title) => ({ alt: `${title}: a retina`, shown: true })));
    const plot = tab.getByRole('img', { name: 'Score of the named viewing beside 10,000 made-up ones' });
    expect(await plot.count()).toBe(1);
    expect(await tab.locator('.plot .name').textContent()).toBe('Mr Ben Sample');
    await tab.close();
  });

  test.each([320, 390, 640, 1280])('fits a window of %i pixels', async (width) => {
    const { tab } = await open(width);
    const wide = await tab.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(width);
    await tab.close();
  });

  test.each(['light', 'dark'] as const)('has text of enough contrast everywhere (%s)', async (scheme) => {
    const { tab } = await open(1280, scheme === 'dark' ? { colorScheme: 'dark' } : {});
    const weak = await tab.evaluate(() => {
      const parse = (colour: string): number[] => (colour.match(/[\d.]+/g) ?? []).map(Number);
      const light = (colour: string): number => {
        const [r, g, b] = parse(colour).map((v) => {
          const c = v / 255;
          return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
        }) as [number, number, number];
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const ground = (element: Element | null): string => {
        for (let e = element; e !== null; e = e.parentElement) {
          const colour = getComputedStyle(e).backgroundColor;
          if (parse(colour)[3] !== 0) return colour;
        }
        return 'rgb(255, 255, 255)';
      };
      const found: string[] = [];
      for (const element of document.querySelectorAll('body *')) {
        const own = Array.from(element.childNodes).some(
          (node) => node.nodeType === 3 && node.textContent?.trim() !== '',
        );
        if (!own || element.closest('title, desc, style') !== null) continue;
        const style = getComputedStyle(element);
        const colour = element instanceof SVGElement ? style.fill : style.color;
        const [a, b] = [light(colour), light(ground(element))].sort((x, y) => y - x) as [number, number];
        // WCAG 2.2, 1.4.3.
        if ((a + 0.05) / (b + 0.05) < 4.5) found.push(`${element.tagName} ${element.textContent?.slice(0, 30)}`);
      }
      return found;
    });
    expect(weak).toEqual([]);
    await tab.close();
  });
});

describe('what the report is told', () => {
  const hostile = '"><img src=x onerror=alert(1)><script>alert(2)</script>\u202egnp.exe\u0000';

  test('is escaped, wherever it comes from', () => {
    const poison = (value: unknown): unknown => {
      if (typeof value === 'string') return hostile;
      if (value instanceof Uint8Array || value === null || typeof value !== 'object') return value;
      if (Array.isArray(value)) return value.map(poison);
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, poison(inner)]));
    };
    const fixture = reportFixture([
      { title: 'a', caption: 'b', alt: 'c', mediaType: 'image/png', bytes: new Uint8Array(3), width: 1, height: 1 },
    ]);
    const poisoned = poison(fixture) as typeof fixture;
    const trace = { ...poisoned.trace!, verdict: 'match' as const };
    const shown = renderReport({ ...poisoned, trace });
    expect(shown).not.toMatch(/<script|<img src=x|onerror=alert\(1\)>/);
    expect(shown).not.toContain('\u202e');
    expect(shown).not.toContain('\u0000');
    expect(shown.match(/<img /g)?.length).toBe(1);
  });

  test('comes out the same every time, and honest when nothing was found', () => {
    const fixture = reportFixture([]);
    expect(renderReport(fixture)).toBe(renderReport(fixture));
    const lost = renderReport({
      ...fixture,
      trace: { ...fixture.trace!, verdict: 'none', z: 2.1, p: 1 },
      decision: {
        ...fixture.decision,
        permitted: false,
        headline: 'Refused: no rule allows it',
        lines: [],
        obligations: [],
      },
    });
    expect(lost).toContain('The leak was not traced');
    expect(lost).toContain('Policy: refused: no rule allows it');
    expect(lost).not.toContain('The leak was traced to');
    expect(lost.match(/class="bad"/g)?.length).toBe(2);
    const blank = renderReport({ ...fixture, psnr: Number.POSITIVE_INFINITY, trace: null });
    expect(blank).toContain('The leak was not traced');
    expect(blank).toContain('nobody is named');
    expect(blank).toContain('carry no mark');
    const twice = renderReport({ ...fixture, link: { ...fixture.link, second: { ...fixture.link.second, code: '' } } });
    expect(twice).toContain('The link opened twice');
    expect(renderReport({ ...fixture, tamper: [{ ...fixture.tamper[0]!, noticed: false }] })).toContain('not noticed');
  });
});

test.each(['light', 'dark'] as const)('axe finds nothing to mend (%s)', async (scheme) => {
  const { tab } = await open(320, scheme === 'dark' ? { colorScheme: 'dark' } : {});
  await tab.evaluate(axe.source);
  const violations = await tab.evaluate(async () => {
    const run = (globalThis as unknown as { axe: typeof axe }).axe;
    return (await run.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.length}`);
  });
  expect(violations).toEqual([]);
  await tab.close();
});
