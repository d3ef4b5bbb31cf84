import axe, { type AxeResults } from 'axe-core';
import { afterEach, expect, test } from 'vitest';
import { loadPolicy } from '../../src/index.js';
import { nhs } from '../../src/packs/nhs/index.js';
import { render } from '../../src/render/index.js';
import { permit, sample } from '../support/sample.js';

const small = sample(permit('P-1', { 'subject.role': 'nurse' }));

const before = loadPolicy(nhs({ parameters: { viewSignInHours: 12 } }));
const html = render(loadPolicy(nhs()), {
  now: Date.parse('2026-03-02T12:00:00Z'),
  organisation: 'Demo Trust',
  inForce: before,
});

afterEach(() => {
  document.body.replaceChildren();
});

/** The page in a frame of a width. */
async function shown(width: number, page: string = html): Promise<Document> {
  const frame = document.createElement('iframe');
  frame.style.cssText = `width:${width}px;height:800px;border:0`;
  frame.srcdoc = page;
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
  document.body.append(frame);
  await loaded;
  return frame.contentDocument!;
}

const all = (page: Document, selector: string): HTMLElement[] => [...page.querySelectorAll<HTMLElement>(selector)];

test.each([1280, 768, 375, 320])('nothing runs off the page, %i px wide', async (width) => {
  const page = await shown(width);
  // 1280 px at 400 % is 320 px: WCAG 2.2, 1.4.10.
  expect(page.documentElement.scrollWidth).toBeLessThanOrEqual(width);
});

test('its style is let in, a script and a picture are not', async () => {
  const poisoned = html.replace(
    '</main>',
    '<script>document.title="ran"</script><p id="spot" style="color:red">x</p><img alt="" src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></main>',
  );
  const page = await shown(800, poisoned);
  expect(page.title).toMatch(/, version 1$/);
  const view = page.defaultView!;
  expect(view.getComputedStyle(page.querySelector('h1')!).fontSize).toBe('30.4px');
  expect(view.getComputedStyle(page.querySelector('#spot')!).color).not.toBe('rgb(255, 0, 0)');
  expect(page.querySelector('img')!.naturalWidth).toBe(0);
});

test('there is one h1, no level of headings is left out, and each part has its name', async () => {
  const page = await shown(1280);
  const levels = all(page, 'h1,h2,h3,h4').map(({ tagName }) => Number(tagName[1]));
  expect(levels.filter((level) => level === 1)).toHaveLength(1);
  levels.forEach((level, i) => {
    expect(level).toBeLessThanOrEqual((levels[i - 1] ?? 0) + 1);
  });
  for (const part of all(page, 'section,article')) {
    const name = page.getElementById(part.getAttribute('aria-labelledby')!);
    expect(name?.textContent).not.toBe('');
    expect(part.contains(name)).toBe(true);
  }
  expect(page.documentElement.lang).toBe('en-GB');
  for (const landmark of ['header', 'main', 'nav[aria-label]', 'footer']) expect(all(page, landmark)).toHaveLength(1);
});

test('each cell of each table has a head of its line and of its column', async () => {
  const page = await shown(1280);
  const tables = all(page, 'table') as HTMLTableElement[];
  expect(tables.length).toBeGreaterThanOrEqual(4);
  for (const table of tables) {
    expect(table.caption?.textContent).not.toBe('');
    const heads = table.tHead!.rows[0]!.cells;
    for (const head of heads) expect(head.scope).toBe('col');
    for (const row of table.tBodies[0]!.rows) {
      expect(['row', 'rowgroup']).toContain(row.cells[0]!.scope);
      expect([...row.cells].reduce((sum, { colSpan }) => sum + colSpan, 0)).toBe(heads.length);
    }
  }
});

test('on a phone the matrix names who may, in the whole width, and says that the others never may', async () => {
  const page = await shown(375);
  const cells = all(page, 'table.matrix tbody tr:not(.group) td');
  const visible = cells.filter(({ offsetParent }) => offsetParent !== null);
  expect(visible.length).toBeGreaterThan(20);
  expect(visible.filter(({ textContent }) => textContent === 'never')).toEqual([]);
  for (const { clientWidth, dataset } of visible) {
    expect(clientWidth).toBeGreaterThan(280);
    expect(dataset['label']).not.toBe('');
  }
  for (const row of all(page, 'table.matrix tbody tr:not(.group)')) {
    const never = row.querySelector('td.never') !== null;
    const said = row.querySelector<HTMLElement>('.narrow');
    expect(said?.offsetParent != null).toBe(never);
  }
});

test('text stands out from what is behind it, 4.5 to 1 at least', async () => {
  const page = await shown(1280);
  const view = page.defaultView!;
  const channels = (colour: string): number[] => colour.match(/[\d.]+/g)!.map(Number);
  const luminance = (colour: string): number => {
    const [r, g, b] = channels(colour).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element: Element | null): string => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = view.getComputedStyle(at).backgroundColor;
      if (channels(colour)[3] !== 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const pairs = new Set<string>();
  for (const element of all(page, 'body *'))
    pairs.add(JSON.stringify([view.getComputedStyle(element).color, behind(element)]));
  expect(pairs.size).toBeGreaterThan(5);
  for (const pair of pairs) {
    const [lighter, darker] = (JSON.parse(pair) as string[]).map(luminance).sort((a, b) => b - a) as [number, number];
    expect((lighter + 0.05) / (darker + 0.05), pair).toBeGreaterThanOrEqual(4.5);
  }
});

test('a policy of few roles and one of none have a page too', async () => {
  const { 'subject.role': _role, ...attributes } = small.attributes;
  for (const document of [small, { ...small, attributes, rules: [] }]) {
    const page = await shown(320, render(loadPolicy(document), { now: Date.parse('2026-03-02T12:00:00Z') }));
    expect(page.documentElement.scrollWidth).toBeLessThanOrEqual(320);
    expect(all(page, 'h2').length).toBeGreaterThan(8);
  }
});

test.each([1280, 320])('axe finds no fault, %i px wide', async (width) => {
  // The page's own policy lets no script in, so that this one is held without it.
  const page = await shown(width, html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''));
  const script = page.createElement('script');
  script.text = axe.source;
  page.head.append(script);
  const view = page.defaultView as unknown as { axe: { run(): Promise<AxeResults> } };
  const { violations, passes } = await view.axe.run();
  expect(passes.length).toBeGreaterThan(10);
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
});
