// How much memory a large file takes, in Node and in Chromium, ours beside typage's streams. Argument: megabytes, 2000 unless
// given. Every case runs in a process of its own; see memory/measure.ts for what is counted.
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Measured } from './memory/measure.js';

// Node runs the source, so it wants the name as it is on the disk; TypeScript wants the other one.
const source: string = new URL('memory/measure.ts', import.meta.url).href;
const { inChromium, inNode, prepare } = (await import(source)) as typeof import('./memory/measure.js');

const megabytes = Number(process.argv[2] ?? 2000);
const setup = await prepare(megabytes * 1_000_000);
const table = (cases: readonly Measured[]) => {
  for (const { name, seconds, peak } of cases)
    console.log(
      `  ${name.padEnd(30)}${(peak / 1e6).toFixed(0).padStart(7)} MB above idle${(megabytes / seconds).toFixed(0).padStart(7)} MB/s`,
    );
};
try {
  console.log(`${megabytes} MB in Node`);
  const node: Measured[] = [];
  const names = ['seal, file to file', 'open, file to file', 'seal, Web Streams', 'open, Web Streams'];
  names.push('open, a file as it is read', 'typage seal, Web Streams', 'typage open, Web Streams');
  // Beyond 2 GiB no buffer holds a whole file.
  if (megabytes <= 500) names.push('seal, whole', 'open, whole');
  for (const name of names) {
    node.push(await inNode(name, setup));
    table(node.slice(-1));
  }
  console.log(`${megabytes} MB in Chromium`);
  const jobs = [
    ['seal, Blob to stream', setup.plain],
    ['open, Blob to stream', setup.sealed],
    ['typage seal, Blob to stream', setup.plain],
  ] as const;
  const browser = await inChromium(jobs, setup.keys);
  table(browser);
  const result = {
    title: `peak memory of ${megabytes} MB`,
    date: new Date().toISOString(),
    machine: { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length },
    counted:
      'high-water mark of resident memory less resident memory when idle (/proc), of the Node process and of the Chromium renderer',
    megabytes,
    sealedBytes: statSync(setup.sealed).size,
    node,
    chromium: browser,
  };
  const folder = new URL('results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('memory.json', folder), `${JSON.stringify(result, null, 2)}\n`);
} finally {
  setup.remove();
}
