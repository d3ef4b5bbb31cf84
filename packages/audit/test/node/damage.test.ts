import { cp, mkdtemp, readFile, rename, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateLogKey } from '../../src/index.js';
import { audit, type DemoLog, demoLogFolder, journalChanges, proofFlips, publicChanges } from '../support/damage.js';
import { inFolder, openIn } from '../support/folder.js';

let folder = '';
let demo: DemoLog;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wardseal-audit-'));
  demo = await demoLogFolder(folder);
});
afterAll(() => rm(folder, { recursive: true }));

describe('a changed byte', () => {
  it('nothing is found in the untouched log', async () => {
    expect(await audit(folder, demo.vkey)).toMatchObject({
      verdict: 'good',
      findings: [],
      strangers: [],
      sidesErased: 0,
    });
    expect(demo.files.filter((file) => /\.p\//.test(file)).length).toBeGreaterThan(6);
  });

  it.each([
    ['tile', 150],
    ['bundle', 150],
    ['checkpoint', 200],
  ])('or a structural change of a %s is found, %i of them', async (name, count) => {
    expect(await publicChanges(folder, demo, name, count)).toEqual([]);
  });

  it('or a structural change of a journal is found, 100 of them', async () => {
    expect(await journalChanges(folder, demo, 100)).toEqual([]);
  });

  it('in an entry or its path is found, 400 of them', async () => {
    const log = await openIn(folder);
    const proof = await log.inclusionProof(demo.index);
    await log.close();
    expect(await proofFlips(demo, proof, 400)).toEqual([]);
  });
});

/** Does something to a copy of the log and audits it. */
async function after(change: (log: string) => Promise<unknown>, key: string = demo.vkey) {
  return inFolder(async (copy) => {
    await cp(folder, copy, { recursive: true });
    await change(join(copy, 'log'));
    return audit(copy, key);
  });
}

describe('a changed log', () => {
  it.each<[string, string, (log: string) => Promise<unknown>]>([
    ['a missing bundle', 'TILE_INVALID', (log) => unlink(join(log, 'tile/entries/000'))],
    ['a missing tile', 'TILE_INVALID', (log) => unlink(join(log, 'tile/0/000'))],
    ['a missing tile of level 1', 'TILE_INVALID', (log) => unlink(join(log, 'tile/1/000.p/1'))],
    ['a truncated bundle', 'TILE_INVALID', (log) => truncate(join(log, 'tile/entries/000'), 1000)],
    ['a truncated tile', 'TILE_INVALID', (log) => truncate(join(log, 'tile/0/000'), 8191)],
    ['a truncated journal', 'LOG_CORRUPT', (log) => truncate(join(log, 'private/journal'), 5000)],
    ['a longer tile', 'TILE_INVALID', (log) => append(join(log, 'tile/0/000'))],
    ['a longer bundle', 'TILE_INVALID', (log) => append(join(log, 'tile/entries/001.p/14'))],
    ['swapped bundles', 'TILE_INVALID', swapEntries],
    ['a missing checkpoint', 'CHECKPOINT_INVALID', (log) => unlink(join(log, 'checkpoint'))],
  ])('with %s is tampered with', async (_, code, change) => {
    const { verdict, findings } = await after(change);
    expect(verdict).toBe('tampered');
    expect(findings.map((finding) => finding.code)).toContain(code);
  });

  it('signed by another key of the same name is tampered with', async () => {
    const { vkey } = await generateLogKey(demo.vkey.split('+')[0]!);
    expect(await after(async () => undefined, vkey)).toMatchObject({
      verdict: 'tampered',
      findings: [{ code: 'CHECKPOINT_UNSIGNED' }],
    });
  });

  it('of another name cannot be told', async () => {
    const { vkey } = await generateLogKey('elsewhere.example/2026');
    expect(await after(async () => undefined, vkey)).toMatchObject({
      verdict: 'unknown',
      findings: [{ code: 'ORIGIN_MISMATCH' }],
    });
  });

  it('that is not there cannot be told', async () => {
    const report = await inFolder((empty) => audit(empty, demo.vkey));
    expect(report).toMatchObject({ verdict: 'unknown', findings: [], checkpoint: null });
  });

  it('with a file that belongs to no tile is good, and says so', async () => {
    const report = await after((log) => writeFile(join(log, 'tile/0/.DS_Store'), ''));
    expect(report).toMatchObject({ verdict: 'good', strangers: ['tile/0/.DS_Store'] });
  });

  it('without its secrets, and without an erasure that says why, cannot be told', async () => {
    const report = await after((log) => rm(join(log, '../secrets'), { recursive: true }));
    expect(report).toMatchObject({
      verdict: 'unknown',
      sidesErased: 0,
      sidesMissing: 540,
      checked: { sidesOpened: 0 },
    });
    expect(new Set(report.findings.map(({ code }) => code))).toEqual(new Set(['SECRET_MISSING']));
  });

  it('without its journal is good as far as it goes', async () => {
    const report = await after((log) => rm(join(log, 'private'), { recursive: true }));
    expect(report).toMatchObject({ verdict: 'good', checked: { journal: false, sidesOpened: 0 } });
  });
});

async function append(path: string): Promise<void> {
  await writeFile(path, Buffer.concat([await readFile(path), Buffer.from([0])]));
}

/** Puts entry 1 in front of entry 0. */
async function swapEntries(log: string): Promise<void> {
  const path = join(log, 'tile/entries/000');
  const bundle = await readFile(path);
  const first = 2 + bundle.readUInt16BE(0);
  const second = first + 2 + bundle.readUInt16BE(first);
  const parts = [bundle.subarray(first, second), bundle.subarray(0, first), bundle.subarray(second)];
  await writeFile(`${path}.new`, Buffer.concat(parts));
  await rename(`${path}.new`, path);
}
