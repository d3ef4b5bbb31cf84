import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { canonicalJson } from '@wardseal/primitives';
import { chromiumOptions } from '@wardseal/testkit/node';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardianPage } from '../../scripts/guardian-page.mjs';
import {
  approveShare,
  combineShares,
  decodeShareRequest,
  delegateDirectory,
  encodeShareRequest,
  open,
  openShare,
  recipientThumbprint,
  type SealedFile,
  seal,
  signSnapshot,
  verifySnapshot,
} from '../../src/index.js';
import { content, NOW, ORGANISATION, organisationKeys, type World, world } from '../world.js';

// The page as it is published, in a browser without a network, used the way a guardian uses it.

// Markup, a character that would turn what follows around, and two that nobody sees.
const GROUND = 'complaint 17: <b>what</b>\n\u202ewas\u3164 sent?\ufe0f';
let folder: string;
let page: string;
let browser: Browser;
let root: string;
let w: World;
let snapshot: Uint8Array<ArrayBuffer>;

interface Visit {
  readonly context: BrowserContext;
  readonly tab: Page;
  readonly said: string[];
  readonly asked: string[];
}

async function visit({
  width = 1280,
  scheme = 'light',
}: {
  width?: number;
  scheme?: 'light' | 'dark';
} = {}): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    acceptDownloads: true,
    offline: true,
  });
  await context.clock.setFixedTime(NOW * 1000);
  const tab = await context.newPage();
  const said: string[] = [];
  const asked: string[] = [];
  tab.on('console', (message) => said.push(message.text()));
  tab.on('pageerror', (error) => said.push(String(error)));
  tab.on('request', (request) => asked.push(request.url()));
  await tab.goto(pathToFileURL(page).href);
  await tab.waitForSelector('#main[data-ready]');
  return { context, tab, said, asked };
}

/** Nothing was fetched but the page itself, and no rule of its policy was broken. */
function quiet({ said, asked }: Visit): void {
  expect(said).toEqual([]);
  expect(asked.filter((url) => !url.startsWith('blob:'))).toEqual([pathToFileURL(page).href]);
}

async function saved(tab: Page, button: string): Promise<string> {
  const [download] = await Promise.all([
    tab.waitForEvent('download'),
    tab.getByRole('button', { name: button }).click(),
  ]);
  const path = join(folder, `${Math.random().toString(36).slice(2)}-${download.suggestedFilename()}`);
  await download.saveAs(path);
  return path;
}

async function file(name: string, data: Uint8Array | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, data);
  return path;
}

/** Makes a seat with the keyboard's help alone where it matters, and gives what the guardian then holds. */
async function makeSeat(tab: Page): Promise<{ code: string; seat: string; recipient: string }> {
  await tab.getByRole('link', { name: /^Make a seat/ }).click();
  await tab.getByLabel('Organisation’s root thumbprint').fill(root);
  await tab.keyboard.press('Enter');
  const code = (await tab.locator('#code').textContent())!;
  await tab.getByLabel('Type the code from your paper').fill(` ${code.toLowerCase().replaceAll('-', ' ')} `);
  await tab.keyboard.press('Enter');
  const seat = await saved(tab, 'Save the seat file');
  const recipient = (await readFile(await saved(tab, 'Save the public key'), 'utf8')).trim();
  return { code, seat, recipient };
}

async function unlock(tab: Page, task: string, { seat, code }: { seat: string; code: string }): Promise<void> {
  await tab.getByRole('link', { name: task }).click();
  await tab.getByLabel('Your seat file').setInputFiles(seat);
  await tab.getByLabel('Your recovery code', { exact: true }).fill(code);
  await tab.keyboard.press('Enter');
}

