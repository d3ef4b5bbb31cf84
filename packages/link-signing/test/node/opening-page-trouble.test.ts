import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, desk, launch, type Visit, visit } from '../support/desk.js';

// Passcodes, what does not work, and what is left behind: the published page in Chromium.

let browser: Browser;
let service: Desk;
const visits: Visit[] = [];

beforeAll(async () => {
  browser = await launch();
  service = await desk();
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
});
afterEach(async () => {
  Object.assign(service.trouble, {
    failAudit: 0,
    noFile: false,
    deny: false,
    noOpener: false,
  });
  for (const { context } of visits.splice(0)) await context.close();
});

async function follow(url: string, before?: Visit): Promise<Visit> {
  const one = await visit(browser, url, { ...(before && { before }) });
  visits.push(one);
  return one;
}

/** The next request to open arrives, and its answer does not. */
async function loseAnswer({ tab }: Visit): Promise<void> {
  await tab.route(
    '**/o/redeem',
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    { times: 1 },
  );
}

const hexOf = (data: Uint8Array): string => Buffer.from(data).toString('hex');
const shown = async ({ tab }: Visit) => JSON.parse((await tab.locator('#shown').textContent())!);

describe('a passcode', () => {
  const passcode = 'correct7';

  it('is asked for, may be typed with blanks, and opens', async () => {
    const { url, key } = await service.mint({ binding: 'passcode', passcode });
    const page = await follow(url);
    await page.press();
    expect(await page.problem()).toBe('Enter the passcode. It has at least six characters.');
    await page.tab.getByLabel('Passcode').fill(' corr ect7 ');
    await page.press();
    expect((await shown(page)).key).toBe(hexOf(key));
    expect(page.complaints).toEqual([]);
  });

  it('is not kept by the browser when the page is left before it was used', async () => {
    const page = await follow((await service.mint({ binding: 'passcode', passcode })).url);
    await page.tab.getByLabel('Passcode').fill(passcode);
    await page.tab.goto(`${service.origin}/opener.js`);
    await page.tab.goBack();
    await page.tab.waitForSelector('#ready:not([hidden]), #ended:not([hidden])');
    expect(await page.tab.locator('#passcode').inputValue()).toBe('');
  });

  it('that is wrong is said at its field, tells no count, and can be put right', async () => {
    const { url } = await service.mint({ binding: 'passcode', passcode });
    const page = await follow(url);
    const field = page.tab.getByLabel('Passcode');
    for (const wrong of ['wrong-1', 'wrong-2']) {
      await field.fill(wrong);
      await page.press();
      expect(await page.problem()).toMatch(/^That passcode is not right\./);
      expect(await page.problem()).not.toMatch(/\d/);
      expect(await field.getAttribute('aria-invalid')).toBe('true');
      expect(await field.evaluate((one) => one === document.activeElement)).toBe(true);
    }
    await field.fill(passcode);
    await field.press('Enter');
    await page.tab.waitForSelector('#shown');
    expect(service.events.filter(({ code }) => code === 'PASSCODE_REFUSED').map(({ failures }) => failures)).toEqual([
      1, 2,
    ]);
  });

  it('that was guessed five times locks the link, which then looks like any dead one', async () => {
    const { url } = await service.mint({ binding: 'passcode', passcode });
    const page = await follow(url);
    for (let i = 0; i < 5; i++) {
      await page.tab.getByLabel('Passcode').fill(`wrong-${i}`);
      await page.press();
    }
    await page.tab.getByLabel('Passcode').fill(passcode);
    await page.press();
    expect(await page.heading()).toBe('This link cannot be opened');
    expect(service.events.at(-1)).toMatchObject({ code: 'LINK_GONE', reason: 'locked', status: 404 });
  });
});

