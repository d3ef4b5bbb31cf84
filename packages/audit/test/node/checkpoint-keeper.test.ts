import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FaultyFs } from '@wardseal/testkit/node';
import { describe, expect, it } from 'vitest';
import { fileCheckpointKeeper } from '../../src/file-store.js';
import { codeOf, eventMaker } from '../support/events.js';
import { inFolder } from '../support/folder.js';
import { backupOf, placeOf } from '../support/life.js';

describe('a checkpoint kept in a file', () => {
  it('finds out a log whose store was restored from a backup', () =>
    inFolder(async (folder) => {
      const place = await placeOf();
      const make = eventMaker('keeper');
      const keeper = fileCheckpointKeeper(join(folder, 'elsewhere', 'kept'));
      expect(await keeper.read()).toBeNull();
      const log = await place.open({ keeper });
      await log.append(make(), { await: 'integrated' });
      const restore = backupOf(place.store);
      await log.append(make());
      await log.close();
      expect(await keeper.read()).toBe(log.checkpoint());
      expect((await stat(join(folder, 'elsewhere', 'kept'))).mode & 0o777).toBe(0o600);
      expect(await readdir(join(folder, 'elsewhere'))).toEqual(['kept']);
      restore();
      expect(await codeOf(place.open({ keeper }))).toBe('LOG_ROLLED_BACK');
    }));

  it('holds the old or the new one after a power cut at any call, never half of one', async () => {
    const [before, after] = [`old\n${'x'.repeat(3000)}`, `new\n${'y'.repeat(9000)}`];
    let crashes = 0;
    for (let crashAt = 0; ; crashAt++) {
      const fs = new FaultyFs({ seed: crashAt, crashAt });
      const keeper = fileCheckpointKeeper('/far/kept', { fs });
      let written = 0;
      for (const text of [before, after])
        await keeper.write(text).then(
          () => written++,
          () => undefined,
        );
      if (written === 2) break;
      crashes++;
      const found = await fileCheckpointKeeper('/far/kept', { fs: fs.reboot() }).read();
      expect(written === 0 ? [null, before] : [before, after]).toContain(found);
    }
    expect(crashes).toBeGreaterThan(8);
  });

  it('says so when the disk fails, or the file is no text', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'kept');
      const keeper = fileCheckpointKeeper(file);
      await keeper.write('text');
      for (const damaged of [Uint8Array.of(0xff, 0xfe), new Uint8Array(200_000).fill(0x41)]) {
        await writeFile(file, damaged);
        expect(await codeOf(keeper.read())).toBe('CHECKPOINT_INVALID');
      }
      expect(await codeOf(fileCheckpointKeeper(join(file, 'below')).write('text'))).toBe('STORE_FAILED');
      expect((await readFile(file)).length).toBe(200_000);
      const place = await placeOf();
      const failing = { read: async () => null, write: () => fileCheckpointKeeper(join(file, 'x')).write('text') };
      const log = await place.open({ keeper: failing });
      expect(await codeOf(log.close())).toBe('STORE_FAILED');
    }));
});
