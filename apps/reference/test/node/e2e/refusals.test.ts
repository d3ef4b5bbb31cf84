import { photos } from '@wardseal/testkit/node';
import type { Browser, Page, Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import WORDS from '../../../client/app/words.en.json' with { type: 'json' };
import type { ErrorBody, Inbox, ItemRow } from '../../../src/wire/index.js';
import { enrol, openBrowser, openButton, type Person, SENDING, sees, send, signIn } from '../../support/browser.js';
import { type Stack, startStack } from '../../support/stack.js';

// Who may not open something, or not any more, is told so in the page and by the server, and learns nothing of the patient.

const NEVER = [SENDING.name, SENDING.number, SENDING.number.replaceAll(' ', ''), SENDING.message, '1985', SENDING.site];
/** Long enough to be sent and to be listed once; its test comes last. */
const SHORT_LIFE_MS = 12_000;
const DAY_MS = 86_400_000;

let stack: Stack;
let browser: Browser;
let nurse: Person;
let registrar: Person;
/** Everything that any device was answered, navigated to or wrote to its console, but for those who may know. */
const seen: string[] = [];
let item: ItemRow;
let shortLived: ItemRow;
let recalled: ItemRow;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), openBrowser()]);
  nurse = await enrol(browser, stack, 'p-lindqvist');
  registrar = await enrol(browser, stack, 'p-okafor');
  await signIn(nurse, stack);
  // What the nurse's page takes for the time is 30 days ago less a little: its author signs the item with a life that short.
  await nurse.page.route('**/api/inbox', async (route) => {
    const inbox = (await (await route.fetch()).json()) as Inbox;
    const now = new Date(Date.parse(inbox.now) - 30 * DAY_MS + SHORT_LIFE_MS).toISOString();
    await route.fulfill({ json: { ...inbox, now } });
  });
  await nurse.page.getByRole('button', { name: 'Refresh' }).click();
  await nurse.page.waitForResponse('**/api/inbox');
  shortLived = await sends();
  await nurse.page.unrouteAll({ behavior: 'wait' });
  await nurse.page.getByRole('button', { name: 'Back to the inbox' }).click();
  await nurse.page.waitForResponse('**/api/inbox');
  recalled = await sends();
  await nurse.page.getByRole('button', { name: 'Back to the inbox' }).click();
  item = await sends();
  await signIn(registrar, stack);
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});
afterEach(() => {
  for (const text of seen) for (const secret of NEVER) expect(text).not.toContain(secret);
});

/** Sends a picture from where the nurse's page is, and gives its row. */
async function sends(): Promise<ItemRow> {
  await send(nurse, { ...SENDING, picture: photos.flower.path });
  return (await rowsOf(nurse.page))[0]!;
}

async function rowsOf(page: Page): Promise<readonly ItemRow[]> {
  return ((await (await page.request.get(`${stack.url}/api/inbox`)).json()) as Inbox).items;
}

/** Keeps for `seen` what this page is answered, goes to and writes. What it is answered as ciphertext is searched as well. */
function listenTo(page: Page): void {
  page.on('console', (message) => seen.push(message.text()));
  page.on('pageerror', (error) => seen.push(error.message));
  page.on('requestfinished', (request: Request) => {
    seen.push(request.url());
    void request.response().then(async (response) => {
      if (response?.ok() === false) seen.push(await response.text().catch(() => ''));
    });
  });
}

/** The page's own words of a refusal, and nothing of the patient in what it shows, is called or is found under. */
async function refusedInPage(page: Page, words: string): Promise<void> {
  const box = page.locator('.nhsuk-error-summary');
  await sees(page, box.getByText(words));
  expect(await page.locator('canvas, .ward-patient').count()).toBe(0);
  seen.push(await page.title(), page.url(), await page.content());
}

/** Asks the server as this page's person, by the page's own means. */
async function asks(page: Page, method: 'GET' | 'POST', path: string, body?: object): Promise<[number, string]> {
  const [status, text] = await page.evaluate(
    async ([method, path, body]) => {
      const headers = { 'x-wardseal': '1', 'content-type': 'application/json' };
      const answer = await fetch(path, { method, headers, body });
      return [answer.status, await answer.text()] as const;
    },
    [method, path, body === undefined ? null : JSON.stringify(body)] as const,
  );
  seen.push(text);
  return [status, (JSON.parse(text) as ErrorBody).error?.code ?? ''];
}

