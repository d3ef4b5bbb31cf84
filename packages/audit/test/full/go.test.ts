import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderReader } from '../../src/file-store.js';
import { auditLog } from '../../src/index.js';
import { demoSigner, eventMaker } from '../support/events.js';
import { inFolder, openIn } from '../support/folder.js';
import { askGo, buildVerifier, writeProofs } from '../support/go.js';

describe("Go's x/mod", () => {
  it.each([65_535, 65_536, 65_537, 70_000])('accepts checkpoint, proofs and tiles of a log of %i', (size) =>
    inFolder(async (folder) => {
      const { vkey } = await demoSigner();
      const event = eventMaker('go');
      const log = await openIn(folder);
      const leaves: Uint8Array[] = [];
      let older = { text: '', size: 0 };
      while (leaves.length < size) {
        const count = Math.min(2000, size - leaves.length);
        const results = await Promise.all(Array.from({ length: count }, () => log.append(event())));
        leaves.push(...results.map(({ leaf }) => leaf));
        if (older.size === 0) older = { text: await log.integrate(), size: leaves.length };
      }
      await log.integrate();
      const indices = [0, 255, 256, 65_279, 65_280, size - 1];
      await writeProofs(join(folder, 'proofs'), log, leaves, indices, older);
      await log.close();
      expect(await askGo(await buildVerifier(folder), join(folder, 'log'), vkey, join(folder, 'proofs'))).toBe('good');
      expect((await auditLog(await folderReader(join(folder, 'log')), { logKey: vkey })).verdict).toBe('good');
    }),
  );
});
