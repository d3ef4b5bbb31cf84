// The same file sealed in Chromium by ours and by typage, in one page, in turns. Each call crosses from Node into the page
// and back (about a millisecond), which both pay and the faster one feels more.
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { compare } from '@wardseal/testkit/node';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const MEGABYTES = 5;

const bundle = await build({
  entryPoints: [fileURLToPath(new URL('page/seal.js', import.meta.url))],
  bundle: true,
  splitting: true,
  write: false,
  outdir: '/',
  format: 'esm',
  platform: 'browser',
  minify: true,
});
const scripts = new Map(bundle.outputFiles.map((file) => [file.path, file.contents]));

// A page of the loopback is a secure context: only there is WebCrypto.
const server = createServer((request, response) => {
  const script = scripts.get(request.url ?? '');
  response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
  response.end(script ?? '<!doctype html><title>bench</title><script type="module" src="/seal.js"></script>');
});
await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));

const executablePath = process.env['CHROMIUM_PATH'] || '/usr/bin/chromium';
if (!existsSync(executablePath)) throw new Error('no Chromium: set CHROMIUM_PATH');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.waitForFunction('globalThis.bench !== undefined');
  const inPage = (job: string) => () => page.evaluate(`bench.run(${JSON.stringify(job)})`);
  const about = {
    unit: 'MB',
    perCall: MEGABYTES,
    baseline: 'typage',
    notes: (await page.evaluate('bench.where()')) as string,
  };
  for (const kind of ['pq', 'classic']) {
    await page.evaluate(`bench.prepare(${JSON.stringify(kind)}, ${MEGABYTES})`);
    await compare(
      `Chromium: seal ${MEGABYTES} MB, ${kind}: ours also hashes a tree and signs`,
      { ours: inPage('seal'), typage: inPage('typageEncrypt') },
      { ...about, out: `chromium-seal-${kind}` },
    );
    await compare(
      `Chromium: open ${MEGABYTES} MB, ${kind}: ours also checks tree and signature`,
      { ours: inPage('open'), typage: inPage('typageDecrypt') },
      { ...about, out: `chromium-open-${kind}` },
    );
  }
} finally {
  await browser.close();
  server.close();
}
