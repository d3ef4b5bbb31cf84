import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'vitest';
import { folderReader } from '../../src/file-store.js';
import { auditLog, decodeLeaf, verifyCheckpoint, verifyConsistency, verifyInclusion } from '../../src/index.js';
import { demoSigner } from './events.js';
import { inFolder, openIn } from './folder.js';

const { vkey } = await demoSigner();
/** Logs that one process writes: starting processes takes the time, so that each kill is a round of so many logs. */
export const LOGS = 8;
const CALLERS = 3;

type Message =
  | { which: number; size: number; checkpoint: string }
  | { which: number; acknowledged: number; id: string; receipt: string | null }
  | { error: string };

/** What is known of a log from outside: what its writers acknowledged and which checkpoints they showed. */
class Witnessed {
  readonly acknowledged = new Map<number, string>();
  readonly checkpoints = new Set<string>();
  highest = -1;

  hear(message: Exclude<Message, { error: string }>): void {
    if ('size' in message) {
      expect(message.size).toBeGreaterThan(this.highest);
      this.checkpoints.add(message.checkpoint);
      return;
    }
    const { acknowledged: index, id, receipt } = message;
    expect(this.acknowledged.get(index) ?? id).toBe(id);
    this.acknowledged.set(index, id);
    this.highest = Math.max(this.highest, index);
    if (receipt !== null) this.checkpoints.add(receipt.slice(receipt.indexOf('\n\n') + 2));
  }

  /** Everything acknowledged is where it was said to be, and every checkpoint is a beginning of today's log. */
  async holds(folder: string): Promise<void> {
    const log = await openIn(folder);
    const reader = await folderReader(join(folder, 'log'));
    const entries: string[] = [];
    for await (const { leaf } of reader.readEntries!(0)) entries.push(decodeLeaf(leaf).id);
    for (const [index, id] of this.acknowledged) expect(entries[index]).toBe(id);
    expect(new Set(entries).size).toBe(entries.length);
    for (const older of this.checkpoints) {
      const { size } = await verifyCheckpoint(older, { logKey: vkey });
      const path = await log.consistencyProof(size, log.size);
      await verifyConsistency(older, log.checkpoint(), path, { logKey: vkey });
    }
    const proof = await log.inclusionProof(this.highest);
    for await (const { leaf } of reader.readEntries!(this.highest, this.highest + 1))
      await verifyInclusion(leaf, proof, { logKey: vkey });
    await log.close();
    expect(await auditLog(await folderReader(join(folder, 'log')), { logKey: vkey })).toMatchObject({
      verdict: 'good',
      findings: [],
      checked: { entries: entries.length, index: { entries: entries.length, damaged: 0, wrong: [] } },
    });
  }
}

/**
 * One life of a process that writes the logs: ends with kill -9 after so many acknowledgements. Counted in these and not
 * in time, so that a slow disk changes nothing; the other callers are somewhere in an append of theirs when it comes.
 */
async function life(folders: readonly string[], logs: readonly Witnessed[], acknowledgements: number): Promise<void> {
  const child = fork(new URL('../node/appender.js', import.meta.url), [String(CALLERS), ...folders]);
  const errors: unknown[] = [];
  let heard = 0;
  child.on('message', (message: Message) => {
    try {
      if ('error' in message) throw new Error(message.error);
      logs[message.which]!.hear(message);
    } catch (error) {
      errors.push(error);
    }
    if (++heard === LOGS + acknowledgements || errors.length > 0) child.kill('SIGKILL');
  });
  await once(child, 'exit');
  if (errors.length > 0) throw errors[0];
}

/** Kills so many processes, each of which writes `LOGS` logs, and holds the logs against what was heard of them. */
export async function killed(kills: number, seed: number): Promise<void> {
  await inFolder(async (folder) => {
    const folders = Array.from({ length: LOGS }, (_, which) => join(folder, String(which)));
    const logs = folders.map(() => new Witnessed());
    for (let kill = 0; kill < kills; kill++) await life(folders, logs, (kill * 34 + seed * 10) % 121);
    for (const [which, one] of logs.entries()) {
      expect(one.acknowledged.size).toBeGreaterThan(kills);
      await one.holds(folders[which]!);
    }
  });
}