describe('when something does not work', () => {
  it('a lost answer, asked for again, is the same opening', async () => {
    let before: Visit | undefined;
    for (const maxUses of [1, 3]) {
      const { url, handle, key } = await service.mint({ maxUses });
      const page = await follow(url, before);
      before = page;
      await loseAnswer(page);
      await page.press();
      expect(await page.problem()).toMatch(/^The connection was lost before an answer came/);
      expect(await service.used(handle)).toBe(1);
      await page.press();
      expect(await shown(page)).toMatchObject({ key: hexOf(key), use: 1, of: maxUses });
      expect(await service.used(handle)).toBe(1);
    }
  });

  it('a lost answer asked for after the minute is a new opening where the link has one left, and over where it has none', async () => {
    let before: Visit | undefined;
    for (const maxUses of [1, 2]) {
      const { url, handle } = await service.mint({ maxUses });
      const page = await follow(url, before);
      before = page;
      await loseAnswer(page);
      await page.press();
      service.advance(61);
      await page.press();
      expect(await service.used(handle)).toBe(maxUses);
      if (maxUses === 1) expect(await page.heading()).toBe('This link cannot be opened');
      else expect((await shown(page)).use).toBe(2);
    }
  });

  it('a log that is down releases nothing, and the second press is the same opening', async () => {
    const { url, handle } = await service.mint({ maxUses: 2 });
    const page = await follow(url);
    service.trouble.failAudit = 1;
    await page.press();
    expect(await page.problem()).toMatch(/^The service cannot open it at the moment/);
    await page.press();
    expect((await shown(page)).use).toBe(1);
    expect(await service.used(handle)).toBe(1);
    expect(service.events.at(-1)).toMatchObject({ type: 'link.failed', code: 'AUDIT_FAILED', status: 503 });
  });

  it('offline nothing is sent, and it is said', async () => {
    const { url, handle } = await service.mint();
    const page = await follow(url);
    await page.context.setOffline(true);
    await page.press();
    expect(await page.problem()).toBe(
      'This device is not connected. Connect it, then try again. Nothing has been opened.',
    );
    await page.context.setOffline(false);
    await page.press();
    expect((await shown(page)).use).toBe(1);
    expect(await service.used(handle)).toBe(1);
  });

  it('the service can be asked again about the link when it did not answer', async () => {
    const { url } = await service.mint();
    const context = await browser.newContext();
    const tab = await context.newPage();
    let fail = true;
    await tab.route('**/o/status', (route) => (fail ? route.abort() : route.continue()));
    await tab.goto(url);
    await tab.waitForSelector('#check-error:not(:empty)');
    expect(await tab.locator('#check-error').textContent()).toMatch(/Nothing has been opened\.$/);
    fail = false;
    await tab.getByRole('button', { name: 'Try again' }).click();
    await tab.waitForSelector('#ready:not([hidden])');
    await context.close();
  });

  it('an opener that cannot be loaded, and a file that is not there, cost no use', async () => {
    const { url, handle } = await service.mint();
    const page = await follow(url);
    service.trouble.noOpener = true;
    await page.press();
    expect(await page.problem()).toMatch(/^A part of this page could not be loaded/);
    service.trouble.noOpener = false;
    service.trouble.noFile = true;
    await page.press();
    expect(await page.problem()).toMatch(/^The service cannot open it at the moment/);
    expect(await service.used(handle)).toBe(0);
    service.trouble.noFile = false;
    await page.press();
    expect((await shown(page)).use).toBe(1);
  });

  it('what could not be shown is shown again without another opening', async () => {
    const { url, handle } = await service.mint({ maxUses: 2 });
    const page = await follow(url);
    await page.tab.evaluate('globalThis.failOpener = 1');
    await page.press();
    expect(await page.problem()).toMatch(/^It was opened but could not be shown/);
    await page.tab.getByRole('button', { name: 'Try again' }).click();
    await page.tab.waitForSelector('#shown');
    expect(await service.used(handle)).toBe(1);
  });
});

describe('what was opened', () => {
  it('is gone after Close, also for going back, and the page does not open it again', async () => {
    const { url, handle } = await service.mint({ maxUses: 3 });
    const page = await follow(url);
    await page.press();
    await page.tab.getByRole('button', { name: 'Close' }).click();
    expect(await page.heading()).toBe('Closed');
    expect(await page.tab.locator('#shown').count()).toBe(0);
    expect(await page.tab.evaluate('aborted')).toBe(true);
    await page.tab.reload();
    expect(await page.heading()).toBe('Open the link again');
    expect(await service.used(handle)).toBe(1);
  });

  it('is not there when the page is left and come back to', async () => {
    const { url, handle } = await service.mint({ maxUses: 3 });
    const page = await follow(url);
    await page.press();
    await page.tab.goto(`${service.origin}/o?elsewhere`);
    await page.tab.goBack();
    await page.tab.waitForSelector('#ended:not([hidden])');
    expect(await page.tab.locator('#shown').count()).toBe(0);
    expect(await service.used(handle)).toBe(1);
  });

  it('is wiped before a page is kept for going back (bfcache)', async () => {
    const { url } = await service.mint();
    const page = await follow(url);
    await page.press();
    await page.tab.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
    expect(await page.heading()).toBe('Closed');
    expect(await page.tab.locator('#shown').count()).toBe(0);
  });

  it('does not print', async () => {
    const { url } = await service.mint();
    const page = await follow(url);
    await page.press();
    await page.tab.emulateMedia({ media: 'print' });
    expect(await page.tab.locator('html').evaluate((one) => getComputedStyle(one).display)).toBe('none');
  });
});