/** A file with this seat and two others, and a request that two people approved. */
async function asked(seat: string, threshold = 2): Promise<{ sealed: SealedFile; request: Uint8Array<ArrayBuffer> }> {
  const seats = [w.guardians[0]!.entry, w.guardians[1]!.entry, seat];
  const sealed = await seal(content(1000), { ...w.sealing, guardians: { seats, threshold } });
  const what = { requester: w.mallory.entry, ground: GROUND, logEntry: 'evt-000017' };
  const approvals = await Promise.all(
    [w.alice, w.bob].map((approver) =>
      approveShare(sealed.header, what, { approver, directory: w.directory, now: NOW }),
    ),
  );
  return { sealed, request: encodeShareRequest({ ...what, approvals }) };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wardseal-guardian-'));
  page = await file('guardian.html', await guardianPage());
  w = await world();
  const keys = await organisationKeys();
  root = keys.root.kid;
  const organisation = ORGANISATION;
  const delegation = await delegateDirectory(keys.root, keys.directoryKey.publicKey, {
    organisation,
    now: NOW - 60,
    until: NOW + 86_400,
  });
  const { directoryKey } = keys;
  snapshot = await signSnapshot(w.directory.entries, {
    directoryKey,
    delegation,
    organisation,
    epoch: 1,
    now: NOW - 60,
  });
  browser = await chromium.launch(chromiumOptions());
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

describe("the guardian's page", () => {
  it('is one file, and the same sources give the same bytes', async () => {
    const text = await readFile(page, 'utf8');
    expect(await guardianPage()).toBe(text);
    expect(text).not.toMatch(/\b(?:src|href)="(?!#)/);
    expect(text).toContain("default-src 'none'");
    expect(text).not.toContain('unsafe-');
    expect(text.length).toBeLessThan(300_000);
  });

  it('makes a seat, answers a request for it, and two shares open the file', async () => {
    const there = await visit();
    const { tab } = there;
    await expect.poll(() => tab.locator('#connection').textContent()).toMatch(/offline/);
    const mine = await makeSeat(tab);
    expect(await readFile(mine.seat, 'utf8')).not.toMatch(/AGE-SECRET|SIGNING-KEY/i);
    expect(await tab.locator('#made-thumbprint').textContent()).toBe(recipientThumbprint(mine.recipient));
    const { sealed, request } = await asked(mine.recipient);

    await unlock(tab, 'Answer a request', mine);
    await tab.getByText('Your seat is unlocked.').waitFor();
    expect(await tab.locator('#seat-root').textContent()).toBe(root);
    await tab.getByLabel('The file’s header').setInputFiles(await file('header', sealed.header));
    await tab.getByLabel('The request', { exact: true }).setInputFiles(await file('request.json', request));
    await tab.getByLabel('The directory').setInputFiles(await file('snapshot', snapshot));
    await tab.getByRole('button', { name: 'Check the request' }).click();
    await tab.getByText('This request may be granted').waitFor();
    expect(await tab.locator('#who').textContent()).toContain('mallory of demo-trust');
    expect(await tab.locator('#why').textContent()).toBe('complaint 17: <b>what</b> \ufffdwas\ufffd sent?\ufffd');
    expect(await tab.locator('#approvers li').allTextContents()).toEqual([
      expect.stringContaining('alice of demo-trust'),
      expect.stringContaining('bob of demo-trust'),
    ]);
    expect(await tab.locator('#digest').textContent()).toBe(Buffer.from(sealed.headerDigest).toString('base64url'));
    expect(await tab.locator('#takes').textContent()).toContain('2 of 3');

    // a tower of accents over the ground does not reach what stands above it
    const above = await tab.locator('#who').screenshot();
    await tab.locator('#why').evaluate((why) => {
      why.textContent = `a${'\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308'.repeat(60)}`;
    });
    expect((await tab.locator('#who').screenshot()).equals(above)).toBe(true);

    const go = tab.getByRole('button', { name: 'Open my share' });
    await go.click();
    expect(await tab.locator('#open-error').textContent()).toMatch(/Tick the box/);
    await tab.getByLabel('I know who asks').check();
    await go.click();
    await tab.getByText('Your share is ready').waitFor();
    const share = await readFile(await saved(tab, 'Save the share'));

    const other = await visit();
    // the request pasted, the whole file in the place of its header
    const again = { seat: mine.seat, code: mine.code };
    await unlock(other.tab, 'Answer a request', again);
    await other.tab.getByLabel('The file’s header').setInputFiles(await file('whole.age', sealed.bytes));
    await other.tab.getByLabel('Or the request as text').fill(`\n${new TextDecoder().decode(request)}\n`);
    await other.tab.getByLabel('The directory').setInputFiles(join(folder, 'snapshot'));
    await other.tab.getByRole('button', { name: 'Check the request' }).click();
    await other.tab.getByText('This request may be granted').waitFor();

    const directory = await verifySnapshot(snapshot, { rootThumbprint: root, now: NOW });
    const second = await openShare(sealed.header, w.guardians[1]!.identity, decodeShareRequest(request), {
      directory,
      now: NOW,
    });
    const recovery = await combineShares(sealed.header, [new Uint8Array(share), second], w.mallory.identity);
    const { identities: _, ...opening } = w.opening;
    expect((await open(sealed.bytes, { ...opening, recovery })).plaintext).toEqual(content(1000));
    quiet(there);
    quiet(other);
    await there.context.close();
    await other.context.close();
  });

  it('checks the written code with one click, wherever the click takes the focus from', async () => {
    for (const width of [360, 1280]) {
      const there = await visit({ width });
      const { tab } = there;
      await tab.getByRole('link', { name: /^Make a seat/ }).click();
      await tab.getByLabel('Organisation’s root thumbprint').fill(root);
      await tab.keyboard.press('Enter');
      const code = (await tab.locator('#code').textContent())!;
      await tab.getByLabel('Type the code from your paper').fill(code);
      expect(await tab.locator('#code').isVisible()).toBe(false);
      await tab.emulateMedia({ media: 'print' });
      expect(await tab.locator('#code').isVisible()).toBe(true);
      await tab.emulateMedia({ media: 'screen' });
      const button = tab.getByRole('button', { name: 'Check what I wrote' });
      await button.scrollIntoViewIfNeeded();
      const { x, y } = (await button.boundingBox())!;
      await tab.mouse.move(x + 20, y + 20);
      await tab.mouse.down();
      await tab.mouse.up();
      await tab.getByText('2. Save your seat file').waitFor({ timeout: 2000 });
      await there.context.close();
    }
  });

  it('forgets what was under way when it is locked', async () => {
    const there = await visit();
    const { tab } = there;
    const mine = await makeSeat(tab);
    const { sealed, request } = await asked(mine.recipient);
    await unlock(tab, 'Answer a request', mine);
    await tab.getByText('Your seat is unlocked.').waitFor();
    await tab.getByLabel('The file’s header').setInputFiles(await file('header', sealed.header));
    await tab.getByLabel('The request', { exact: true }).setInputFiles(await file('request.json', request));
    await tab.getByLabel('The directory').setInputFiles(await file('snapshot', snapshot));
    await tab.evaluate(() => {
      document.querySelector<HTMLButtonElement>('#answer-form button')!.click();
      document.getElementById('lock')!.click();
    });
    await tab.waitForFunction(() => !document.querySelector<HTMLButtonElement>('#answer-form button')!.disabled);
    await unlock(tab, 'Answer a request', mine);
    await tab.getByText('Your seat is unlocked.').waitFor();
    expect(await tab.locator('#verified').isVisible()).toBe(false);
    expect(await tab.locator('#who').textContent()).toBe('');

    // the same while a share is on its way, and while a seat is tested
    await tab.getByRole('button', { name: 'Check the request' }).click();
    await tab.getByText('This request may be granted').waitFor();
    await tab.getByLabel('I know who asks').check();
    await tab.getByLabel('Headers, one or more').setInputFiles(await file('header', sealed.header));
    await tab.evaluate(() => {
      document.querySelector<HTMLButtonElement>('#open-form button')!.click();
      document.querySelector<HTMLButtonElement>('#test-form button')!.click();
      document.getElementById('lock')!.click();
    });
    await tab.waitForFunction(
      () => document.querySelectorAll('#open-form button:disabled, #test-form button:disabled').length === 0,
    );
    expect(await tab.locator('#share').inputValue()).toBe('');
    expect(await tab.locator('#results').textContent()).toBe('');
    quiet(there);
    await there.context.close();
  });

  it('says so when one share alone opens the file', async () => {
    const there = await visit();
    const { tab } = there;
    const mine = await makeSeat(tab);
    const { sealed, request } = await asked(mine.recipient, 1);
    await unlock(tab, 'Answer a request', mine);
    await tab.getByText('Your seat is unlocked.').waitFor();
    await tab.getByLabel('The file’s header').setInputFiles(await file('header', sealed.header));
    await tab.getByLabel('The request', { exact: true }).setInputFiles(await file('request.json', request));
    await tab.getByLabel('The directory').setInputFiles(await file('snapshot', snapshot));
    await tab.getByRole('button', { name: 'Check the request' }).click();
    await tab.getByText('This request may be granted').waitFor();
    expect(await tab.locator('#takes').textContent()).toBe('one guardian’s share: yours alone opens the file');
    expect(await tab.locator('main').textContent()).not.toContain('One share alone opens nothing');
    await tab.getByRole('link', { name: /^Test my seat/ }).click();
    await tab.getByLabel('Headers, one or more').setInputFiles(join(folder, 'header'));
    await tab.getByRole('button', { name: 'Test', exact: true }).click();
    await tab.getByText('header: good. Seat 3 of 3; any one of them alone opens the file.').waitFor();
    quiet(there);
    await there.context.close();
  });

  it('says in plain words what is wrong, and gives nothing', async () => {
    const there = await visit();
    const { tab } = there;
    await tab.getByRole('link', { name: /^Make a seat/ }).click();
    await tab.getByRole('button', { name: 'Make the seat' }).click();
    expect(await tab.locator('#make-error').textContent()).toMatch(/43 letters/);
    expect(await tab.locator('#make-root').getAttribute('aria-invalid')).toBe('true');
    expect(await tab.evaluate(() => document.activeElement?.id)).toBe('make-root');

    const mine = await makeSeat(tab);
    const { sealed, request } = await asked(mine.recipient);
    await unlock(tab, 'Answer a request', {
      ...mine,
      code: mine.code.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    });
    await expect.poll(() => tab.locator('#unlock-error').textContent()).toMatch(/mistyped/);
    const moved = JSON.parse(await readFile(mine.seat, 'utf8')) as object;
    const forged = await file('forged.json', JSON.stringify({ ...moved, root: 'A'.repeat(43) }));
    await unlock(tab, 'Answer a request', { ...mine, seat: forged });
    await expect.poll(() => tab.locator('#unlock-error').textContent()).toMatch(/did not open/);
    await unlock(tab, 'Answer a request', mine);
    await tab.getByText('Your seat is unlocked.').waitFor();

    const check = async (header: Uint8Array, asking: Uint8Array | string, directory: Uint8Array = snapshot) => {
      await tab.getByLabel('The file’s header').setInputFiles(await file('a', header));
      await tab.getByLabel('The request', { exact: true }).setInputFiles(await file('b', asking));
      await tab.getByLabel('The directory').setInputFiles(await file('c', directory));
      await tab.getByRole('button', { name: 'Check the request' }).click();
      const words = tab.locator('#answer-error');
      await expect.poll(() => words.textContent()).not.toBe('');
      expect(await tab.locator('#verified').isVisible()).toBe(false);
      return words.textContent();
    };
    const value = JSON.parse(new TextDecoder().decode(request)) as { approvals: string[] };
    const other = await seal(content(10), { ...w.sealing, guardians: { seats: [mine.recipient], threshold: 1 } });
    const plain = await seal(content(10), w.sealing);
    const touched = snapshot.slice();
    touched[touched.length - 10]! ^= 1;
    for (const [words, header, asking, directory] of [
      [/not a sealed file/, content(500), request],
      [/for another file/, other.header, request],
      [/has no recovery/, plain.header, request],
      [/Too few people/, sealed.header, canonicalJson({ ...value, approvals: value.approvals.slice(1) })],
      [/same person/, sealed.header, canonicalJson({ ...value, approvals: [value.approvals[0], value.approvals[0]] })],
      [/another reason/, sealed.header, canonicalJson({ ...value, ground: 'x' })],
      [/not a request/, sealed.header, '{}'],
      [/not the signed directory/, sealed.header, request, touched],
      [/not the signed directory/, sealed.header, request, content(100)],
    ] as const)
      expect(await check(header, asking, directory)).toMatch(words);

    // a week later the directory is out of date
    await there.context.clock.setFixedTime((NOW + 8 * 86_400) * 1000);
    expect(await check(sealed.header, request)).toMatch(/out of date|run out/);

    await tab.getByRole('button', { name: 'Lock and forget' }).click();
    expect(await tab.getByRole('button', { name: 'Check the request' }).isVisible()).toBe(false);
    quiet(there);
    await there.context.close();
  });

  it('tests a seat in several files at once', async () => {
    const there = await visit();
    const { tab } = there;
    const mine = await makeSeat(tab);
    const { sealed } = await asked(mine.recipient);
    const foreign = await seal(content(10), { ...w.sealing, guardians: { seats: [w.bob.entry], threshold: 1 } });
    await unlock(tab, 'Test my seat', mine);
    await tab.getByText('Your seat is unlocked.').waitFor();
    const files = [await file('good.age', sealed.header), await file('foreign.age', foreign.header)];
    await tab.getByLabel('Headers, one or more').setInputFiles(files);
    await tab.getByRole('button', { name: 'Test', exact: true }).click();
    await expect
      .poll(() => tab.locator('#results li').allTextContents())
      .toEqual([
        'good.age: good. Seat 3 of 3; any 2 together open the file.',
        expect.stringMatching(/^foreign\.age: This file holds no share for your seat/),
      ]);
    quiet(there);
    await there.context.close();
  });

  it('lets nothing out, even when asked to', async () => {
    const there = await visit();
    const { tab, said } = there;
    // a page of the same machine listening would be reached if the policy let it
    const refused = await tab.evaluate(async () => {
      const tried: string[] = [];
      await fetch('http://127.0.0.1:1/').catch((error: Error) => tried.push(error.name));
      const image = new Image();
      await new Promise((done) => {
        image.onerror = image.onload = done;
        image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACw=';
      });
      try {
        document.body.innerHTML = '<p>markup</p>';
      } catch (error) {
        tried.push((error as Error).name);
      }
      return tried;
    });
    expect(refused).toEqual(['TypeError', 'TypeError']);
    expect(said.filter((line) => /Content Security Policy|TrustedHTML/.test(line)).length).toBeGreaterThanOrEqual(3);
    await there.context.close();
  });

  it.each([
    [320, 'light'],
    [640, 'dark'],
  ] as const)('fits a window %i px wide without scrolling sideways, %s', async (width, scheme) => {
    const there = await visit({ width, scheme });
    const { tab } = there;
    await makeSeat(tab);
    const sideways = () => tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(await sideways()).toBeLessThanOrEqual(0);
    await tab.getByRole('link', { name: /^Answer a request/ }).click();
    expect(await sideways()).toBeLessThanOrEqual(0);
    await there.context.close();
  });
});
