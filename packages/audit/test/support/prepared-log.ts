import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskWithSync, preparedEntry } from '../../bench/prepared.js';
import { fileStore } from '../../src/file-store.js';
import { demoSigner, eventMaker, ORIGIN } from './events.js';
import { openIn } from './folder.js';
import { writeProofs } from './go.js';

const BATCH = 256;
const SUBJECT = new Uint8Array(32).fill(7);
// Nothing here is about power: a disk that does not wait makes large logs quickly.
const fs = diskWithSync(async () => undefined);

/**
 * Grows the log `FOLDER/log` to each of the sizes, and hands it over with proofs in `FOLDER/proofs`, the last from the
 * checkpoint of the size before.
 */
export async function grow(
  folder: string,
  sizes: readonly number[],
  visit: (log: string, proofs: string, size: number) => Promise<void>,
): Promise<void> {
  const { vkey } = await demoSigner();
  const [path, proofs] = [join(folder, 'log'), join(folder, 'proofs')];
  const first = await openIn(folder, { fs });
  // An entry of the log's own makes its secrets.
  const leaves: Uint8Array[] = [(await first.append(eventMaker('grow')())).leaf];
  await first.close();
  let older = { text: '', size: 0 };
  for (const size of sizes) {
    const store = fileStore(path, { fs });
    await store.open(ORIGIN, vkey);
    while (leaves.length < size) {
      const count = Math.min(BATCH, size - leaves.length);
      const batch = Array.from({ length: count }, () => preparedEntry(SUBJECT));
      await store.append(batch);
      leaves.push(...batch.map(({ leaf }) => leaf));
    }
    await store.close();
    const log = await openIn(folder, { fs });
    await log.integrate();
    const indices = [...new Set([0, 1, 255, 256, 65_279, 65_280, Math.floor(size / 2), size - 1])];
    await writeProofs(
      proofs,
      log,
      leaves,
      indices.filter((index) => index >= 0 && index < size),
      older,
    );
    await log.close();
    older = { text: await readFile(join(path, 'checkpoint'), 'utf8'), size };
    await visit(path, proofs, size);
  }
}
