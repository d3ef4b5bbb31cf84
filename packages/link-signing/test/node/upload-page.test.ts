import { readFile } from 'node:fs/promises';
import { photos } from '@wardseal/testkit/node';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { verifyUploadCertificate } from '../../src/index.js';
import { launch } from '../support/desk.js';
import { ORGANISATION, type UploadService, uploadDesk } from '../support/upload-desk.js';

// The page as it is published, served by node:http, used by a patient in Chromium, with a module that really seals.

let browser: Browser;
let service: UploadService;
let picture: { name: string; mimeType: string; buffer: Buffer };
const pages: Page[] = [];

beforeAll(async () => {
  [browser, service] = [await launch(), await uploadDesk()];
  picture = { name: 'IMG_0001.png', mimeType: photos.cat.type, buffer: await readFile(photos.cat.path) };
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
});
afterEach(async () => {
  Object.assign(service.trouble, {
    failAudit: 0,
    dropAnswers: 0,
    noModule: false,
    forgedDirectory: false,
    deny: false,
  });
  service.allowUnder18 = false;
  for (const page of pages.splice(0)) await page.context().close();
});

const complaints = new WeakMap<Page, string[]>();

/** In a browser of their own, or in one that they have used before. */
async function follow(
  url: string,
  { width = 1280, height = 900, before }: { width?: number; height?: number; before?: Page } = {},
): Promise<Page> {
  const context = before?.context() ?? (await browser.newContext({ viewport: { width, height }, locale: 'en-GB' }));
  const tab = await context.newPage();
  pages.push(tab);
  const said: string[] = [];
  complaints.set(tab, said);
  tab.on('console', (message) => said.push(message.text()));
  tab.on('pageerror', (error) => said.push(String(error)));
  await tab.goto(url);
  await tab.waitForSelector('#ready:not([hidden]), #ended:not([hidden]), #check-error:not(:empty)');
  return tab;
}

const heading = async (tab: Page): Promise<string> => (await tab.locator('h1:visible').textContent()) ?? '';
const problem = async (tab: Page): Promise<string> => (await tab.locator('.problem:visible').textContent()) ?? '';

async function goOn(tab: Page, { shows = 'usual', passcode = 'correct7' } = {}): Promise<void> {
  if (shows !== '') await tab.locator(`#${shows}`).check();
  if (await tab.locator('#passcode').isVisible()) await tab.locator('#passcode').fill(passcode);
  await tab.getByRole('button', { name: 'Continue' }).click();
  await tab.waitForSelector('#taking:not([hidden]), #ended:not([hidden]), #begin-error:not(:empty)');
}

async function send(tab: Page): Promise<void> {
  if (await tab.locator('#picture').isEnabled()) await tab.locator('#picture').setInputFiles(picture);
  await press(tab);
}

async function press(tab: Page): Promise<void> {
  await tab.getByRole('button', { name: 'Send', exact: true }).click();
  await tab.waitForSelector('#sent:not([hidden]), #ended:not([hidden]), #send-error:not(:empty)');
}

/** What the team reads. */
async function opened(
  bytes: Uint8Array,
  sensitivity: string,
): Promise<{ pixels: Uint8Array; signature: Uint8Array; body: Uint8Array }> {
  const { subtle } = crypto;
  const [signature, body] = [bytes.slice(0, 64), bytes.slice(64)];
  const theirs = await subtle.importKey('raw', body.slice(0, 32), 'X25519', false, []);
  const shared = await subtle.deriveBits({ name: 'X25519', public: theirs }, service.team.privateKey, 256);
  const aes = await subtle.importKey('raw', shared, 'AES-GCM', false, ['decrypt']);
  const additionalData = new TextEncoder().encode(sensitivity);
  const pixels = await subtle.decrypt({ name: 'AES-GCM', iv: new Uint8Array(12), additionalData }, aes, body.slice(32));
  return { pixels: new Uint8Array(pixels), signature, body };
}

