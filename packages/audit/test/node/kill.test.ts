import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderReader } from '../../src/file-store.js';
import { auditLog, decodeLeaf, verifyCheckpoint, verifyConsistency, verifyInclusion } from '../../src/index.js';
import { demoSigner } from '../support/events.js';
import { inFolder, openIn } from '../support/folder.js';

const { vkey } = await demoSigner();
// Two logs side by side, so that starting processes does not take all the time.
const ROUNDS = 25;

type Message =
  | { size: number; checkpoint: string }
  | { acknowledged: number; id: string; receipt: string | null }
  | { error: string };

/**
 * One life of an appending process: what it acknowledged before kill -9 came. Counted in acknowledgements and not in
 * time, so that a slow disk changes nothing; the other callers are somewhere in an append of theirs when it comes.
 */
async function life(folder: string, acknowledgements: number): Promise<Message[]> {
  const child = fork(new URL('./appender.js', import.meta.url), [folder, '6']);
  const messages: Message[] = [];
  child.on('message', (message: Message) => {
    if (messages.push(message) === 1 + acknowledgements) child.kill('SIGKILL');
  });
  await once(child, 'exit');
  return messages;
}

describe('kill -9 of the appending process', () => {
  it.concurrent.each([0, 1])(`loses no acknowledged entry and forks nothing in ${ROUNDS} rounds (log %i)`, (which) =>
    inFolder(async (folder) => {
      const acknowledged = new Map<number, string>();
      const checkpoints: string[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const [start, ...rest] = await life(folder, (round * 7 + which * 3) % 23);
        if (start === undefined || !('size' in start)) throw new Error(`did not start: ${JSON.stringify(start)}`);
        expect(start.size).toBeGreaterThanOrEqual(acknowledged.size === 0 ? 0 : Math.max(...acknowledged.keys()) + 1);
        checkpoints.push(start.checkpoint);
        for (const message of rest) {
          if (!('acknowledged' in message)) throw new Error(JSON.stringify(message));
          expect(acknowledged.get(message.acknowledged) ?? message.id).toBe(message.id);
          acknowledged.set(message.acknowledged, message.id);
          if (message.receipt !== null) checkpoints.push(message.receipt.slice(message.receipt.indexOf('\n\n') + 2));
        }
      }
      const log = await openIn(folder);
      expect(acknowledged.size).toBeGreaterThan(ROUNDS);
      const entries: string[] = [];
      const reader = await folderReader(join(folder, 'log'));
      for await (const { leaf } of reader.readEntries!(0)) entries.push(decodeLeaf(leaf).id);
      for (const [index, id] of acknowledged) expect(entries[index]).toBe(id);
      expect(new Set(entries).size).toBe(entries.length);
      // Every checkpoint that anybody ever saw is a beginning of today's log.
      for (const older of new Set(checkpoints)) {
        const { size } = await verifyCheckpoint(older, { logKey: vkey });
        const path = await log.consistencyProof(size, log.size);
        await verifyConsistency(older, log.checkpoint(), path, { logKey: vkey });
      }
      const last = Math.max(...acknowledged.keys());
      const proof = await log.inclusionProof(last);
      for await (const { leaf } of reader.readEntries!(last)) {
        await verifyInclusion(leaf, proof, { logKey: vkey });
        break;
      }
      await log.close();
      expect(await auditLog(await folderReader(join(folder, 'log')), { logKey: vkey })).toMatchObject({
        verdict: 'good',
        findings: [],
      });
    }),
  );
});
