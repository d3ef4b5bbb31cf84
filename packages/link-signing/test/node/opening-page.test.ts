import { seededRandom } from '@wardseal/testkit';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ProofFacts } from '../../src/handler.js';
import { createProof, holderKey, keyThumbprint } from '../../src/index.js';
import { type Desk, desk, FILE, launch, ORGANISATION, type Visit, visit } from '../support/desk.js';

// The page as it is published, served by node:http, used by a person in Chromium.

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

const hexOf = (data: Uint8Array): string => Buffer.from(data).toString('hex');
const shown = async ({ tab }: Visit) => JSON.parse((await tab.locator('#shown').textContent())!);

describe('a person opens a link', () => {
  it('sees who sent it and until when it opens, and nothing is taken until the button is pressed', async () => {
    const { url, key, handle } = await service.mint({ maxUses: 3 });
    const page = await follow(url);
    expect(await page.heading()).toBe('You have been sent a secure link');
    expect(await page.tab.locator('#ready dd').allTextContents()).toEqual([
      ORGANISATION.name,
      expect.stringMatching(/^\w+day,? \d+ \w+ 20\d\d at \d\d:\d\d /),
    ]);
    expect(page.tab.url()).toBe(`${service.origin}/o`);
    expect(await service.used(handle)).toBe(0);
    await page.press();
    expect(await shown(page)).toEqual({
      key: hexOf(key),
      status: 206,
      first: hexOf(FILE.slice(0, 4)),
      purpose: 'referral',
      grant: expect.any(Number),
      obligations: [{ kind: 'watermark' }],
      use: 1,
      of: 3,
    });
    expect(await page.heading()).toBe(`From ${ORGANISATION.name}`);
    expect(await service.used(handle)).toBe(1);
    expect(page.complaints).toEqual([]);
  });

  it('sends no secret anywhere, and no handle but in the body of a POST', async () => {
    const { url, handle } = await service.mint();
    const secret = url.split('.').at(-1)!;
    const context = await browser.newContext();
    const tab = await context.newPage();
    const sent: string[] = [];
    tab.on('request', (request) => {
      sent.push(`${request.url()} ${JSON.stringify(request.headers())}`);
      expect(request.postData() ?? '').not.toContain(secret);
    });
    await tab.goto(url);
    await tab.getByRole('button', { name: 'Open', exact: true }).click();
    await tab.waitForSelector('#shown');
    // Playwright tells the fragment of the first navigation, which no server sees.
    const told = sent.slice(1).join();
    expect(sent.length).toBeGreaterThanOrEqual(6);
    expect(told).not.toContain(secret);
    expect(told).not.toContain(handle);
    expect(service.asked.join()).not.toContain(handle);
    expect(await tab.evaluate(() => history.length)).toBe(2);
    expect(
      await tab.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie, history.state])),
    ).toBe('[{},{},"",null]');
    await context.close();
  });

  it('opens once with a double click, with Enter and with two Enters', async () => {
    let before: Visit | undefined;
    for (const act of [
      (page: Visit) => page.tab.getByRole('button', { name: 'Open', exact: true }).dblclick(),
      (page: Visit) => page.tab.getByRole('button', { name: 'Open', exact: true }).press('Enter'),
      async ({ tab }: Visit) => {
        await tab.getByRole('button', { name: 'Open', exact: true }).focus();
        await tab.evaluate(() => {
          const form = document.querySelector<HTMLFormElement>('#open-form')!;
          for (let i = 0; i < 5; i++) form.requestSubmit();
        });
      },
    ]) {
      const { url, handle } = await service.mint({ maxUses: 9 });
      const page = await follow(url, before);
      before = page;
      await act(page);
      await page.tab.waitForSelector('#shown');
      await page.tab.waitForTimeout(200);
      expect(await service.used(handle)).toBe(1);
      expect(await page.tab.evaluate('tries')).toBe(1);
    }
  });

  it('finds an opened, expired, revoked or unknown link dead, all in the same words', async () => {
    const opened = await service.mint();
    const first = await follow(opened.url);
    await first.press();
    const revoked = await service.mint();
    await service.issuer.revoke({ id: revoked.id });
    const expired = await service.mint({ expires: service.now() + 60 });
    service.advance(61);
    const unknown = await service.mint();
    const forged = unknown.url.replace(/#(.{20})(.)/, (_, start, char) => `#${start}${char === 'x' ? 'y' : 'x'}`);
    const texts = new Set<string>();
    for (const url of [opened.url, revoked.url, expired.url, forged]) {
      const page = await follow(url, first);
      texts.add((await page.tab.locator('#ended').allInnerTexts()).join().replaceAll(/\s+/g, ' '));
    }
    expect([...texts]).toEqual([
      'This link cannot be opened It may have expired, been used as often as it allows, or been taken back. For safety this page cannot say which. Ask whoever sent it for a new one.',
    ]);
  });

  it('is told so when the link was taken back while the page stood open', async () => {
    const { url, id } = await service.mint();
    const page = await follow(url);
    await service.issuer.revoke({ id });
    await page.press();
    expect(await page.heading()).toBe('This link cannot be opened');
  });

  it('is told so when the link is damaged or missing, without anything being asked', async () => {
    const { url } = await service.mint();
    const before = service.asked.length;
    const cut = await follow(url.slice(0, -1));
    expect(await cut.heading()).toBe('This link is not complete');
    expect(await (await follow(url.replace(/\.(?=[^.]*$)/, '%2E'), cut)).heading()).toBe('This link is not complete');
    expect(await (await follow(url.split('#')[0]!, cut)).heading()).toBe('Open the link again');
    expect(service.asked.slice(before).filter((one) => one.startsWith('POST'))).toEqual([]);
  });

  it('does not open half a link: without its secret no use is taken', async () => {
    const { url, handle } = await service.mint();
    const page = await follow(url.slice(0, url.lastIndexOf('.')));
    expect(await page.heading()).toBe('This link is not complete');
    expect(await service.used(handle)).toBe(0);
  });

  it('starts over with another link pasted into the same tab', async () => {
    const first = await service.mint();
    const second = await service.mint();
    const page = await follow(first.url);
    await page.tab.evaluate((url) => location.assign(url), second.url);
    await page.tab.waitForURL(`${service.origin}/o`);
    await page.tab.waitForSelector('#ready:not([hidden])');
    await page.press();
    expect((await shown(page)).key).toBe(hexOf(second.key));
    expect([await service.used(first.handle), await service.used(second.handle)]).toEqual([0, 1]);
  });

  it('is told so when the policy says no, and no use is taken', async () => {
    const { url, handle } = await service.mint();
    const page = await follow(url);
    service.trouble.deny = true;
    await page.press();
    expect(await page.heading()).toBe('This may not be opened now');
    expect(await service.used(handle)).toBe(0);
  });

  it('opens a link bound to a key with a proof of it, also when the page stood open for long', async () => {
    const pair = await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']);
    const key = await holderKey(pair as CryptoKeyPair);
    const nonces: string[] = [];
    for (const minutes of [0, 20]) {
      const link = await service.mint({ binding: 'holder-of-key', recipientKey: keyThumbprint(key.publicKey) });
      const context = await browser.newContext();
      const tab = await context.newPage();
      await tab.exposeFunction('proveWith', ({ method, url, token, nonce }: ProofFacts) => {
        nonces.push(nonce!);
        return createProof({ key, method, url, token, nonce: nonce!, now: service.now() });
      });
      await tab.goto(link.url);
      await tab.waitForSelector('#ready:not([hidden])');
      service.advance(minutes * 60);
      await tab.getByRole('button', { name: 'Open', exact: true }).click();
      expect(JSON.parse((await tab.locator('#shown').textContent())!).key).toBe(hexOf(link.key));
      expect(await service.used(link.handle)).toBe(1);
      await context.close();
    }
    // Opened at once with the first; after twenty minutes the one that the page had is over, and it takes another.
    expect([nonces.length, nonces[1] === nonces[2]]).toEqual([3, false]);
  });

  it('cannot open a link bound to a key here: the app gave no way to prove one', async () => {
    const { url, handle } = await service.mint({
      binding: 'passkey',
      recipientKey: seededRandom('reader')(32),
    });
    const page = await follow(url);
    await page.press();
    expect(await page.heading()).toBe('This link is for one person’s own device');
    expect(await service.used(handle)).toBe(0);
  });
});