describe('a patient follows an upload link', () => {
  it('sees who asks, what for and until when, and nothing of the patient; and sends a picture that only the team can open', async () => {
    const { url, handle } = await service.mint({ purpose: 'referral' });
    const start = service.asked.length;
    const tab = await follow(url);
    expect(await heading(tab)).toBe('You have been asked for a picture');
    expect(await tab.locator('#ready dd').allTextContents()).toEqual([
      ORGANISATION.name,
      'so that a specialist can look at it for your referral',
      expect.stringMatching(/^\w+day,? \d+ \w+ 20\d\d at \d\d:\d\d /),
    ]);
    expect(await tab.locator('#ready').textContent()).toMatch(/not an emergency service.*999 or 112/);
    expect(tab.url()).toBe(`${service.origin}/u`);
    // Loading loads no module, makes no key and asks for the state alone.
    expect(service.asked.slice(start).filter((one) => /POST|uploader|directory/.test(one))).toEqual(['POST /u/status']);
    await goOn(tab);
    expect(await service.used(handle)).toBe(0);
    await send(tab);
    expect(await heading(tab)).toBe('Your picture has arrived');
    expect([await service.used(handle), service.events.length]).toEqual([1, 1]);
    const kept = [...service.kept.shelved.values()].at(-1)!;
    const upload = await verifyUploadCertificate(kept.facts, service.keySet, kept.at);
    expect(upload.role).toBe('patient via link');
    const { pixels, signature, body } = await opened(kept.bytes, 'usual');
    expect([...pixels.slice(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    const key = await crypto.subtle.importKey('raw', upload.key, 'Ed25519', false, ['verify']);
    expect(await crypto.subtle.verify('Ed25519', key, new Uint8Array(signature), new Uint8Array(body))).toBe(true);
    expect(Buffer.from(kept.bytes).includes(Buffer.from(pixels.slice(0, 64)))).toBe(false);
    expect(complaints.get(tab)).toEqual([]);
  });

  it('sends another one while the link allows it, and each is asked about anew', async () => {
    const { url, handle } = await service.mint({ maxUses: 2 });
    const tab = await follow(url);
    await goOn(tab);
    await send(tab);
    expect(await tab.locator('#sent-count').textContent()).toMatch(/picture 1 of 2/);
    await tab.getByRole('button', { name: 'Send another picture' }).click();
    expect(await tab.locator('input[name=shows]:checked').count()).toBe(0);
    await goOn(tab, { shows: 'intimate' });
    await send(tab);
    expect(await tab.locator('#sent-count').textContent()).toMatch(/picture 2 of 2/);
    expect(await tab.getByRole('button', { name: 'Send another picture' }).isVisible()).toBe(false);
    const kept = [...service.kept.shelved.values()].at(-1)!;
    expect([kept.facts.sensitivity, await service.used(handle)]).toEqual(['intimate', 2]);
    await tab.getByRole('button', { name: 'Finish' }).click();
    expect(await heading(tab)).toBe('Finished');
    expect(await tab.evaluate('aborted')).toBe(true);
  });

  it('loses answers and tries again: the picture arrives once', async () => {
    const { url, handle } = await service.mint({ maxUses: 3 });
    const before = service.kept.shelved.size;
    const tab = await follow(url);
    await goOn(tab);
    service.trouble.dropAnswers = 2;
    await send(tab);
    expect(await problem(tab)).toMatch(/Press Send again: the picture is not sent twice/);
    expect(await tab.locator('#picture').isDisabled()).toBe(true);
    service.advance(120);
    await press(tab);
    await press(tab);
    expect(await heading(tab)).toBe('Your picture has arrived');
    expect([await service.used(handle), service.kept.shelved.size - before]).toEqual([1, 1]);
  });

  it('is not lost when the log is down, nor when the page stood open for longer than its certificate', async () => {
    const { url, handle } = await service.mint({ maxUses: 3 });
    const tab = await follow(url);
    await goOn(tab);
    service.trouble.failAudit = 1;
    await send(tab);
    expect(await problem(tab)).toMatch(/does not answer at the moment/);
    await press(tab);
    expect([await heading(tab), await service.used(handle)]).toEqual(['Your picture has arrived', 1]);
    await tab.getByRole('button', { name: 'Send another picture' }).click();
    await goOn(tab);
    service.advance(3_700);
    await send(tab);
    expect([await heading(tab), await service.used(handle)]).toEqual(['Your picture has arrived', 2]);
  });

  it('is told when the passcode is wrong, an answer is missing, or there is no picture', async () => {
    const tab = await follow((await service.mint()).url);
    await goOn(tab, { shows: '' });
    expect(await problem(tab)).toBe('Say what the picture will show.');
    await goOn(tab, { passcode: 'wrong-one' });
    expect(await problem(tab)).toMatch(/^That passcode is not right/);
    await goOn(tab);
    await press(tab);
    expect(await problem(tab)).toBe('Take or choose a picture first.');
    await tab
      .locator('#picture')
      .setInputFiles({ name: 'letter.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF') });
    await press(tab);
    expect(await problem(tab)).toBe('That is not a picture. Choose a photo.');
    await tab.evaluate('globalThis.failSealing = 1');
    await send(tab);
    expect(await problem(tab)).toMatch(/could not be prepared on this device/);
    await press(tab);
    expect(await heading(tab)).toBe('Your picture has arrived');
  });

  it('finds a revoked, used, expired, forged link and a link to open dead, all in the same words', async () => {
    const revoked = await service.mint();
    await service.issuer.revoke({ id: revoked.id });
    const expired = await service.mint({ expires: service.now() + 5 });
    const used = await service.mint();
    const tab = await follow(used.url);
    await goOn(tab);
    await send(tab);
    service.advance(10);
    const view = await service.mint({ permissions: ['view'] });
    const forged = used.url.replace(/#(.{20})(.)/, (_, start, char) => `#${start}${char === 'x' ? 'y' : 'x'}`);
    const texts = new Set<string>();
    for (const url of [revoked.url, expired.url, used.url, view.url, forged])
      texts.add((await (await follow(url, { before: tab })).locator('#ended').textContent())!.trim());
    expect([...texts]).toEqual([expect.stringMatching(/^This link cannot be used/)]);
  });

  it('and a link without its root, or with a part lost, is not asked about', async () => {
    const { url } = await service.mint();
    const asked = service.asked.length;
    const bare = await follow(url.split('#')[0]!);
    expect(await heading(bare)).toBe('Open the link again');
    for (const one of [url.slice(0, -1), url.slice(0, url.lastIndexOf('.')), `${url}.x`, url.replace('.', '%2E')])
      if (one.startsWith(`${service.origin}/u#`))
        expect(await heading(await follow(one, { before: bare }))).toBe('This link is not complete');
    expect(service.asked.slice(asked).filter((one) => one.startsWith('POST'))).toEqual([]);
  });

  it('is stopped when the directory is not that of the root in the link: nothing is asked for or sent', async () => {
    for (const trouble of ['forgedDirectory', 'root'] as const) {
      const { url, handle } = await service.mint();
      if (trouble === 'forgedDirectory') service.trouble.forgedDirectory = true;
      const other = `${url.slice(0, -43)}${'A'.repeat(43)}`;
      const tab = await follow(trouble === 'root' ? other : url);
      const asked = service.asked.length;
      await goOn(tab);
      expect(await heading(tab)).toBe('This page could not make sure who would receive it');
      expect(service.asked.slice(asked).filter((one) => one.startsWith('POST'))).toEqual([]);
      expect(await service.used(handle)).toBe(0);
      service.trouble.forgedDirectory = false;
    }
  });

  it('is not sealed to a team of another name: the grant is the one of the link, or nothing is sealed', async () => {
    const [mine, other] = [await service.mint(), await service.mint({ recipient: new Uint8Array(32).fill(0xe9) })];
    const tab = await follow(mine.url);
    await tab.route('**/u/begin', async (route) => {
      const answer = await route.fetch();
      const { grant } = await service.issuer.inspect(other.handle);
      await route.fulfill({ json: { ...(await answer.json()), grant: Buffer.from(grant!).toString('base64url') } });
    });
    await goOn(tab);
    expect(await heading(tab)).toBe('This browser’s request was refused');
  });

  it('sends nothing when the policy says no, the part that seals is missing, or the link is taken back meanwhile', async () => {
    const { url, handle, id } = await service.mint();
    const tab = await follow(url);
    service.trouble.noModule = true;
    await goOn(tab);
    expect(await problem(tab)).toMatch(/A part of this page could not be loaded/);
    service.trouble.noModule = false;
    const again = await follow(url, { before: tab });
    await goOn(again);
    await service.issuer.revoke({ id });
    await send(again);
    expect(await heading(again)).toBe('This link cannot be used');
    const denied = await follow((await service.mint()).url, { before: tab });
    service.trouble.deny = true;
    await goOn(denied);
    expect(await heading(denied)).toBe('A picture cannot be sent now');
    expect(await service.used(handle)).toBe(0);
  });

  it('keeps handle, passcode and picture out of addresses, storage and history', async () => {
    const { url, handle } = await service.mint();
    const tab = await follow(url);
    await goOn(tab);
    await send(tab);
    expect(service.asked.join()).not.toContain(handle);
    const held = 'JSON.stringify([localStorage, sessionStorage, document.cookie, history.state, history.length])';
    expect(await tab.evaluate(held)).toBe('[{},{},"",null,2]');
    await tab.goto('about:blank');
    await tab.goBack();
    expect(await heading(tab)).toMatch(/^(Finished|Open the link again)$/);
  });
});

describe('an intimate picture of somebody under 18', () => {
  it('is answered by the face-to-face route before anything is asked for', async () => {
    const tab = await follow((await service.mint()).url);
    const before = service.asked.length;
    await goOn(tab, { shows: 'under18', passcode: '' });
    expect(await heading(tab)).toBe('Please do not take this picture');
    expect(await tab.locator('#ended').textContent()).toMatch(/face to face/);
    expect(service.asked.length).toBe(before);
  });

  it('is taken where a named clinician asked and a policy allows, both named on the page', async () => {
    service.allowUnder18 = true;
    const tab = await follow((await service.mint()).url);
    expect(await tab.locator('#under18-hint').textContent()).toBe(
      'Do not take intimate pictures of anybody under 18, unless Dr Ada Example asked for exactly this one, as the trust’s policy on pictures of children allows.',
    );
    await goOn(tab, { shows: 'under18' });
    await send(tab);
    expect(service.events.at(-1)!.sensitivity).toBe('intimate-under-18');
  });
});

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 320, height: 640 };
const STATES: Record<string, (size: typeof PHONE) => Promise<Page>> = {
  ready: async (size) => follow((await service.mint({ maxUses: 2 })).url, size),
  'wrong passcode': async (size) => {
    const tab = await STATES['ready']!(size);
    await goOn(tab, { passcode: 'wrong-one' });
    return tab;
  },
  taking: async (size) => {
    const tab = await STATES['ready']!(size);
    await goOn(tab);
    await tab.locator('#picture').setInputFiles(picture);
    return tab;
  },
  'lost answer': async (size) => {
    const tab = await STATES['taking']!(size);
    service.trouble.dropAnswers = 1;
    await press(tab);
    return tab;
  },
  sent: async (size) => {
    const tab = await STATES['taking']!(size);
    await press(tab);
    return tab;
  },
  'face to face': async (size) => {
    const tab = await STATES['ready']!(size);
    await goOn(tab, { shows: 'under18' });
    return tab;
  },
  gone: (size) => follow(`${service.origin}/u#${'AAAA'.repeat(19)}.${'A'.repeat(43)}`, size),
};

describe('every state of the page', () => {
  for (const [name, reach] of Object.entries(STATES))
    it(`${name}: no violation that axe finds, nothing cut off at 320 px, one heading, targets large enough`, async () => {
      const tab = await reach(DESK);
      expect(await tab.title()).toMatch(/ – Leeds Example Hospitals$/);
      expect(await tab.evaluate(() => document.activeElement?.matches('h1, input, button, body'))).toBe(true);
      await tab.evaluate(`${axe.source}; 0`);
      for (const [size, colorScheme] of [
        [DESK, 'light'],
        [PHONE, 'dark'],
      ] as const) {
        await tab.setViewportSize(size);
        await tab.emulateMedia({ colorScheme });
        const found = await tab.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
          violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) })))`);
        expect(found).toEqual([]);
        expect(await tab.locator('html').evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
        expect(await tab.locator('h1:visible').count()).toBe(1);
        for (const target of await tab.locator('button:visible, input:not([type=radio]):visible, .check:visible').all())
          expect((await target.boundingBox())!.height).toBeGreaterThanOrEqual(44);
      }
      await tab.context().close();
    });
});

it('a person with a keyboard alone sends a picture', async () => {
  const tab = await follow((await service.mint()).url, PHONE);
  const { keyboard } = tab;
  expect(await tab.evaluate(() => document.activeElement?.id)).toBe('ready-h');
  await keyboard.press('Tab');
  await keyboard.press('Space');
  expect(await tab.locator('#usual').isChecked()).toBe(true);
  await keyboard.press('Tab');
  await keyboard.type('correct7');
  await keyboard.press('Enter');
  await tab.waitForSelector('#taking:not([hidden])');
  expect(await tab.evaluate(() => document.activeElement?.id)).toBe('taking-h');
  await keyboard.press('Tab');
  const chooser = tab.waitForEvent('filechooser');
  await keyboard.press('Space');
  await (await chooser).setFiles(picture);
  await keyboard.press('Tab');
  await keyboard.press('Enter');
  await tab.waitForSelector('#sent:not([hidden])');
  expect(await tab.evaluate(() => document.activeElement?.id)).toBe('sent-h');
});

it('a scanner that runs scripts, waits and moves takes nothing, loads no module and learns no team', async () => {
  const { url, handle } = await service.mint();
  const before = service.asked.length;
  const scan = async (): Promise<void> => {
    const context = await browser.newContext();
    const tab = await context.newPage();
    await tab.goto(url, { waitUntil: 'networkidle' });
    await tab.mouse.move(200, 200);
    await tab.mouse.wheel(0, 500);
    await tab.waitForTimeout(1_000);
    await context.close();
  };
  await Promise.all([scan(), scan()]);
  const asked = service.asked.slice(before);
  expect(asked.filter((one) => /begin|file|uploader|directory/.test(one))).toEqual([]);
  expect(await service.used(handle)).toBe(0);
});

it('a page without script says so', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const tab = await context.newPage();
  await tab.goto((await service.mint()).url);
  expect(await tab.locator('h1:visible').allTextContents()).toEqual(['This page needs JavaScript']);
  await context.close();
});

it('the bytes of the picture are in no request', () => {
  for (const { bytes } of service.kept.shelved.values())
    for (const part of [picture.buffer.subarray(0, 16), picture.buffer.subarray(20_000, 20_016)])
      expect(Buffer.from(bytes).includes(part)).toBe(false);
  expect(service.kept.shelved.size).toBeGreaterThan(5);
});
