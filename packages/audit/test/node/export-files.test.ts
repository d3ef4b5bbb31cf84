import { appendFile, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FaultyFs } from '@wardseal/testkit/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ExportBatch, exporter } from '../../src/export.js';
import { fileCursor, fileSink } from '../../src/export-node.js';
import vectors from '../../vectors/exports.json' with { type: 'json' };
import { codeOf, ORIGIN } from '../support/events.js';
import { type DemoLog, demoLog, OPTIONS } from '../support/export/entries.js';
import { inFolder } from '../support/folder.js';

const { origin: _, ...system } = OPTIONS;
const HASH = 'ab'.repeat(32);

const batch = (from: number, ...lines: string[]): ExportBatch => ({
  origin: ORIGIN,
  from,
  to: from + lines.length,
  lines,
});

let demo: DemoLog;
beforeAll(async () => {
  demo = await demoLog('files');
  for (let i = 0; i < 9; i++) await demo.log.append(demo.make());
  await demo.log.integrate();
});

describe('fileSink', () => {
  it('appends lines to a file that only its owner reads, and goes on after a rotation', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'out', 'siem.ndjson');
      const { deliver } = fileSink(path);
      await deliver(batch(0, '{"a":1}', '{"a":"é"}'));
      await deliver(batch(2, '{"a":3}'));
      expect(await readFile(path, 'utf8')).toBe('{"a":1}\n{"a":"é"}\n{"a":3}\n');
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      await rename(path, `${path}.1`);
      await deliver(batch(3, '{"a":4}'));
      expect(await readFile(path, 'utf8')).toBe('{"a":4}\n');
    }));

  it('cuts off what a crash tore, and what a lost sector left', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'siem.ndjson');
      await fileSink(path).deliver(batch(0, 'one'));
      await appendFile(path, 'tw');
      await fileSink(path).deliver(batch(1, 'two'));
      await appendFile(path, `thr\0\0\0\0\nfour\nfi`);
      await fileSink(path).deliver(batch(2, 'three'));
      expect(await readFile(path, 'utf8')).toBe('one\ntwo\nthree\n');
      await writeFile(path, '\0\0\nx\n');
      await fileSink(path).deliver(batch(0, 'one'));
      expect(await readFile(path, 'utf8')).toBe('one\n');
    }));

  it('says so when it cannot write', () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, 'file'), 'x');
      expect(await codeOf(fileSink(join(folder, 'file', 'siem.ndjson')).deliver(batch(0, 'one')))).toBe(
        'DELIVERY_FAILED',
      );
      expect(await codeOf(fileSink(folder).deliver(batch(0, 'one')))).toBe('DELIVERY_FAILED');
    }));
});

describe('fileCursor', () => {
  it('keeps the last cursor, in a file that only its owner reads', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'state', 'siem.cursor');
      expect(await fileCursor(path).load()).toBeNull();
      await fileCursor(path).save({ origin: ORIGIN, next: 4, leafHash: HASH });
      await fileCursor(path).save({ origin: ORIGIN, next: 5, leafHash: HASH });
      expect(await fileCursor(path).load()).toEqual({ origin: ORIGIN, next: 5, leafHash: HASH });
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      await writeFile(`${path}.new`, 'left by a crash');
      await fileCursor(path).save({ origin: ORIGIN, next: 6, leafHash: HASH });
      expect(await fileCursor(path).load()).toMatchObject({ next: 6 });
    }));

  it.each([
    ...vectors.mustFail.cursor,
    '{"v":0,"origin":"a',
    `{"v":0,"origin":"a","next":1.5,"leafHash":"${HASH}"}\n`,
    ' '.repeat(5000),
  ])('refuses a file with %j', (text) =>
    inFolder(async (folder) => {
      const path = join(folder, 'siem.cursor');
      await writeFile(path, text);
      expect(await codeOf(fileCursor(path).load())).toBe('CURSOR_INVALID');
    }),
  );

  it('says so when the disk fails', () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, 'file'), 'x');
      const cursor = fileCursor(join(folder, 'file', 'siem.cursor'));
      expect(await codeOf(cursor.save({ origin: ORIGIN, next: 1, leafHash: HASH }))).toBe('STORE_FAILED');
    }));
});

describe('an export to a file', () => {
  const life = async (fs: FaultyFs) => {
    const { deliver } = fileSink('/srv/siem.ndjson', { fs });
    const cursor = fileCursor('/srv/siem.cursor', { fs });
    const settings = { source: demo.source, options: system, deliver, cursor };
    await exporter({ ...settings, format: 'ecs', batchEntries: 2 }).drain();
  };
  const sequences = async (fs: FaultyFs): Promise<number[]> => {
    const file = await fs.open('/srv/siem.ndjson', 'r');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile());
    await file.close();
    expect(text.endsWith('\n')).toBe(true);
    // Every line is whole: what is not would not parse.
    return text
      .slice(0, -1)
      .split('\n')
      .map((line) => JSON.parse(line).event.sequence);
  };

  it('survives a power loss before every system call: all entries, in order, every line whole', async () => {
    const counted = new FaultyFs();
    await life(counted);
    const calls = counted.calls.length;
    expect(calls).toBeGreaterThan(50);
    for (let seed = 0; seed < 3; seed++)
      for (let crashAt = 0; crashAt <= calls; crashAt++) {
        const fs = new FaultyFs({ crashAt, seed });
        await life(fs).catch(() => undefined);
        const after = fs.reboot();
        await life(after);
        let reached = 0;
        for (const index of await sequences(after)) {
          expect(index, `crash at ${crashAt}, seed ${seed}`).toBeLessThanOrEqual(reached);
          reached = Math.max(reached, index + 1);
        }
        expect(reached, `crash at ${crashAt}, seed ${seed}`).toBe(9);
      }
  });

  it('survives a call that fails, by trying again', async () => {
    const counted = new FaultyFs();
    await life(counted);
    for (let at = 0; at < counted.calls.length; at++) {
      const fs = new FaultyFs({ faults: [{ at, code: at % 2 ? 'EIO' : 'ENOSPC' }] });
      const code = await codeOf(life(fs));
      expect(['DELIVERY_FAILED', 'STORE_FAILED', 'none'], `fault at ${at}`).toContain(code);
      await life(fs);
      expect(new Set(await sequences(fs)).size, `fault at ${at}`).toBe(9);
    }
  });
});
