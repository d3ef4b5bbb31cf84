import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DirectoryEntry, signSnapshot, verifySnapshot } from '@wardseal/crypto';
import { fromUtf8, utf8 } from '@wardseal/primitives';
import { photos } from '@wardseal/testkit/node';
import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import WORDS from '../../../client/app/words.en.json' with { type: 'json' };
import type { Inbox, OpenAnswer } from '../../../src/wire/index.js';
import { parseTrustConfig } from '../../../src/wire/trust-config.js';
import { createTrust, enrolKnown } from '../../suites/core-world.js';
import {
  enrol,
  fill,
  openBrowser,
  openButton,
  type Person,
  SENDING,
  sees,
  send,
  signIn,
} from '../../support/browser.js';
import { type Stack, startStack } from '../../support/stack.js';

// A server that means harm, played by changing the real one's answers on their way to a real, signed-in browser. Each lie is
// told to the reader in a sentence of its own, and nothing of the patient is shown. What the worker checks in which order,
// and every single receipt that it refuses: test/chromium/core-refusals.test.ts.

type Code = keyof typeof WORDS;

const FIRST = { ...SENDING, message: 'First question, about the hand.' };
const SECOND = { ...SENDING, number: '999 000 0026', name: 'Second Exampleton', message: 'Second question.' };
const DAY_MS = 86_400_000;

let stack: Stack;
let browser: Browser;
let nurse: Person;
let registrar: Person;
/** Two items that the registrar may open, the older one first. */
let items: readonly [string, string];
/** As the real server gave it before the registrar was in it. */
let before: Buffer;
let rootThumbprint: string;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), openBrowser()]);
  nurse = await enrol(browser, stack, 'p-lindqvist');
  await signIn(nurse, stack);
  before = await (await nurse.page.request.get(`${stack.url}/api/directory`)).body();
  registrar = await enrol(browser, stack, 'p-okafor');
  ({ rootThumbprint } = parseTrustConfig(JSON.parse(await readFile(join(stack.dataDir, 'trusts/ZZZ01.json'), 'utf8'))));
  // The nurse's own page must know of the registrar, too.
  await unlockAnew(nurse.page);
  await inboxOf(nurse.page);
  for (const sending of [FIRST, SECOND]) {
    await send(nurse, { ...sending, picture: photos.flower.path });
    await nurse.page.getByRole('button', { name: 'Back to the inbox' }).click();
    await inboxOf(nurse.page);
  }
  await signIn(registrar, stack);
  const { items: rows } = (await (await registrar.page.request.get(`${stack.url}/api/inbox`)).json()) as Inbox;
  const [second, first] = rows.map(({ id }) => id);
  items = [first!, second!];
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});
afterEach(async () => {
  for (const { page } of [nurse, registrar]) await page.unrouteAll({ behavior: 'wait' });
});

const inboxOf = (page: Page): Promise<void> => sees(page, page.getByRole('heading', { name: 'Inbox' }));

/** Loads the page anew, which forgets the keys, and touches the passkey. */
async function unlockAnew(page: Page): Promise<void> {
  await page.goto(`${stack.url}/#/`);
  await page.reload();
  await page.getByRole('button', { name: 'Unlock with your passkey' }).click();
}

/** The page says this refusal in its own words, says what to do, and shows nothing of any patient. */
async function refusedAs(page: Page, code: Code): Promise<void> {
  const [what, next] = WORDS[code];
  const box = page.locator('.nhsuk-error-summary');
  await sees(page, box);
  expect(await box.getByRole('heading').textContent()).toBe(what);
  expect(await box.getByRole('listitem').textContent()).toBe(next);
  await nothingShown(page);
}

async function nothingShown(page: Page): Promise<void> {
  expect(await page.locator('canvas, .ward-patient').count()).toBe(0);
  const shown = `${await page.title()} ${page.url()} ${await page.content()}`;
  for (const { name, number, message } of [FIRST, SECOND])
    for (const secret of [name, number, number.replaceAll(' ', ''), message]) expect(shown).not.toContain(secret);
}

const json = async (route: Route): Promise<OpenAnswer> => (await (await route.fetch()).json()) as OpenAnswer;

/** Presses "Open" on one of the two, as the server answers now. */
async function press(id: string): Promise<void> {
  const { page } = registrar;
  await page.goto(`${stack.url}/#/item/${id}`);
  await openButton(page).click();
}

async function opens(id: string): Promise<void> {
  await press(id);
  await sees(registrar.page, registrar.page.getByLabel('Clinical picture'));
  await registrar.page.getByRole('button', { name: 'Back to the inbox' }).click();
  await inboxOf(registrar.page);
}

