import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { photos } from '@wardseal/testkit/node';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Inbox } from '../../../src/wire/index.js';
import { device, enrol, openBrowser, type Person, SENDING, sees } from '../../support/browser.js';
import { type Stack, startStack } from '../../support/stack.js';

// Every page in each of its states, as somebody with a keyboard, a screen reader, a narrow phone or a page at 400 % meets it.
// UPDATE_SCREENSHOTS=1 writes the pictures in docs/images/app anew.

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
const WIDE = { width: 1000, height: 800 };
/** 1280 by 1024 at 400 %, and no wider than the narrowest phone (WCAG 2.2, 1.4.10). */
const NARROW = { width: 320, height: 256 };
/** Of a picture in docs: the repository is read on slow lines, too. */
const SHOT_BYTES = 120_000;
/** Pixels from the top. */
const MOST_SHOWN = 2_400;

const KEPT = process.env['UPDATE_SCREENSHOTS'] === '1';
const SHOTS = join(import.meta.dirname, '../../../../../docs/images/app');

let stack: Stack;
let browser: Browser;
let nurse: Person;
let registrar: Person;

beforeAll(async () => {
  if (KEPT) await mkdir(SHOTS, { recursive: true });
  [stack, browser] = await Promise.all([startStack(), openBrowser()]);
  // Before anybody signs in: without a member the team is not there to be sent to.
  registrar = await enrol(browser, stack, 'p-okafor');
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

/** The page as it is now: no rule of accessibility broken, nothing wider than a phone. */
async function fine(page: Page, name: string): Promise<void> {
  await page.setViewportSize(WIDE);
  if (await page.evaluate(() => !('axe' in globalThis))) await page.evaluate(axe.source);
  const violations = await page.evaluate(async (values) => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run(document, { runOnly: values, preload: false, resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  }, RULES);
  expect(violations, name).toEqual([]);
  if (KEPT) await shoot(page, name);
  await page.setViewportSize(NARROW);
  expect(await page.evaluate(tooWide, NARROW.width), `${name} at ${NARROW.width} px`).toEqual([]);
  await page.setViewportSize(WIDE);
}

/** What makes the page scroll sideways, or is cut off at its side; what scrolls in a box of its own may be wide. */
function tooWide(width: number): string[] {
  const across = document.scrollingElement?.scrollWidth ?? 0;
  const boxed = (element: Element): boolean => element.closest('.ward-wide, .ward-pan, table, pre') !== null;
  const wide = [...document.querySelectorAll('body *')].filter((element) => {
    const { left, right, width: own } = element.getBoundingClientRect();
    // What is away to the left altogether waits there for the focus: a skip link.
    const shown = element.checkVisibility({ visibilityProperty: true }) && own > 1;
    return shown && !boxed(element) && (right > width + 1 || (left < -1 && right > 0));
  });
  return [
    ...(across > width ? [`the page is ${across} px wide`] : []),
    ...wide.map((element) => element.outerHTML.slice(0, 120)),
  ];
}

async function shoot(page: Page, name: string): Promise<void> {
  // What stays in sight while one scrolls would stand in the middle.
  await page.evaluate(() => scrollTo(0, 0));
  // The policy goes on for many screens: its beginning shows what it is like.
  const height = Math.min(await page.evaluate(() => document.documentElement.scrollHeight), MOST_SHOWN);
  const clip = { x: 0, y: 0, width: WIDE.width, height: Math.max(height, WIDE.height) };
  const whole = await page.screenshot({ fullPage: true, clip });
  let small: Buffer = whole;
  for (const [colours, dither] of [
    [128, 0.6],
    [48, 0.6],
    [24, 0.6],
    [24, 0],
    [12, 0],
  ] as const) {
    small = await sharp(whole).png({ palette: true, colours, dither, effort: 7 }).toBuffer();
    if (small.length <= SHOT_BYTES) break;
  }
  expect(small.length, `${name}.png`).toBeLessThanOrEqual(SHOT_BYTES);
  await writeFile(join(SHOTS, `${name}.png`), small);
}

/**
 * Presses Tab until the focus comes round. Every place where something can be done is reached, is seen to have the focus, and
 * is not hidden behind anything.
 */
async function reachable(page: Page, where: string): Promise<void> {
  await page.evaluate(keyboardWatch);
  const stops = await page.evaluate(() => watch.all().length);
  for (let i = 0; i < stops + 3; i++) {
    await page.keyboard.press('Tab');
    await page.evaluate(() => watch.stop());
  }
  expect(await page.evaluate(() => watch.wrong()), where).toEqual([]);
}

declare const watch: { all(): Element[]; stop(): void; wrong(): string[] };

function keyboardWatch(): void {
  const visited = new Set<Element>();
  const wrong: string[] = [];
  const told = (element: Element, what: string): void => {
    wrong.push(`${what}: ${element.outerHTML.slice(0, 140)}`);
  };
  const groupOf = (element: Element): Element => {
    const { type, name } = element as HTMLInputElement;
    return type === 'radio' ? (document.querySelector(`input[name="${name}"]`) ?? element) : element;
  };
  const all = (): Element[] => [
    ...new Set(
      [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
        .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.matches(':disabled'))
        .map(groupOf),
    ),
  ];
  const looks = (element: Element): string => {
    const label = (element as HTMLInputElement).labels?.[0];
    const parts: [Element, string?][] = [[element], [element, '::before'], [element, '::after']];
    if (label) parts.push([label], [label, '::before'], [label, '::after']);
    return parts
      .map(([part, pseudo]) => {
        const { outlineStyle, outlineWidth, outlineColor, boxShadow, backgroundColor, borderColor, borderWidth } =
          getComputedStyle(part, pseudo);
        return [outlineStyle, outlineWidth, outlineColor, boxShadow, backgroundColor, borderColor, borderWidth].join();
      })
      .join(';');
  };
  let last: [element: Element, focused: string] | null = null;
  const stop = (): void => {
    const element = document.activeElement;
    if (last !== null && last[0] !== element && looks(last[0]) === last[1]) told(last[0], 'its focus is not seen');
    last = null;
    if (element === null || element === document.body) return;
    visited.add(groupOf(element));
    last = [element, looks(element)];
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const own = (x: number, y: number): boolean => {
      const hit = document.elementFromPoint(x, y);
      const label = (element as HTMLInputElement).labels?.[0];
      return hit !== null && (element.contains(hit) || label?.contains(hit) === true);
    };
    const [x0, x1] = [Math.max(left, 0), Math.min(right, innerWidth)];
    const [y0, y1] = [Math.max(top, 0), Math.min(bottom, innerHeight)];
    const shares = [0.1, 0.5, 0.9];
    const seen = shares.some((a) => shares.some((b) => own(x0 + (x1 - x0) * a, y0 + (y1 - y0) * b)));
    if (!seen) told(element, 'it is hidden while it has the focus');
  };
  const done = (): string[] => {
    for (const element of all()) if (!visited.has(element)) told(element, 'Tab does not reach it');
    return wrong;
  };
  Object.assign(globalThis, { watch: { all, stop, wrong: done } });
}

/** Goes on by Tab to what has this name. */
async function tabTo(page: Page, role: Parameters<Page['getByRole']>[0], name: string | RegExp): Promise<void> {
  const target = page.getByRole(role, { name, exact: true }).first();
  await sees(page, target);
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`Tab does not come to ${role} ${name}`);
}

const heading = (page: Page, name: string): Promise<void> => sees(page, page.getByRole('heading', { name, level: 1 }));
const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).first().click();

test('enrolling and signing in', async () => {
  const at = await device(browser, 'p-lindqvist');
  const { page } = at;
  await page.goto(stack.url);
  await heading(page, 'Sign in');
  await fine(page, 'sign-in');
  await page.goto(`${stack.url}/recover`);
  await heading(page, 'Sign in');
  await page.goto(`${stack.url}/enrol`);
  await sees(page, page.locator('.nhsuk-error-summary'));
  await fine(page, 'enrol-without-link');
  // Another document: the link's fragment alone would not load the page anew.
  await page.goto(stack.url);
  await page.goto(stack.links.get('p-lindqvist')!);
  await heading(page, 'Set up your passkey');
  await press(page, 'Create passkey');
  await sees(page, page.getByText('Read the policy, then tick the box'));
  await fine(page, 'enrol');
  await page.getByRole('checkbox', { name: 'I have read the policy' }).check();
  await press(page, 'Create passkey');
  await heading(page, 'Your recovery code');
  const recoveryCode = ((await page.locator('#recovery-code').textContent()) ?? '').trim();
  await fine(page, 'recovery-code');
  await page.getByRole('checkbox', { name: 'I have written it down' }).check();
  await press(page, 'Finish');
  await page.waitForURL((url) => url.pathname === '/');
  nurse = { ...at, recoveryCode };

  await page.goto(`${stack.url}/recover`);
  await press(page, 'Sign in with a passkey');
  await heading(page, 'Use your recovery code');
  await page.getByLabel('Recovery code').fill('not a code');
  await press(page, 'Unlock');
  await sees(page, page.locator('.nhsuk-error-summary'));
  await fine(page, 'recover');
  await page.getByLabel('Recovery code').fill(recoveryCode);
  await press(page, 'Unlock');
  await heading(page, 'Inbox');
  await page.goto(stack.url);
  await heading(page, 'Unlock');
  await fine(page, 'unlock');
});

test('the main job by keyboard alone: Tab, Enter, Space and letters', async () => {
  const { page } = nurse;
  await tabTo(page, 'button', 'Unlock with your passkey');
  await page.keyboard.press('Enter');
  await heading(page, 'Inbox');
  await sees(page, page.getByText('Nothing here yet.'));
  await fine(page, 'inbox-empty');
  await reachable(page, 'inbox');
  await tabTo(page, 'button', 'New picture');
  await page.keyboard.press('Enter');
  await sees(page, page.getByRole('button', { name: 'Seal and send' }));
  await fine(page, 'capture-empty');
  await tabTo(page, 'button', 'Seal and send');
  await page.keyboard.press('Enter');
  await sees(page, page.locator('.nhsuk-error-summary'));
  await fine(page, 'capture-errors');
  await reachable(page, 'capture with errors');
  const letters = async (label: string, text: string): Promise<void> => {
    await tabTo(page, 'textbox', label);
    await page.keyboard.type(text);
  };
  const space = async (label: string): Promise<void> => {
    await tabTo(page, 'radio', label);
    await page.keyboard.press('Space');
  };
  await letters('NHS or CHI number', SENDING.number);
  await letters("Patient's name", SENDING.name);
  await letters('Date of birth', SENDING.born);
  await space('Patient, spoken');
  await tabTo(page, 'combobox', 'Body site');
  await page.keyboard.type('Hand');
  await space('Left');
  const chooser = page.waitForEvent('filechooser');
  await tabTo(page, 'button', 'Choose a picture');
  await page.keyboard.press('Space');
  await (await chooser).setFiles(photos.flower.path);
  await sees(page, page.getByAltText('The picture that will be sent'));
  await letters('Message', SENDING.message);
  await fine(page, 'capture');
  await reachable(page, 'capture');
  await tabTo(page, 'button', 'Seal and send');
  await page.keyboard.press('Enter');
  await sees(page, page.getByText('Sent', { exact: true }));
  await fine(page, 'sent');
  await tabTo(page, 'button', 'Back to the inbox');
  await page.keyboard.press('Enter');
  await sees(page, page.getByText('Nobody has opened it yet'));

  const { page: desk } = registrar;
  await desk.goto(stack.url);
  await tabTo(desk, 'button', 'Sign in with a passkey');
  await desk.keyboard.press('Enter');
  await sees(desk, desk.getByRole('button', { name: 'Open', exact: true }));
  await fine(desk, 'inbox');
  await tabTo(desk, 'button', 'Open');
  await desk.keyboard.press('Enter');
  await sees(desk, desk.getByText('Confirmed by an independent witness.'));
  await fine(desk, 'viewer');
  await reachable(desk, 'viewer');
  // The picture is a place of its own: plus and minus bring it closer, without the mouse.
  await tabTo(desk, 'region', /^Picture: /);
  await desk.keyboard.press('+');
  await sees(desk, desk.getByText('50 %', { exact: true }));
  await tabTo(desk, 'textbox', 'Your advice');
  await desk.keyboard.type('Looks infected. Start antibiotics, see me at four.');
  await tabTo(desk, 'button', 'Send advice');
  await desk.keyboard.press('Enter');
  await sees(desk, desk.getByText('Sent', { exact: true }));
  await fine(desk, 'advice-sent');

  await tabTo(page, 'button', 'Refresh');
  await page.keyboard.press('Enter');
  await sees(page, page.getByText(/^Advice from/));
  await tabTo(page, 'button', 'Open');
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', 'Read advice');
  await page.keyboard.press('Enter');
  await sees(page, page.getByRole('blockquote'));
  await tabTo(page, 'button', 'Recall');
  await page.keyboard.press('Enter');
  await sees(page, page.getByRole('button', { name: 'Yes, recall' }));
  await fine(page, 'advice');
  await page.keyboard.press('Escape');
  expect([...nurse.faults, ...registrar.faults]).toEqual([]);
});

test('handover and emergency', async () => {
  const consultant = await enrol(browser, stack, 'p-moss');
  const { page } = consultant;
  await page.goto(stack.url);
  await press(page, 'Sign in with a passkey');
  await sees(page, page.getByRole('button', { name: 'Ask for release' }));
  await press(page, 'Ask for release');
  await sees(page, page.getByRole('heading', { name: 'Release' }));
  await fine(page, 'release');
  await reachable(page, 'release');

  const [{ case: number } = { case: '' }] = (
    (await (await nurse.page.request.get(`${stack.url}/api/inbox`)).json()) as Inbox
  ).items;
  const other = await enrol(browser, stack, 'p-teal');
  await other.page.goto(stack.url);
  await press(other.page, 'Sign in with a passkey');
  await sees(other.page, other.page.getByText('Nothing here yet.'));
  await press(other.page, 'Find a case by its number');
  await other.page.getByLabel('Case number').fill(number);
  await press(other.page, 'Find');
  await sees(other.page, other.page.getByRole('button', { name: 'Break the glass' }));
  await fine(other.page, 'find');
  await press(other.page, 'Break the glass');
  await press(other.page, 'Break the glass');
  await sees(other.page, other.page.getByText('Say why you need it now'));
  await fine(other.page, 'break-glass');
  await reachable(other.page, 'break-glass');
  await other.page.getByLabel('Reason').fill('Collapsed on ward four, nobody of the team answers.');
  await press(other.page, 'Break the glass');
  await sees(other.page, other.page.getByLabel('Clinical picture'));
  await fine(other.page, 'broken-glass');
  expect([...consultant.faults, ...other.faults]).toEqual([]);
});

test('people, policy, deployment and the pages that say no', async () => {
  const administrator = await enrol(browser, stack, 'p-admin');
  const { page } = administrator;
  await page.goto(stack.url);
  await press(page, 'Sign in with a passkey');
  await heading(page, 'Inbox');
  for (const [path, title, name] of [
    ['people', 'People', 'people'],
    ['deployment', 'What is enforced here', 'deployment'],
    ['policy', /./, 'policy'],
    ['no-such-page', 'There is nothing here', 'not-found'],
    ['ig?purpose=audit', /./, 'refused'],
  ] as const) {
    await page.goto(`${stack.url}/${path}`);
    await sees(page, page.getByRole('heading', { name: title, level: 1 }));
    await fine(page, name);
    if (name === 'people') await reachable(page, name);
  }
  // The policy's page, which its package makes whole, names an empty icon that its own policy does not let in.
  expect(administrator.faults.filter((fault) => !fault.startsWith("Loading the image 'data:,'"))).toEqual([]);
});

test('information governance', async () => {
  const lead = await enrol(browser, stack, 'p-lead');
  const { page } = lead;
  await page.goto(stack.url);
  await press(page, 'Sign in with a passkey');
  await heading(page, 'Inbox');
  await fine(page, 'inbox-of-the-lead');
  const { page: viewer } = registrar;
  await viewer.keyboard.press('0');
  const suspect = await viewer.getByLabel('Clinical picture').screenshot({ type: 'jpeg', quality: 80 });
  const item = /[0-9a-f-]{36}$/.exec(viewer.url())?.[0] ?? '';
  for (const [path, name] of [
    ['ig', 'ig-purpose'],
    ['ig?purpose=investigation', 'ig-desk'],
    [`ig/opened?purpose=investigation&item=${item}`, 'ig-opened'],
    ['ig/break-glass?purpose=investigation', 'ig-break-glass'],
    ['ig/trace?purpose=investigation', 'ig-trace'],
    ['ig/log?purpose=investigation', 'ig-log'],
  ] as const) {
    await page.goto(`${stack.url}/${path}`);
    await sees(page, page.getByRole('heading', { level: 1 }));
    await fine(page, name);
    // What the service filed by itself is nobody's unlawful act.
    expect(await page.getByText('Nobody is on record as having allowed this').count()).toBe(0);
    if (name === 'ig-break-glass' || name === 'ig-trace') await reachable(page, name);
  }
  await press(page, 'Use my passkey and check the log');
  await sees(page, page.getByText('The log is whole'));
  await fine(page, 'ig-log-verified');
  await page.goto(`${stack.url}/ig/trace?purpose=investigation`);
  const copy = { name: 'found.jpg', mimeType: 'image/jpeg', buffer: suspect };
  await page.getByLabel('The leaked copy').first().setInputFiles(copy);
  await page.getByLabel('The original').setInputFiles(photos.flower.path);
  await page.getByLabel('Number of the item').fill(item);
  await page.getByLabel('Why do you look?').fill('A copy was found on a public page.');
  await press(page, 'Find the viewing');
  await sees(page, page.getByText('This copy comes from one viewing'));
  await fine(page, 'ig-trace-result');
  expect(lead.faults).toEqual([]);
});
