import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { auditLog, generateLogKey } from '@wardseal/audit';
import { folderReader } from '@wardseal/audit/file-store';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Journal } from '../../src/custodian/journal.js';

const NOTE = {
  person: 'p-teal',
  role: 'registrar',
  item: '0b8a3a5e-3a55-4c2e-9f8e-1c1d0c7a9b11',
  headerDigest: 'A'.repeat(43),
  reason: 'airway swelling, theatre now',
  outcome: 'intent',
} as const;

let folder: string;
let program: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'c-journal-'));
  program = join(folder, 'writer.mjs');
  const source = `
    import { Journal } from ${JSON.stringify(fileURLToPath(new URL('../../src/custodian/journal.ts', import.meta.url)))};
    const [folder, secret] = process.argv.slice(2);
    const journal = new Journal({ folder, organisation: 'ZZZ01', secret });
    for (;;) console.log((await journal.append(${JSON.stringify(NOTE)})).id);`;
  const entry = join(folder, 'entry.ts');
  await writeFile(entry, source);
  const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" };
  const nodePaths = [fileURLToPath(new URL('../../node_modules', import.meta.url))];
  await build({
    entryPoints: [entry],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    banner,
    nodePaths,
  });
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a custodian that is killed while it writes the journal has lost no entry that it gave a receipt for', async () => {
  const { vkey, skey } = await generateLogKey('emergency.zzz01.invalid');
  const place = join(folder, 'emergency');
  let told = 0;
  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, [program, place, skey], { stdio: ['ignore', 'pipe', 'inherit'] });
    const from = told;
    told += await receiptsUntilKilled(child, 3 + round * 2);
    const journal = new Journal({ folder: place, organisation: 'ZZZ01', secret: skey });
    const closed = await journal.turn();
    expect(closed).toMatchObject({ origin: 'emergency.zzz01.invalid' });
    expect(closed?.size).toBeGreaterThanOrEqual(told);
    expect(told).toBeGreaterThan(from);
    const report = await auditLog(await folderReader(closed?.folder ?? ''), { logKey: vkey });
    expect(report.verdict).toBe('good');
    told = closed?.size ?? 0;
  }
}, 60_000);

test('a journal that never was is not made by looking for it, and an empty one is not merged', async () => {
  const { skey } = await generateLogKey('emergency.zzz02.invalid');
  const place = join(folder, 'never');
  const journal = new Journal({ folder: place, organisation: 'ZZZ02', secret: skey });
  expect(await journal.turn()).toBeNull();
  await expect(stat(place)).rejects.toThrow();
  await journal.append(NOTE);
  expect(await journal.turn()).toMatchObject({ size: 1 });
  expect(await journal.turn()).toMatchObject({ size: 1 });
  await journal.close();
});

/** Kills the writer once it told of so many receipts; gives how many it told of. */
function receiptsUntilKilled(child: ChildProcess, enough: number): Promise<number> {
  return new Promise((resolve) => {
    let text = '';
    const lines = () => text.split('\n').length - 1;
    child.stdout?.on('data', (data: Buffer) => {
      text += data.toString();
      if (lines() >= enough) child.kill('SIGKILL');
    });
    child.on('exit', () => resolve(lines()));
  });
}
