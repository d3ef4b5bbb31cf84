import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromiumOptions } from '@wardseal/testkit/node';
import { build } from 'esbuild';
import { type BrowserContext, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type * as Api from '../../src/index.js';
import type * as KeyStoreApi from '../../src/keystore/index.js';

// What no test inside a page can show: keys outlive the browser itself, under a policy that allows no script but the site's.

const POLICY = "default-src 'none'; script-src 'self'; require-trusted-types-for 'script'";

type Site = typeof Api & typeof KeyStoreApi;
declare const site: Site;

let server: Server;
let profile: string;
beforeAll(async () => {
  const entry = ['index.ts', 'keystore/index.ts'].map((name) =>
    fileURLToPath(new URL(`../../src/${name}`, import.meta.url)),
  );
  const { outputFiles } = await build({
    stdin: {
      contents: `import * as api from ${JSON.stringify(entry[0])}; import * as keys from ${JSON.stringify(entry[1])};
        globalThis.site = { ...api, ...keys };`,
      resolveDir: fileURLToPath(new URL('../..', import.meta.url)),
    },
    bundle: true,
    splitting: true,
    write: false,
    outdir: '/',
    format: 'esm',
    platform: 'browser',
    logLevel: 'error',
  });
  const scripts = new Map(outputFiles.map((file) => [file.path, file.contents]));
  server = createServer((request, response) => {
    const script = scripts.get(request.url ?? '');
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    response.setHeader('content-security-policy', POLICY);
    response.end(script ?? '<!doctype html><title>keys</title><script type="module" src="/stdin.js"></script>');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  profile = mkdtempSync(join(tmpdir(), 'wardseal-keys-'));
});
afterAll(() => {
  server.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

/** One run of the browser, from start to end. */
async function inBrowser<T>(act: (page: Awaited<ReturnType<BrowserContext['newPage']>>) => Promise<T>): Promise<T> {
  const context = await chromium.launchPersistentContext(profile, chromiumOptions());
  try {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction('globalThis.site !== undefined');
    return await act(page);
  } finally {
    await context.close();
  }
}

it('keys outlive the page and the browser, and open and sign afterwards', async () => {
  const stored = await inBrowser((page) =>
    page.evaluate(async () => {
      const { identity, recipient } = await site.generateIdentity();
      const signing = await site.generateSigningKey();
      const entry = {
        person: 'p',
        organisation: 'o',
        recipient,
        signingKey: signing.publicKey,
        validFrom: 0,
        validTo: 2 ** 40,
      };
      const { bytes } = await site.seal(new Uint8Array(70_000).fill(7), {
        directory: 'unverified',
        recipients: [entry],
        sender: { keys: signing, entry },
        mediaType: 'image/jpeg',
        case: 'c',
        labels: {},
      });
      const { kept } = await (await site.openKeyStore('pictures')).put('me', { identity, signing });
      return { kept, entry, file: [...bytes] };
    }),
  );
  expect(stored.kept).toBe('non-extractable');

  const found = await inBrowser(async (page) => {
    const use = () =>
      page.evaluate(async ({ entry, file }) => {
        const keys = await (await site.openKeyStore('pictures')).get('me');
        if (keys === null) return null;
        const reading = { identities: [keys.identity], resolveSender: () => entry };
        const opened = await site.open(Uint8Array.from(file), reading);
        const sent = await site.seal(new Uint8Array(3), {
          directory: 'unverified',
          recipients: [entry],
          sender: { keys: keys.signing, entry },
          mediaType: 'image/jpeg',
          case: 'c',
          labels: {},
        });
        const back = await site.open(sent.bytes, reading);
        return [
          keys.kept,
          opened.plaintext.length,
          opened.plaintext.every((byte) => byte === 7),
          back.plaintext.length,
        ];
      }, stored);
    const first = await use();
    await page.reload();
    await page.waitForFunction('globalThis.site !== undefined');
    return [first, await use()];
  });
  const works = ['non-extractable', 70_000, true, 3];
  expect(found).toEqual([works, works]);
});
