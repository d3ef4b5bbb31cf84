import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { photos } from '@wardseal/testkit/node';
import { deriveImageKey, prepareChips } from '@wardseal/watermark';
import { markFile } from '@wardseal/watermark/sharp';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadAssets } from '../../src/server/http/assets.js';
import { openBrowser } from '../support/browser.js';
import { asPerson, type IgDesk, startIgDesk } from '../support/ig-desk.js';

/** Pictures of the pages, for people to look at: where, when somebody asks for them. */
const SHOTS = process.env['IG_SHOTS'];
const ROOMS = ['/ig', '/ig/opened', '/ig/break-glass', '/ig/trace', '/ig/log'];

let desk: IgDesk;
let server: Server;
let url: string;
let browser: Browser;
let folder: string;
let axe: string;
let context: BrowserContext;
let page: Page;
let faults: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ig-pages-'));
  if (SHOTS) await mkdir(SHOTS, { recursive: true });
  desk = await startIgDesk(await loadAssets());
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const app = { ...desk.app, config: { ...desk.app.config, origin: url } };
  server.on('request', getRequestListener(asPerson(app, 'p-lead').fetch));
  browser = await openBrowser();
  axe = await readFile(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
}, 60_000);

afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
  await desk?.stop();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  faults = [];
  await enter({});
});
afterEach(async () => {
  await context.close();
  expect(faults).toEqual([]);
});

async function enter(options: Parameters<Browser['newContext']>[0]): Promise<void> {
  await context?.close();
  context = await browser.newContext({ viewport: { width: 1000, height: 900 }, ...options });
  page = await context.newPage();
  context.on('weberror', (error) => faults.push(error.error().message));
  context.on('console', (message) => {
    const text = message.text();
    // The whole pages of the packages bring an empty icon, which their own policy is too strict for. Nothing is lost.
    const known = text.startsWith('Failed to load resource') || text.startsWith("Loading the image 'data:,'");
    if (message.type() === 'error' && !known) faults.push(text);
  });
}

/** Violations of the page as it is. */
async function violations(): Promise<unknown[]> {
  // The page's policy lets no script in; the tool comes by way of the debugger.
  await page.evaluate(axe);
  const found = (await page.evaluate("axe.run({ resultTypes: ['violations'], preload: false })")) as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  return found.violations.map(({ id, nodes }) => [id, nodes[0]?.html]);
}

