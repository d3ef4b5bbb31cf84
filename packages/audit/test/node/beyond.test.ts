import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderReader } from '../../src/file-store.js';
import { auditLog, type LogReader } from '../../src/index.js';
import { demoSigner, eventMaker } from '../support/events.js';
import { inFolder, openIn } from '../support/folder.js';

const { vkey } = await demoSigner();

async function filled(folder: string, count: number): Promise<void> {
  const make = eventMaker(`beyond ${count}`);
  const log = await openIn(folder);
  await Promise.all(Array.from({ length: count }, () => log.append(make())));
  await log.close();
}

const audit = async (folder: string) => auditLog(await folderReader(join(folder, 'log')), { logKey: vkey });

describe('an old checkpoint that was put back', () => {
  it('is told by the tiles behind it', () =>
    inFolder(async (folder) => {
      await filled(folder, 300);
      const path = join(folder, 'log/checkpoint');
      const old = await readFile(path);
      expect(await audit(folder)).toMatchObject({ verdict: 'good', beyond: 0 });
      await filled(folder, 20);
      await writeFile(path, old);
      expect(await audit(folder)).toMatchObject({ verdict: 'good', beyond: 20, unintegrated: 20 });
    }));

  it('with its journal is tampered with: tiles come after the journal', () =>
    inFolder(async (folder) => {
      await filled(folder, 300);
      const paths = ['checkpoint', 'private/journal', 'private/index'].map((name) => join(folder, 'log', name));
      const old = await Promise.all(paths.map((path) => readFile(path)));
      await filled(folder, 20);
      await Promise.all(paths.map((path, i) => writeFile(path, old[i]!)));
      expect(await audit(folder)).toMatchObject({
        verdict: 'tampered',
        beyond: 20,
        findings: [{ code: 'LOG_ROLLED_BACK', path: 'private/journal' }],
      });
      // Whoever sees the public files only is told of the tiles, and cannot say more.
      const { readEntries: _, verifyIndex: __, select: ___, ...files } = await folderReader(join(folder, 'log'));
      expect(await auditLog(files satisfies LogReader, { logKey: vkey })).toMatchObject({
        verdict: 'good',
        beyond: 20,
      });
    }));
});