describe('an item that is not what the log and its sender say', () => {
  type Lie = (honest: OpenAnswer, other: OpenAnswer) => Partial<OpenAnswer>;

  /** Answers the opening of the first item with a lie made of the honest answers for both, under the nonce that was asked. */
  async function lying(lie: Lie): Promise<void> {
    const [first, second] = items;
    await registrar.page.route(`**/api/items/${first}/open`, async (route) => {
      const honest = await json(route);
      const url = route.request().url().replace(first, second);
      const other = (await (await route.fetch({ url })).json()) as OpenAnswer;
      await route.fulfill({ json: { ...honest, ...lie(honest, other) } });
    });
  }
  async function givingPayload(body: (route: Route) => Promise<Buffer>): Promise<void> {
    await registrar.page.route(`**/api/items/${items[0]}/payload`, async (route) => {
      await route.fulfill({ body: await body(route), contentType: 'application/octet-stream' });
    });
  }

  test('honest answers are opened, so that what follows is refused for its lie', async () => {
    await opens(items[0]);
    await opens(items[1]);
  });

  // With the picture and the labels spoiled as well: were a key used before the receipt is checked, those would be refused.
  const spoiled = ({ labels }: OpenAnswer): Pick<OpenAnswer, 'labels'> => ({
    labels: { ...labels, sensitivity: 'intimate' },
  });
  const flipped = (text: string): string => text.replace(/.(?=.{40}$)/s, (letter) => (letter === 'A' ? 'B' : 'A'));
  test.each<[string, Code, Lie]>([
    [
      'the receipt of another item',
      'RECEIPT_OTHER_ITEM',
      (a, { receipt, viewing }) => ({ ...spoiled(a), receipt, viewing }),
    ],
    ['the header of another item', 'RECEIPT_OTHER_HEADER', (a, { header }) => ({ ...spoiled(a), header })],
    ['another item whole', 'RECEIPT_OTHER_ITEM', (_, other) => other],
    ['a receipt that nobody signed so', 'RECEIPT_FORGED', (a) => ({ ...spoiled(a), receipt: flipped(a.receipt) })],
    ['another viewing’s number', 'RECEIPT_OTHER_VIEWING', (a, { viewing }) => ({ ...spoiled(a), viewing })],
  ])('%s: before a key is used', async (_what, code, lie) => {
    await lying(lie);
    await givingPayload(async () => Buffer.from('no age file at all'));
    await press(items[0]);
    await refusedAs(registrar.page, code);
  });

  test('the receipt of an earlier opening of the same item', async () => {
    let old: OpenAnswer | null = null;
    await registrar.page.route(`**/api/items/${items[0]}/open`, async (route) => {
      const honest = await json(route);
      old ??= honest;
      await route.fulfill({ json: { ...honest, receipt: old.receipt, viewing: old.viewing } });
    });
    await opens(items[0]);
    await press(items[0]);
    await refusedAs(registrar.page, 'RECEIPT_OLD');
  });

  test('a changed label', async () => {
    await lying(({ labels }) => ({ labels: { ...labels, sensitivity: 'intimate' } }));
    await press(items[0]);
    await refusedAs(registrar.page, 'LABELS_CHANGED');
  });

  test('the picture of another item, and one that was damaged', async () => {
    await givingPayload(async (route) => {
      const url = route.request().url().replace(items[0], items[1]);
      return (await route.fetch({ url })).body();
    });
    await press(items[0]);
    await refusedAs(registrar.page, 'PICTURE_SWAPPED');
    await registrar.page.unrouteAll();
    await givingPayload(async (route) => {
      const body = await (await route.fetch()).body();
      body[body.length >> 1]! ^= 1;
      return body;
    });
    await press(items[0]);
    await refusedAs(registrar.page, 'PICTURE_DAMAGED');
  });

  test('no chips for the mark: no picture rather than an unmarked one', async () => {
    await lying(() => ({ chips: {} as OpenAnswer['chips'] }));
    await press(items[0]);
    await refusedAs(registrar.page, 'MARK_REFUSED');
  });

  test('and honest again it opens', () => opens(items[0]));
});

