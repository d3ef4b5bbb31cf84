import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromiumOptions } from '@wardseal/testkit/node';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

// The guardian's page as the package publishes it, looked at by axe in every state. What it does is tested in the package.

const page = import.meta.resolve('@wardseal/crypto/guardian.html');
const ROOT = 'A'.repeat(43);
let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch(chromiumOptions());
});
afterAll(() => browser?.close());

async function faults(tab: Page): Promise<string[]> {
  const { violations } = await tab.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({
      runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
    }),
  );
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

test.each(['light', 'dark'] as const)('axe finds no fault in any state, %s', async (colorScheme) => {
  expect(existsSync(fileURLToPath(page))).toBe(true);
  // axe writes markup of its own while it works; the page's policy is tested in the package.
  const context = await browser.newContext({ colorScheme, offline: true, bypassCSP: true });
  const tab = await context.newPage();
  await tab.goto(page);
  await tab.evaluate(axe.source);
  expect(await faults(tab), 'start').toEqual([]);

  await tab.getByRole('link', { name: /^Make a seat/ }).click();
  await tab.getByRole('button', { name: 'Make the seat' }).click();
  await tab.getByText('has 43 letters').waitFor();
  expect(await faults(tab), 'an error').toEqual([]);
  await tab.getByLabel('Organisation’s root thumbprint').fill(ROOT);
  await tab.keyboard.press('Enter');
  await tab.locator('#made').waitFor();
  await tab.getByLabel('Type the code from your paper').fill((await tab.locator('#code').textContent())!);
  await tab.keyboard.press('Enter');
  await tab.locator('#confirmed').waitFor();
  expect(await faults(tab), 'a seat').toEqual([]);

  await tab.getByRole('link', { name: /^Answer a request/ }).click();
  expect(await faults(tab), 'unlocking').toEqual([]);
  // everything that a good request shows, at once
  await tab.evaluate(() => {
    for (const part of document.querySelectorAll<HTMLElement>('[hidden]')) part.hidden = false;
    for (const [id, text] of [
      ['who', 'somebody of a trust'],
      ['why', 'a ground'],
      ['log-entry', 'evt-1'],
      ['answer-error', 'This is not a sealed file.'],
    ] as const)
      document.getElementById(id)!.textContent = text;
    document.getElementById('approvers')!.append(document.createElement('li'));
    document.querySelector('details')!.open = true;
  });
  expect(await faults(tab), 'everything').toEqual([]);
  await context.close();
});

test('what can be pressed is large enough for a thumb, and the keyboard reaches the tasks first', async () => {
  const context = await browser.newContext({ viewport: { width: 360, height: 800 }, offline: true });
  const tab = await context.newPage();
  await tab.goto(page);
  await tab.keyboard.press('Tab');
  expect(await tab.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content');
  for (const name of ['Make a seat', 'Answer a request', 'Test my seat']) {
    await tab.keyboard.press('Tab');
    expect(await tab.evaluate(() => document.activeElement?.textContent)).toContain(name);
  }
  await tab.keyboard.press('Enter');
  await expect.poll(() => tab.evaluate(() => document.activeElement?.id)).toBe('unlock-h');
  await tab.evaluate(() => {
    for (const part of document.querySelectorAll<HTMLElement>('[hidden]')) part.hidden = false;
  });
  const sizes = await tab.evaluate(() =>
    [...document.querySelectorAll('button, input, textarea, summary, .choices a')].map((one) => {
      const { width, height } = one.getBoundingClientRect();
      return Math.min(width, height);
    }),
  );
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(24);
  await context.close();
});
