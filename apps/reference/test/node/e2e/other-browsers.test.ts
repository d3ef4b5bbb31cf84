import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ed25519PublicKey, ed25519Sign, x25519PublicKey, x25519Shared } from '@wardseal/primitives';
import { photos } from '@wardseal/testkit/node';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enrol, openBrowser, type Person, SENDING, signIn } from '../../support/browser.js';
import { firefox, type OtherBrowser, webkit } from '../../support/other-browsers.js';
import { type Stack, startStack } from '../../support/stack.js';
import { type WithSession, withSession } from '../../support/with-session.js';

// Browsers without a virtual authenticator: the session was begun in Chromium, the keys are unlocked by the recovery code.

let stack: Stack;
let chromium: Browser;
let nurse: Person;
let session: WithSession;

beforeAll(async () => {
  [stack, chromium] = await Promise.all([startStack(), openBrowser()]);
  await enrol(chromium, stack, 'p-okafor');
  nurse = await enrol(chromium, stack, 'p-lindqvist');
  await signIn(nurse, stack);
  const [cookie] = (await nurse.context.cookies()).filter(({ name }) => name === '__Host-session');
  session = await withSession(stack.url, `__Host-session=${cookie!.value}`);
});
afterAll(async () => {
  await session?.close();
  await chromium?.close();
  await stack?.stop();
});

/** Hands in the page, by the names that people read. */
const HANDS = `
  const wait = async (find, what) => {
    for (let i = 0; i < 300; i++) {
      const found = find();
      if (found) return found;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(what + ' is not there, but: ' + document.querySelector('main').innerText.slice(-1500));
  };
  const textOf = (one) => one.textContent.replace(/\\s+/g, ' ').trim();
  const press = async (name) =>
    (await wait(() => [...document.querySelectorAll('button')].find((one) => textOf(one) === name && !one.disabled), name)).click();
  const field = (name) =>
    wait(() => {
      const label = [...document.querySelectorAll('label')].find((one) => textOf(one).startsWith(name));
      return label && document.getElementById(label.htmlFor);
    }, name);
  const change = (input) => {
    input.dispatchEvent(new Event('input', { bubbles: true }));
    input.dispatchEvent(new Event('change', { bubbles: true }));
  };
  const fill = async (name, value) => {
    const input = await field(name);
    input.value = value;
    change(input);
  };
  const choose = async (name, begin) => {
    const select = await field(name);
    const option = [...select.options].find((one) => one.textContent.startsWith(begin) || one.value === begin);
    select.value = option.value;
    change(select);
  };
  const shows = (pattern) => wait(() => document.body.innerText.match(pattern), String(pattern));
`;

function pin(): string {
  // What the passkey would have told: organisation, person, and the root's thumbprint, which the enrolment link carries.
  const [, organisation, person, , rootThumbprint] = new URL(stack.links.get('p-lindqvist')!).hash.split('.');
  return JSON.stringify({ organisation, person, rootThumbprint });
}

/** An empty page, beside it our primitives as a browser loads them. */
async function servePrimitives(): Promise<{ url: string; server: Server }> {
  const stdin = { contents: "export * from '@wardseal/primitives';", resolveDir: import.meta.dirname };
  const { outputFiles } = await build({ stdin, bundle: true, write: false, format: 'esm', platform: 'browser' });
  const server = createServer(({ url }, answer) => {
    const script = url === '/primitives.js';
    answer.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    answer.end(script ? outputFiles[0]!.text : '<!doctype html><title>primitives</title>');
  }).listen(0, 'localhost');
  await once(server, 'listening');
  return { url: `http://localhost:${(server.address() as AddressInfo).port}/`, server };
}

describe.each([
  ['Firefox', firefox],
  ['WebKit', webkit],
])('%s', (_, start) => {
  // One secret in 256, and WebKitGTK's WebCrypto imports none of them.
  test('takes keys that begin with a zero byte, and does with them as Node does', async () => {
    const page = await servePrimitives();
    const browser = await start();
    try {
      await browser.goto(page.url);
      const secret = new Uint8Array(32).fill(7).fill(0, 0, 1);
      const other = await x25519PublicKey(new Uint8Array(32).fill(9));
      const found = await browser.run(`
        const { ed25519PublicKey, ed25519Sign, x25519PublicKey, x25519Shared } = await import('/primitives.js');
        const secret = new Uint8Array(32).fill(7).fill(0, 0, 1);
        const other = await x25519PublicKey(new Uint8Array(32).fill(9));
        const made = [await x25519PublicKey(secret), await x25519Shared(secret, other), await ed25519PublicKey(secret), await ed25519Sign(secret, secret)];
        return made.map((bytes) => [...bytes]);
      `);
      const made = [
        await x25519PublicKey(secret),
        await x25519Shared(secret, other),
        await ed25519PublicKey(secret),
        await ed25519Sign(secret, secret),
      ];
      expect(found).toEqual(made.map((bytes) => [...bytes!]));
    } finally {
      await browser.close();
      page.server.close();
    }
  });

  test('unlocks by the recovery code, seals a picture and opens it again', async () => {
    const browser: OtherBrowser = await start();
    try {
      await browser.goto(new URL('/policy?organisation=ZZZ01', session.url).href);
      await browser.run(`sessionStorage.setItem('wardseal.pin', ${JSON.stringify(pin())});`);
      await browser.goto(session.url);
      await browser.run(`${HANDS}
        await press('Use your recovery code');
        await fill('Recovery code', ${JSON.stringify(nurse.recoveryCode)});
        await press('Unlock');
        await shows(/Inbox/);
      `);
      const picture = (await readFile(photos.fundus.path)).toString('base64');
      const sent = await browser.run<string>(`${HANDS}
        await press('New picture');
        await choose('Send to', ${JSON.stringify(SENDING.to)});
        await fill('NHS or CHI number', ${JSON.stringify(SENDING.number)});
        await fill("Patient's name", ${JSON.stringify(SENDING.name)});
        await fill('Date of birth', ${JSON.stringify(SENDING.born)});
        await choose('Body site', ${JSON.stringify(SENDING.site)});
        (await field('Left')).click();
        (await field('Patient, spoken')).click();
        const bytes = Uint8Array.from(atob(${JSON.stringify(picture)}), (letter) => letter.charCodeAt(0));
        const files = new DataTransfer();
        files.items.add(new File([bytes], 'picture.jpg', { type: 'image/jpeg' }));
        const input = await field('Choose a picture');
        input.files = files.files;
        change(input);
        await fill('Message', ${JSON.stringify(SENDING.message)});
        await shows(/The picture is ready/);
        await press('Seal and send');
        return (await shows(/^Sent.*$/m))[0];
      `);
      expect(sent).toMatch(/^Sent/);

      const shown = await browser.run<{ width: number; height: number; grey: boolean; text: string }>(`${HANDS}
        location.hash = '#/';
        await press('Open');
        const canvas = await wait(() => document.querySelector('canvas[aria-label="Clinical picture"]'), 'the picture');
        await shows(/entry \\d+/);
        const { width, height } = canvas;
        const { data } = canvas.getContext('2d').getImageData(width / 2, height / 2, 1, 1);
        return { width, height, grey: data[0] === data[1] && data[1] === data[2], text: document.body.innerText };
      `);
      // The retina, 1411 pixels wide, in its border; red in the middle, so it was drawn.
      expect(shown.width).toBe(1411);
      expect(shown.height).toBeGreaterThan(1411);
      expect(shown.grey).toBe(false);
      expect(shown.text).toContain(SENDING.name);
    } finally {
      await browser.close();
    }
  });
});
