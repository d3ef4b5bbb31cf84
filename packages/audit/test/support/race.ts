import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'vitest';
import { folderReader } from '../../src/file-store.js';
import { auditLog, decodeLeaf, verifyCheckpoint, verifyConsistency } from '../../src/index.js';
import { demoSigner } from './events.js';
import { inFolder, openIn } from './folder.js';

const { vkey } = await demoSigner();

type Message = { id: string; index: number; checkpoint: string } | { refused: number } | { error: string };

/** Two processes race for a log's lock until each had it so often: no entry is lost, none comes twice, nothing forks. */
export async function raced(rounds: number): Promise<void> {
  await inFolder(async (folder) => {
    const won = new Map<number, string>();
    const checkpoints: string[] = [];
    let refused = 0;
    const race = async (): Promise<void> => {
      const child = fork(new URL('../node/racer.js', import.meta.url), [folder, String(rounds)]);
      child.on('message', (message: Message) => {
        if ('error' in message) won.set(-1, message.error);
        else if ('refused' in message) refused += message.refused;
        else {
          expect(won.has(message.index)).toBe(false);
          won.set(message.index, message.id);
          checkpoints.push(message.checkpoint);
        }
      });
      await once(child, 'exit');
    };
    await Promise.all([race(), race()]);
    expect(won.get(-1)).toBeUndefined();
    expect(refused).toBeGreaterThan(0);
    const reader = await folderReader(join(folder, 'log'));
    const ids: string[] = [];
    for await (const { leaf } of reader.readEntries!(0)) ids.push(decodeLeaf(leaf).id);
    expect(ids).toEqual(Array.from({ length: 2 * rounds }, (_, index) => won.get(index)));
    const log = await openIn(folder);
    for (const older of checkpoints) {
      const { size } = await verifyCheckpoint(older, { logKey: vkey });
      await verifyConsistency(older, log.checkpoint(), await log.consistencyProof(size, log.size), { logKey: vkey });
    }
    await log.close();
    expect((await auditLog(reader, { logKey: vkey })).verdict).toBe('good');
  });
}
