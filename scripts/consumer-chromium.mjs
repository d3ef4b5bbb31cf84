// Every browser entry as native ES modules in a real Chromium: an import map, a strict CSP with Trusted Types, and
// nothing bundled. Passes only without a violation, a console error or a failed request.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { relative, sep } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { chromiumPath } from './components.mjs';

/** The import map of everything reachable: esbuild walks it as a browser would resolve it, and bundles nothing. */
async function importMap(folder, entries) {
  const { metafile } = await build({
    stdin: { contents: entries.map(({ specifier }) => `import '${specifier}';`).join('\n'), resolveDir: folder },
    absWorkingDir: folder,
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    treeShaking: false,
    ignoreAnnotations: true,
    logLevel: 'silent',
  });
  const imports = {};
  const scopes = {};
  for (const [file, { imports: found }] of Object.entries(metafile.inputs)) {
    for (const { original, path, external } of found) {
      if (external || original === undefined || original.startsWith('.') || original.startsWith('/')) continue;
      imports[original] ??= `/${path}`;
      // Two versions of one dependency: the importing file gets its own line.
      if (imports[original] !== `/${path}`) scopes[`/${file}`] = { ...scopes[`/${file}`], [original]: `/${path}` };
    }
  }
  return JSON.stringify({ imports, scopes });
}

const main = (specifiers) => `
const results = [];
document.addEventListener('securitypolicyviolation', (event) => {
  results.push({ name: 'content security policy', fault: [event.violatedDirective, event.blockedURI, event.sourceFile].join(' ') });
});
for (const specifier of ${JSON.stringify(specifiers)}) {
  try {
    const api = await import(specifier);
    results.push({ name: specifier, fault: Object.keys(api).length === 0 ? 'no export' : '' });
  } catch (error) {
    results.push({ name: specifier, fault: String(error) });
  }
}
await new Promise((done) => setTimeout(done, 100)); // violations are reported as tasks of their own
globalThis.results = results;
`;

function serve(folder, map, script) {
  const hash = createHash('sha256').update(map).digest('base64');
  const policy = `default-src 'none'; script-src 'self' 'sha256-${hash}'; require-trusted-types-for 'script'`;
  const page = `<!doctype html><meta charset="utf-8"><title>consumer</title>
<script type="importmap">${map}</script><script type="module" src="/main.js"></script>`;
  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    const send = (type, body) =>
      response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(body);
    if (path === '/') return send('text/html', page);
    if (path === '/main.js') return send('text/javascript', script);
    try {
      const file = decodeURIComponent(path.slice(1)).split('/').join(sep);
      if (!file.startsWith(`node_modules${sep}`) || file.includes('..')) throw new Error(file);
      return send('text/javascript', readFileSync(`${folder}${sep}${file}`));
    } catch {
      return response.writeHead(404).end();
    }
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

/** Loads every entry that is not for Node only; one check per entry and one for the page as a whole. */
export async function inChromium(folder, list) {
  const entries = list.filter((entry) => !entry.nodeOnly);
  const map = await importMap(folder, entries);
  const server = await serve(folder, map, main(entries.map(({ specifier }) => specifier)));
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage();
    const faults = [];
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('requestfailed', (request) => faults.push(`${relative('/', new URL(request.url()).pathname)} failed`));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction(() => globalThis.results !== undefined, undefined, { timeout: 30_000 }).catch(() => {});
    const results = (await page.evaluate(() => globalThis.results)) ?? [{ name: 'page', fault: 'never finished' }];
    for (const { name, fault } of results) if (fault !== '') faults.push(`${name}: ${fault}`);
    const seen = new Map(results.map(({ name, fault }) => [name, fault]));
    return [
      ...entries.map(({ specifier }) => ({
        name: `${specifier} in Chromium`,
        ok: seen.get(specifier) === '',
        detail: seen.get(specifier) ?? 'not loaded',
      })),
      {
        name: 'no violation, console error or failed request in Chromium',
        ok: faults.length === 0,
        detail: faults.join('\n'),
      },
    ];
  } finally {
    await browser.close();
    server.close();
  }
}