const NONCE = Buffer.alloc(32, 1).toString('base64url');

/** Every way to something of an item. */
async function everyWay(page: Page, { id }: ItemRow): Promise<string[]> {
  const open = { nonce: NONCE, purpose: 'direct-care' };
  const glass = { purpose: 'emergency', reason: 'Somebody lies on the floor of the ward and does not wake up.' };
  const ways = [
    ['GET', 'payload'],
    ['GET', 'who'],
    ['POST', 'open', open],
    ['POST', 'open', { nonce: NONCE, ...glass }],
    ['POST', 'release/options', { purpose: 'direct-care', breakGlass: false }],
    ['POST', 'release/options', { ...glass, breakGlass: true }],
    ['POST', 'recall', {}],
  ] as const;
  const answers: string[] = [];
  for (const [method, way, body] of ways) {
    const [status, code] = await asks(page, method, `/api/items/${id}/${way}`, body);
    answers.push(`${status} ${code}`);
  }
  return answers;
}

test('somebody of another trust: there is no such item for them, whatever they try', async () => {
  const stranger = await enrol(browser, stack, 'p-brook');
  const { page } = stranger;
  await signIn(stranger, stack);
  listenTo(page);
  expect(await rowsOf(page)).toEqual([]);
  await page.goto(`${stack.url}/#/item/${item.id}`);
  await refusedInPage(page, WORDS.NOT_FOUND[0]!);
  await page.goto(`${stack.url}/#/find`);
  await page.getByLabel('Case number').fill(item.case);
  await page.keyboard.press('Enter');
  await refusedInPage(page, WORDS.NOT_FOUND[0]!);
  expect(new Set(await everyWay(page, item))).toEqual(new Set(['404 NOT_FOUND']));
  expect(await asks(page, 'POST', `/api/cases/${item.case}/close`, {})).toEqual([404, 'NOT_FOUND']);
  // What does not exist at all is answered with the very same bytes.
  const nobodys = { ...item, id: crypto.randomUUID() };
  const from = seen.length;
  await everyWay(page, nobodys);
  const bodies = seen.slice(from).filter((text) => text.startsWith('{'));
  expect(new Set(bodies).size).toBe(1);
  expect(stranger.faults).toEqual([]);
}, 120_000);

test('somebody of the same trust without a part in it: refused with the way out, the glass', async () => {
  const outsider = await enrol(browser, stack, 'p-teal');
  const { page } = outsider;
  await signIn(outsider, stack);
  listenTo(page);
  expect(await rowsOf(page)).toEqual([]);
  expect(await asks(page, 'POST', `/api/items/${item.id}/open`, { nonce: NONCE, purpose: 'direct-care' })).toEqual([
    403,
    'POLICY_REFUSED',
  ]);
  for (const [method, way] of [
    ['GET', 'payload'],
    ['GET', 'who'],
    ['POST', 'recall'],
  ] as const) {
    const [status] = await asks(page, method, `/api/items/${item.id}/${way}`, method === 'POST' ? {} : undefined);
    expect([403, 404]).toContain(status);
  }
  await page.goto(`${stack.url}/#/find`);
  await page.getByLabel('Case number').fill(item.case);
  await page.keyboard.press('Enter');
  await sees(page, page.getByRole('button', { name: 'Break the glass' }));
  expect(await page.getByRole('button', { name: 'Open', exact: true }).count()).toBe(0);
  seen.push(await page.content());
  expect(outsider.faults).toEqual([]);
}, 120_000);

