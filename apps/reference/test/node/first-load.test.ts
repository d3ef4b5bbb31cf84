import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../support/browser.js';
import { type Stack, startStack } from '../support/stack.js';

// What somebody on a slow ward network waits for before they can press "Sign in".

const BUDGET_KB = 80;
let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack?.stop());

test(`the sign-in page comes in at most ${BUDGET_KB} kB, from our own host alone`, async () => {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Network.enable');
    const bytes = new Map<string, number>();
    const urls = new Map<string, string>();
    cdp.on('Network.requestWillBeSent', ({ requestId, request }) => void urls.set(requestId, request.url));
    cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const url = urls.get(requestId);
      if (url !== undefined) bytes.set(url, encodedDataLength);
    });
    await page.goto(stack.url);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor();
    await page.waitForLoadState('networkidle');
    // Head and body, as they came over the wire.
    const total = [...bytes.values()].reduce((sum, each) => sum + each, 0) / 1000;
    process.stdout.write(`first load: ${total.toFixed(1)} kB in ${bytes.size} answers (${BUDGET_KB} kB allowed)\n`);
    expect([...urls.values()].filter((url) => new URL(url).origin !== stack.url && !url.startsWith('data:'))).toEqual(
      [],
    );
    for (const kind of ['.css', '.js']) expect([...bytes.keys()].some((url) => url.endsWith(kind))).toBe(true);
    expect(total).toBeLessThanOrEqual(BUDGET_KB);
  } finally {
    await browser.close();
  }
});