/** How much wider than the screen the page is, px. */
async function beyond(width: number): Promise<number> {
  await page.setViewportSize({ width, height: 900 });
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

async function shot(name: string): Promise<void> {
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

describe('every room', () => {
  const paths = [...ROOMS.map((path) => `${path}?purpose=audit`), '/ig', '/policy'];

  it('is accessible, on a wide screen and at 320 px', async () => {
    for (const path of [
      ...paths,
      `/ig/opened?purpose=audit&item=${desk.item}`,
      '/ig/opened?purpose=audit&item=nothing',
    ]) {
      const name = path.replaceAll(/\W+/g, '-').slice(1, 40);
      await page.setViewportSize({ width: 1000, height: 900 });
      await page.goto(`${url}${path}`);
      expect([path, await violations()]).toEqual([path, []]);
      await shot(name);
      expect([path, await beyond(320)]).toEqual([path, 0]);
      await shot(`${name}-320`);
    }
  }, 90_000);

  it('is entered by saying why, with the keyboard alone', async () => {
    await page.goto(`${url}/ig`);
    await page.getByRole('radio', { name: 'Looking into an incident' }).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Information governance desk' }).waitFor();
    expect(new URL(page.url()).search).toBe('?purpose=investigation');
  });
});

describe('without a script', () => {
  it('it is shown who opened an item, and a use of break-glass is reviewed', async () => {
    await enter({ javaScriptEnabled: false });
    await page.goto(`${url}/ig/opened?purpose=complaint`);
    await page.getByLabel('Number of an item or a case').fill(desk.item);
    await page.getByRole('button', { name: 'Show' }).first().click();
    await page.getByRole('row', { name: /Sky Pretend.*collapsed on ward four/ }).waitFor();
    await page.getByRole('link', { name: 'Break-glass review' }).click();
    await page.getByLabel('What did you find?').selectOption('justified');
    await page.getByLabel('Why?').fill('the notes agree');
    await page.getByRole('button', { name: 'Record the review' }).click();
    await page.getByText('Justified: the notes agree').waitFor();
  });
});

describe('a leaked picture', () => {
  const file = (name: string) => join(folder, name);
  const ask = async (suspect: string, original: string): Promise<void> => {
    await page.goto(`${url}/ig/trace?purpose=investigation`);
    await page.getByLabel('The leaked copy', { exact: true }).setInputFiles(suspect);
    await page.getByLabel('The original').setInputFiles(original);
    await page.getByLabel('Why do you look?').fill('seen in a chat group');
  };
  const find = () => page.getByRole('button', { name: 'Find the viewing' }).click();

  beforeAll(async () => {
    const { path } = photos.fundus;
    await writeFile(file('original.jpg'), await sharp(path).resize(640).jpeg({ quality: 95 }).toBuffer());
    const chips = prepareChips(deriveImageKey(desk.secret, desk.item), desk.viewing);
    const shown = await markFile(await readFile(file('original.jpg')), { chips });
    await writeFile(file('leak.jpg'), await sharp(shown.data).resize(600).jpeg({ quality: 70 }).toBuffer());
    await writeFile(
      file('unmarked.jpg'),
      await sharp(file('original.jpg')).resize(600).jpeg({ quality: 70 }).toBuffer(),
    );
    await writeFile(file('cat.png'), await sharp(photos.cat.path).resize(200).png().toBuffer());
    await writeFile(file('small.jpg'), await sharp(path).resize(240).jpeg().toBuffer());
  });

  it('is traced to its viewing in the browser: no picture leaves it, and the entry of the log is shown', async () => {
    const sent: number[] = [];
    page.on('request', (request) => sent.push(request.postDataBuffer()?.length ?? 0));
    await ask(file('leak.jpg'), file('original.jpg'));
    await page.getByLabel('Number of the item').fill(desk.item);
    await find();
    await page.getByRole('heading', { name: 'This copy comes from one viewing' }).waitFor({ timeout: 60_000 });
    const result = page.locator('#result');
    for (const words of ['Wren Example, registrar', desk.viewing, 'The mark alone accuses nobody'])
      expect(await result.textContent()).toContain(words);
    expect(await violations()).toEqual([]);
    await shot('trace-found');
    const [report] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('link', { name: 'Open the evidence report' }).click(),
    ]);
    await report.getByText('This copy comes from viewing').first().waitFor();
    expect(await report.evaluate(() => getComputedStyle(document.body).margin)).toBe('0px');
    if (SHOTS) await report.screenshot({ path: join(SHOTS, 'trace-report.png'), fullPage: true });
    const [proof] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Save the entry with its proof' }).click(),
    ]);
    expect(proof.suggestedFilename()).toBe(`${desk.viewing}.tlog-proof`);
    expect(Math.max(...sent)).toBeLessThan(200);
  }, 90_000);

  it('is found among the pictures of some days when nobody knows its number', async () => {
    await ask(file('leak.jpg'), file('original.jpg'));
    const today = new Date().toISOString().slice(0, 10);
    await page.getByText('I do not know the number').click();
    await page.getByLabel('Sent on or after').fill(new Date(Date.now() - 86_400_000).toISOString().slice(0, 10));
    await page.getByLabel('Sent on or before').fill(today);
    await find();
    await page.getByRole('heading', { name: 'This copy comes from one viewing' }).waitFor({ timeout: 60_000 });
  }, 90_000);

  it('names nobody where there is no mark, and asks for the corners where the pictures do not fit', async () => {
    await ask(file('unmarked.jpg'), file('original.jpg'));
    await page.getByLabel('Number of the item').fill(desk.item);
    await find();
    await page.getByRole('heading', { name: 'Nobody is named' }).waitFor({ timeout: 60_000 });
    expect(await page.locator('#result').textContent()).not.toContain('Example');
    await page.getByLabel('The leaked copy', { exact: true }).setInputFiles(file('cat.png'));
    await page.getByLabel('The original').setInputFiles(file('small.jpg'));
    await find();
    await page.getByRole('heading', { name: 'No answer' }).waitFor({ timeout: 60_000 });
    const copy = page.getByLabel('The leaked copy: click the four corners');
    const box = (await copy.boundingBox()) as { width: number; height: number };
    for (const [x, y] of [
      [1, 1],
      [box.width - 2, 1],
      [box.width - 2, box.height - 2],
      [1, box.height - 2],
    ] as const)
      await copy.click({ position: { x, y } });
    expect(await page.getByLabel('Bottom right corner, from the left').inputValue()).toMatch(/^19\d$/);
    await shot('trace-corners');
    expect(await violations()).toEqual([]);
  }, 120_000);

  it('says in words what is missing, and stops when told to', async () => {
    // Without a mark it is looked at longest: there is time to stop it.
    await ask(file('unmarked.jpg'), file('original.jpg'));
    await find();
    await page.getByText('Write the number of the item, or between which days').waitFor();
    await page.getByLabel('Number of the item').fill(desk.caseId);
    await find();
    await page.getByText('There is no such item in your trust').waitFor();
    await page.getByLabel('Number of the item').fill(desk.item);
    await find();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped.').waitFor();
    await page.getByLabel('The leaked copy', { exact: true }).setInputFiles(file('leak.jpg'));
    await find();
    await page.getByRole('heading', { name: 'This copy comes from one viewing' }).waitFor({ timeout: 60_000 });
  }, 90_000);
});