test('what was recalled: refused to a page that still offers it, and to the server’s own question', async () => {
  const { page } = registrar;
  // The page listed it before it was recalled.
  await page.goto(`${stack.url}/#/item/${recalled.id}`);
  await sees(page, openButton(page));
  const { page: author } = nurse;
  await author.goto(`${stack.url}/#/item/${recalled.id}`);
  await openButton(author).click();
  await author.getByRole('button', { name: 'Recall', exact: true }).click();
  await author.getByRole('button', { name: 'Yes, recall' }).click();
  await sees(author, author.getByText('Recalled. Nobody had opened it.'));

  listenTo(page);
  await openButton(page).click();
  await refusedInPage(page, WORDS.ITEM_RECALLED[0]!);
  expect((await everyWay(page, recalled)).slice(2, 4)).toEqual(['410 ITEM_RECALLED', '410 ITEM_RECALLED']);
  expect((await everyWay(page, recalled))[0]).toBe('410 ITEM_RECALLED');
  await page.getByRole('button', { name: 'Back to the inbox' }).click();
  await sees(page, page.getByText('Recalled', { exact: true }));
  // By its address, too.
  await page.goto(`${stack.url}/#/item/${recalled.id}`);
  await refusedInPage(page, WORDS.ITEM_RECALLED[0]!);
}, 120_000);

test('what has expired by the date its author signed: refused likewise', async () => {
  const { page } = registrar;
  expect(Date.parse(shortLived.labels.notAfter)).toBeLessThan(Date.parse(shortLived.sentAt) + SHORT_LIFE_MS);
  await expect
    .poll(async () => (await rowsOf(page)).find(({ id }) => id === shortLived.id)?.state, { timeout: 30_000 })
    .toBe('expired');
  // The page has not asked since: it offers it.
  await page.goto(`${stack.url}/#/item/${shortLived.id}`);
  const press = openButton(page);
  const refusal = page.getByText(WORDS.ITEM_EXPIRED[0]!);
  await sees(page, press.or(refusal));
  if (await press.isVisible()) await press.click();
  await refusedInPage(page, WORDS.ITEM_EXPIRED[0]!);
  const answers = await everyWay(page, shortLived);
  expect([answers[0], answers[2], answers[3]]).toEqual(Array(3).fill('410 ITEM_EXPIRED'));
  await page.getByRole('button', { name: 'Back to the inbox' }).click();
  await sees(page, page.getByText('Expired', { exact: true }));
}, 120_000);

test('somebody suspended is out of every open page within a minute, and their next opening is refused', async () => {
  const { page } = registrar;
  const administrator = await enrol(browser, stack, 'p-admin');
  await signIn(administrator, stack);
  // Their page shows a picture, and has nothing more to ask for by itself: the witness has confirmed the viewing.
  await page.goto(`${stack.url}/#/item/${item.id}`);
  await openButton(page).click();
  await sees(page, page.getByLabel('Clinical picture'));
  await sees(page, page.getByText('Confirmed by an independent witness.'));
  await administrator.page.goto(`${stack.url}/people`);
  const row = administrator.page.getByRole('row', { name: 'Wren Example' });
  await row.getByLabel('Reason').fill('Left the trust today.');
  await row.getByRole('button', { name: 'Suspend' }).click();
  await sees(administrator.page, administrator.page.getByText('Suspended. Every session of theirs has ended.'));
  const since = Date.now();

  // At once for whatever they ask.
  const [status, code] = await asks(page, 'POST', `/api/items/${item.id}/open`, {
    nonce: NONCE,
    purpose: 'direct-care',
  });
  expect([status, code]).toEqual([401, 'SIGN_IN_REQUIRED']);
  // And without their asking anything: the picture goes from the screen.
  await sees(page, page.getByRole('heading', { name: 'Sign in', exact: true }));
  const seconds = (Date.now() - since) / 1000;
  console.log(`out of the open page after ${seconds.toFixed(1)} s`);
  expect(seconds).toBeLessThan(60);
  listenTo(page);
  expect(await page.locator('canvas, .ward-patient').count()).toBe(0);
  seen.push(await page.title(), await page.content());
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await refusedInPage(page, WORDS.SUSPENDED[0]!);
  expect(await asks(page, 'GET', '/api/inbox')).toEqual([401, 'SIGN_IN_REQUIRED']);
  expect(registrar.faults).toEqual([]);
}, 180_000);

test('and nothing of the patient stands in what the programs said', () => {
  expect(stack.output().length).toBeGreaterThan(0);
  seen.push(stack.output());
});
