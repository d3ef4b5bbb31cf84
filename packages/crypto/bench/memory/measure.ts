// Peak memory of one case, as the operating system counts it: resident memory's high-water mark (VmHWM, set back at the start)
// less resident memory when idle. Linux only.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, open } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { person } from '../person.js';

export interface Measured {
  readonly name: string;
  readonly seconds: number;
  /** Bytes above idle. */
  readonly peak: number;
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Files and keys of a run, on disk; `remove` deletes them. */
export interface Setup {
  readonly plain: string;
  readonly sealed: string;
  readonly other: string;
  readonly keys: object;
  remove(): void;
}

/** A file of `size` bytes that do not compress, and keys for it. */
export async function prepare(size: number): Promise<Setup> {
  const folder = await mkdtemp(join(tmpdir(), 'wardseal-memory-'));
  const [plain, sealed, other] = ['plain', 'sealed', 'other'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const handle = await open(plain, 'w');
  const block = new Uint8Array(8 * 1_048_576);
  for (let at = 0; at < block.length; at += 65_536) crypto.getRandomValues(block.subarray(at, at + 65_536));
  for (let at = 0; at < size; at += block.length)
    await handle.write(block.subarray(0, Math.min(block.length, size - at)));
  await handle.close();
  const keys = await person();
  writeFileSync(`${other}.keys`, JSON.stringify(keys));
  return { plain, sealed, other, keys, remove: () => rmSync(folder, { recursive: true }) };
}

/** One case of case.js in a fresh Node. */
export async function inNode(name: string, { plain, sealed, other }: Setup): Promise<Measured> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--no-warnings', here('case.js'), name, plain, sealed, other]);
  return { name, ...(JSON.parse(stdout) as Omit<Measured, 'name'>) };
}

function status(pid: number, field: string): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)![1]) * 1024;
}

/** Cases of page.js, each in a fresh Chromium: the peak is that of the page's own process, the renderer. */
export async function inChromium(
  cases: readonly (readonly [name: string, file: string])[],
  keys: object,
): Promise<Measured[]> {
  const bundle = await build({
    entryPoints: [here('page.js')],
    bundle: true,
    splitting: true,
    write: false,
    outdir: '/',
    format: 'esm',
    platform: 'browser',
    logLevel: 'error',
  });
  const scripts = new Map(bundle.outputFiles.map((file) => [file.path, file.contents]));
  const server = createServer((request, response) => {
    const script = scripts.get(request.url ?? '');
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    response.end(
      script ?? '<!doctype html><title>memory</title><input type=file><script type="module" src="/page.js"></script>',
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const executablePath = process.env['CHROMIUM_PATH'] || '/usr/bin/chromium';
  if (!existsSync(executablePath)) throw new Error('no Chromium: set CHROMIUM_PATH');
  const measured: Measured[] = [];
  try {
    for (const [name, file] of cases) {
      const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
      try {
        const page = await browser.newPage();
        await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
        await page.waitForFunction('globalThis.memory !== undefined');
        await page.setInputFiles('input', file);
        await page.evaluate(`memory.prepare(${JSON.stringify(keys)})`);
        const session = await browser.newBrowserCDPSession();
        const { processInfo } = await session.send('SystemInfo.getProcessInfo');
        // A spare renderer may wait for a next page: the one that works is the one whose memory rises.
        const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
        const idle = renderers.map((pid) => {
          writeFileSync(`/proc/${pid}/clear_refs`, '5');
          return status(pid, 'VmRSS');
        });
        const start = Date.now();
        await page.evaluate(`jobs[${JSON.stringify(name)}]()`);
        const seconds = (Date.now() - start) / 1000;
        const rises = renderers.map((pid, i) => status(pid, 'VmHWM') - idle[i]!);
        measured.push({ name, seconds, peak: Math.max(0, ...rises) });
      } finally {
        await browser.close();
      }
    }
  } finally {
    server.close();
  }
  return measured;
}
