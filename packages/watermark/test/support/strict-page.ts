// A page under a strict policy, with the built package beside it: nothing inline, no eval, no blob, Trusted Types.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Page } from 'playwright-core';

const POLICY =
  "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; img-src data:; media-src blob:; " +
  "require-trusted-types-for 'script'; trusted-types wardseal";

const dist = new URL('../../dist/', import.meta.url);

function browserPath(): string {
  const paths = [
    process.env['CHROMIUM_PATH'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  const found = paths.find((path) => path !== undefined && existsSync(path));
  if (found === undefined) throw new Error('no Chromium: set CHROMIUM_PATH');
  return found;
}

/**
 * Opens the page with one script, and `/dist/` and `routes` on the same origin, and closes all of it after `use`.
 * `faults` gathers violations of the policy, console errors and failed requests.
 */
export async function withStrictPage<T>(
  script: URL,
  use: (page: Page, faults: string[]) => Promise<T>,
  routes: Readonly<Record<string, Uint8Array>> = {},
): Promise<T> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    const send = (type: string, body: string | Uint8Array): void => {
      response.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY }).end(body);
    };
    if (pathname === '/') {
      return send('text/html', '<!doctype html><title>page</title><script type="module" src="/main.js"></script>');
    }
    if (pathname === '/main.js') return send('text/javascript', readFileSync(script));
    const bytes = routes[pathname];
    if (bytes !== undefined)
      return send(pathname.endsWith('.js') ? 'text/javascript' : 'application/octet-stream', bytes);
    const file = new URL(`.${pathname.replace(/^\/dist/, '')}`, dist);
    if (pathname.startsWith('/dist/') && file.href.startsWith(dist.href) && existsSync(file)) {
      return send('text/javascript', readFileSync(file));
    }
    response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const browser = await chromium.launch({ executablePath: browserPath(), args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('requestfailed', (request) => faults.push(`${request.url()} failed`));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction('globalThis.ready === true');
    return await use(page, faults);
  } finally {
    await browser.close();
    server.close();
  }
}
