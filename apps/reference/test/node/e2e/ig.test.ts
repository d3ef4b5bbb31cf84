import { join } from 'node:path';
import { photos } from '@wardseal/testkit/node';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { breakGlass, enrol, openBrowser, type Person, SENDING, sees, send, signIn } from '../../support/browser.js';
import { type Stack, startStack } from '../../support/stack.js';

// The log is checked in the reader's browser, against the root that the reader's own passkey names.

const SHOTS = process.env['IG_SHOTS'];
let stack: Stack;
let browser: Browser;
let lead: Person;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), openBrowser()]);
  lead = await enrol(browser, stack, 'p-lead');
  await signIn(lead, stack);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

async function check(): Promise<string> {
  const { page } = lead;
  await page.goto(`${stack.url}/ig/log?purpose=audit`);
  await page.getByRole('button', { name: 'Use my passkey and check the log' }).click();
  await page.locator('#result h2').waitFor();
  await shot('e2e-log');
  return (await page.locator('#result').textContent()) ?? '';
}

test('the log is whole and witnessed, and the browser says so by itself', async () => {
  const told = await check();
  expect(told).toContain('The log is whole: nothing was changed, taken out or put in');
  expect(told).toMatch(/Signed by witnesses\s*demo, /);
  expect(lead.faults).toEqual([]);
}, 60_000);

test('an entry that was changed behind everybody is found, and so is a log that a forged directory vouches for', async () => {
  const { page } = lead;
  await page.route(/\/tile\/entries\//, async (route) => {
    const answer = await route.fetch();
    const body = await answer.body();
    if (body.length > 20) body[20] = (body[20] ?? 0) ^ 1;
    await route.fulfill({ response: answer, body });
  });
  expect(await check()).toContain('The log is not as it was signed');
  await page.unroute(/\/tile\/entries\//);
  expect(await check()).toContain('The log is whole');
  await page.route('**/api/directory', async (route) => {
    // Whole, also where the browser asks only whether what it has is still good.
    const { 'if-none-match': _, ...headers } = route.request().headers();
    const answer = await route.fetch({ headers });
    const body = await answer.body();
    body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1;
    await route.fulfill({ response: answer, body });
  });
  await page.goto(`${stack.url}/ig/log?purpose=audit`);
  await page.getByRole('button', { name: 'Use my passkey and check the log' }).click();
  await sees(page, page.locator('#status', { hasText: /^(?!Checking).*directory/ }));
  expect(await page.locator('#result').textContent()).toBe('');
  await page.unrouteAll({ behavior: 'wait' });
  expect(lead.faults).toEqual([]);
}, 120_000);

test('a use of break-glass comes to the desk with its picture’s number, and is reviewed there', async () => {
  const [nurse, registrar] = await Promise.all(
    ['p-lindqvist', 'p-teal', 'p-okafor'].map((id) => enrol(browser, stack, id)),
  );
  if (nurse === undefined || registrar === undefined) throw new Error('nobody enrolled');
  await signIn(nurse, stack);
  await send(nurse, { ...SENDING, picture: photos.cat.path });
  const row = (await (await nurse.page.request.get(`${stack.url}/api/inbox`)).json()) as {
    items: { id: string; case: string }[];
  };
  const [{ id, case: number } = { id: '', case: '' }] = row.items;
  await signIn(registrar, stack);
  await registrar.page.goto(`${stack.url}/#/find`);
  await registrar.page.getByRole('textbox').first().fill(number);
  await registrar.page.keyboard.press('Enter');
  await breakGlass(registrar, 'collapsed on ward four, nobody of the team answers');
  const { page } = lead;
  await page.goto(`${stack.url}/ig?purpose=audit`);
  await page
    .getByRole('row', { name: /The glass was broken/ })
    .getByRole('link', { name: id })
    .click();
  await page
    .getByRole('row', { name: /Sky Pretend.*Emergency access/ })
    .first()
    .waitFor();
  await shot('e2e-opened');
  await page.getByRole('link', { name: 'Break-glass review' }).click();
  await shot('e2e-break-glass');
  for (let waiting = await page.getByLabel('Why?').count(); waiting > 0; waiting--) {
    await page.getByLabel('What did you find?').first().selectOption('justified');
    await page.getByLabel('Why?').first().fill('the notes agree');
    await page.getByRole('button', { name: 'Record the review' }).first().click();
    await page.getByText('Justified: the notes agree').first().waitFor();
  }
  await page.getByText('Nothing waits.').waitFor();
  await page.goto(`${stack.url}/ig?purpose=audit`);
  await shot('e2e-desk');
  expect(await page.getByRole('row', { name: /The glass was broken/ }).count()).toBe(0);
  await page.goto(`${stack.url}/policy`);
  await page.getByText('In force').first().waitFor();
  await shot('e2e-policy');
}, 180_000);

async function shot(name: string): Promise<void> {
  if (SHOTS) await lead.page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}
