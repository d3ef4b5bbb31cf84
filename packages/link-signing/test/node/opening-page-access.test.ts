import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, desk, launch, type Visit, visit } from '../support/desk.js';

// Everybody can use the opening page: by keyboard, with a screen reader, on a phone, at 400% zoom (320 px of 1280).

let browser: Browser;
let service: Desk;
beforeAll(async () => {
  browser = await launch();
  service = await desk();
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
});

const PASSCODE = { binding: 'passcode', passcode: 'correct7' } as const;
const DESK = { width: 1280, height: 900 };
const PHONE = { width: 320, height: 640 };
const type = (page: Visit, text: string): Promise<void> => page.tab.getByLabel('Passcode').fill(text);

/** Every state of the page, each reached as a person reaches it. */
const STATES: Record<string, (size: { width: number; height: number }) => Promise<Visit>> = {
  ready: async (size) => visit(browser, (await service.mint(PASSCODE)).url, size),
  'wrong passcode': async (size) => {
    const page = await STATES['ready']!(size);
    await type(page, 'wrong-one');
    await page.press();
    return page;
  },
  opened: async (size) => {
    const page = await STATES['ready']!(size);
    await type(page, 'correct7');
    await page.press();
    return page;
  },
  closed: async (size) => {
    const page = await STATES['opened']!(size);
    await page.tab.getByRole('button', { name: 'Close' }).click();
    return page;
  },
  gone: (size) => visit(browser, `${service.origin}/o#${'AAAA'.repeat(19)}`, size),
  damaged: (size) => visit(browser, `${service.origin}/o#AAAA`, size),
  unanswered: async (size) => {
    const page = await STATES['ready']!(size);
    await page.context.setOffline(true);
    await type(page, 'correct7');
    await page.press();
    return page;
  },
};

interface Violation {
  readonly id: string;
  readonly nodes: readonly string[];
}

/** The page's policy lets no script of others in, so axe comes from the debugger, which it does not bind. */
const bringAxe = ({ tab }: Pick<Visit, 'tab'>): Promise<unknown> => tab.evaluate(`${axe.source}; 0`);

async function violations({ tab }: Pick<Visit, 'tab'>): Promise<Violation[]> {
  return tab.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) })))`);
}

describe('every state of the page', () => {
  for (const [name, reach] of Object.entries(STATES)) {
    it(`${name}: no violation that axe finds, nothing cut off at 320 px, one heading that has the focus or a field`, async () => {
      const page = await reach(DESK);
      expect(await page.tab.evaluate(() => document.activeElement?.matches('h1, input, button, body'))).toBe(true);
      expect(await page.tab.title()).toMatch(/ – Leeds Example Hospitals$/);
      expect(await page.heading()).not.toBe('');
      await bringAxe(page);
      for (const size of [DESK, PHONE]) {
        await page.tab.setViewportSize(size);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.tab.emulateMedia({ colorScheme });
          expect(await violations(page)).toEqual([]);
        }
        const beyond = ({ scrollWidth, clientWidth }: Element): number => scrollWidth - clientWidth;
        expect(await page.tab.locator('html').evaluate(beyond)).toBe(0);
        expect(await page.tab.locator('h1:visible').count()).toBe(1);
        for (const target of await page.tab.locator('button:visible, input:visible').all())
          expect((await target.boundingBox())!.height).toBeGreaterThanOrEqual(44);
      }
      await page.context.close();
    });
  }

  it('and the page for a changed address', async () => {
    const context = await browser.newContext({ viewport: PHONE });
    const tab = await context.newPage();
    const answer = await tab.goto(`${service.origin}/o?utm_source=mail`);
    expect(answer?.status()).toBe(404);
    await bringAxe({ tab });
    expect(await violations({ tab })).toEqual([]);
    await context.close();
  });
});

describe('a person with a keyboard alone', () => {
  it('opens and closes a link', async () => {
    const page = await STATES['ready']!(PHONE);
    expect(await page.tab.evaluate(() => document.activeElement?.id)).toBe('ready-h');
    await page.tab.keyboard.press('Tab');
    await page.tab.keyboard.type('correct7');
    await page.tab.keyboard.press('Tab');
    await page.tab.keyboard.press('Space');
    await page.tab.waitForSelector('#shown');
    expect(await page.tab.evaluate(() => document.activeElement?.id)).toBe('opened-h');
    await page.tab.keyboard.press('Tab');
    await page.tab.keyboard.press('Enter');
    expect(await page.heading()).toBe('Closed');
    await page.context.close();
  });
});

describe('a person with a screen reader', () => {
  it('hears what is going on and what went wrong', async () => {
    const page = await STATES['ready']!(PHONE);
    const field = page.tab.getByRole('textbox', { name: 'Passcode', exact: true });
    const described = async (): Promise<string> =>
      field.evaluate((one) =>
        one
          .getAttribute('aria-describedby')!
          .split(' ')
          .map((id) => document.getElementById(id)!.textContent)
          .join(' '),
      );
    expect(await described()).toMatch(/^It came another way/);
    await field.fill('wrong-one');
    await page.tab.evaluate(() => {
      const said: string[] = [];
      Object.assign(globalThis, { said });
      const watch = new MutationObserver(() => said.push(document.getElementById('open-status')!.textContent ?? ''));
      watch.observe(document.getElementById('open-status')!, { childList: true });
    });
    await page.press();
    expect(await page.tab.evaluate('said')).toContain('Opening…');
    expect(await page.tab.getByRole('alert').filter({ hasText: 'That passcode is not right' }).count()).toBe(1);
    expect(await described()).toMatch(/That passcode is not right/);
    await page.context.close();
  });
});

describe('a page without script', () => {
  it('says so, and opens nothing', async () => {
    const { url, handle } = await service.mint();
    const context = await browser.newContext({ javaScriptEnabled: false });
    const tab = await context.newPage();
    await tab.goto(url);
    expect(await tab.locator('h1:visible').allTextContents()).toEqual(['This page needs JavaScript']);
    expect(await service.used(handle)).toBe(0);
    await context.close();
  });
});

describe('a scanner that runs scripts', () => {
  it('loads the page with the whole link, waits, scrolls and moves the pointer: no use is taken', async () => {
    const { url, handle } = await service.mint();
    const scan = async (): Promise<void> => {
      const context = await browser.newContext();
      const tab = await context.newPage();
      await tab.goto(url, { waitUntil: 'networkidle' });
      await tab.mouse.move(200, 200);
      await tab.mouse.wheel(0, 500);
      await tab.waitForTimeout(2_000);
      await context.close();
    };
    await Promise.all([scan(), scan(), scan()]);
    expect(await service.used(handle)).toBe(0);
    expect(service.asked.filter((one) => one === 'POST /o/redeem').length).toBe(
      service.opened.length + service.events.filter(({ route }) => route === 'redeem').length,
    );
    const page = await visit(browser, url);
    await page.press();
    expect(await service.used(handle)).toBe(1);
    await page.context.close();
  });
});