describe('a staff directory that the trust did not sign', () => {
  // A snapshot that neither browser has seen: of one that they have, every change is refused as another one of its number.
  beforeAll(async () => {
    const { context } = await enrol(browser, stack, 'p-moss');
    await context.close();
  });

  async function giving(page: Page, body: (honest: Buffer) => Promise<Uint8Array> | Uint8Array): Promise<void> {
    await page.route('**/api/directory', async (route) => {
      // Whole, also where the browser asks only whether what it has is still good.
      const { 'if-none-match': _, ...headers } = route.request().headers();
      const honest = await (await route.fetch({ headers })).body();
      await route.fulfill({ body: Buffer.from(await body(honest)), contentType: 'application/octet-stream' });
    });
  }

  /** The attacker's own: everybody's keys are theirs, signed under a root of theirs as the next snapshot of this trust. */
  async function forged(honest: Buffer): Promise<Uint8Array> {
    const { entries, epoch, digest: previous } = await verifySnapshot(honest, { rootThumbprint });
    const { directoryKey, delegation, ...trust } = await createTrust();
    const names = (['custodian', 'p-lindqvist', 'p-okafor'] as const).map((person) =>
      entries.find((entry: DirectoryEntry) => entry.person === person),
    );
    const known = await Promise.all(names.map((entry) => enrolKnown({ ...trust, directoryKey, delegation }, entry!)));
    const options = { directoryKey, delegation, organisation: 'ZZZ01', epoch: epoch + 1, previous };
    return signSnapshot(
      known.map(({ entry }) => entry),
      options,
    );
  }

  /** Two people's keys change places: what is sealed to one of them the other can open. */
  async function swapped(honest: Buffer): Promise<Uint8Array> {
    const { person } = await verifySnapshot(honest, { rootThumbprint });
    const [from, to] = [person('p-okafor')!.recipient, person('p-lindqvist')!.recipient];
    const text = fromUtf8(new Uint8Array(honest))!;
    expect(text.split(from).length).toBe(2);
    return utf8(text.replace(from, to));
  }

  const tampered = (honest: Buffer): Buffer => {
    const end = honest.indexOf('\n');
    honest[end - 10] = honest[end - 10] === 0x41 ? 0x42 : 0x41;
    return honest;
  };

  test.each<[string, Code, (honest: Buffer) => Promise<Uint8Array> | Uint8Array]>([
    ['under another root', 'DIRECTORY_OTHER_ROOT', forged],
    ['with a recipient’s key swapped', 'DIRECTORY_CHANGED', swapped],
    ['with another signature', 'DIRECTORY_FORGED', tampered],
    ['as it was before: rolled back', 'DIRECTORY_ROLLED_BACK', () => before],
  ])('%s: nobody is let in to their keys', async (_what, code, body) => {
    const { page } = registrar;
    await giving(page, body);
    await unlockAnew(page);
    await refusedAs(page, code);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Unlock');
  });

  test('that is stale, eight days later', async () => {
    const { page } = registrar;
    await page.route('**/api/directory', async (route) => {
      // The clock of the worker that judges it goes eight days ahead.
      await page.workers()[0]?.evaluate((ahead) => {
        const now = Date.now;
        Date.now = () => now() + ahead;
      }, 8 * DAY_MS);
      await route.continue();
    });
    await unlockAnew(page);
    await refusedAs(page, 'DIRECTORY_STALE');
    await page.unrouteAll({ behavior: 'wait' });
    await unlockAnew(page);
    await inboxOf(page);
    await opens(items[0]);
  });

  test('in the middle of the work: nothing is opened, nothing is sealed, nothing leaves the page', async () => {
    // Later than a minute a page loads the directory again, before it does anything with anybody's key.
    const later = (page: Page): Promise<void> =>
      page.evaluate(() => {
        const now = Date.now;
        Date.now = () => now() + 61_000;
      });
    const { page } = registrar;
    await giving(page, () => before);
    await later(page);
    await press(items[0]);
    await refusedAs(page, 'DIRECTORY_ROLLED_BACK');

    const left: string[] = [];
    nurse.page.on('request', (request) => {
      if (/\/api\/items/.test(request.url())) left.push(request.url());
    });
    await fill(nurse, { ...FIRST, picture: photos.flower.path });
    await sees(nurse.page, nurse.page.getByAltText('The picture that will be sent'));
    await giving(nurse.page, swapped);
    await later(nurse.page);
    await nurse.page.getByRole('button', { name: 'Seal and send' }).click();
    await sees(nurse.page, nurse.page.getByText(WORDS.DIRECTORY_CHANGED[0]!));
    expect(await nurse.page.getByText('NOT SENT').count()).toBe(1);
    expect(left).toEqual([]);
    // The draft is kept: with an honest directory the very same goes out.
    await nurse.page.unrouteAll({ behavior: 'wait' });
    await nurse.page.getByRole('button', { name: 'Try again' }).click();
    await sees(nurse.page, nurse.page.getByText(/^Sent/));
    expect(left.length).toBeGreaterThan(0);
  });
});

test('no page threw, and none was stopped by its own content security policy', () => {
  expect([...nurse.faults, ...registrar.faults]).toEqual([]);
});
