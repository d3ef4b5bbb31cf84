import { FaultyFs, type FaultyFsOptions } from '@wardseal/testkit/node';
import { expect } from 'vitest';
import { folderReader } from '../../src/file-store.js';
import { auditLog, decodeLeaf, verifyCheckpoint, verifyConsistency } from '../../src/index.js';
import { demoSigner, eventMaker } from './events.js';
import { openIn } from './folder.js';

const { vkey } = await demoSigner();
/** No lock: the disk is in memory. */
export const lock = async () => async () => undefined;
export const EVENTS = Array.from({ length: 8 }, eventMakerOf('power'));

function eventMakerOf(seed: string) {
  const make = eventMaker(seed);
  return () => make();
}

interface Life {
  readonly acknowledged: Map<number, string>;
  readonly checkpoints: string[];
}

/** A short life of a log: single appends, a group, receipts, a restart. Notes what was acknowledged. */
async function workload(fs: FaultyFs, { acknowledged, checkpoints }: Life): Promise<void> {
  const append = async (log: Awaited<ReturnType<typeof openIn>>, at: number, wait: 'durable' | 'integrated') => {
    const { index } = await log.append(EVENTS[at]!, { await: wait });
    acknowledged.set(index, EVENTS[at]!.id);
    checkpoints.push(log.checkpoint());
  };
  const first = await openIn('/srv', { fs, lock });
  await append(first, 0, 'durable');
  await append(first, 1, 'integrated');
  await Promise.all([append(first, 2, 'durable'), append(first, 3, 'integrated'), append(first, 4, 'durable')]);
  await first.close();
  const second = await openIn('/srv', { fs, lock, seed: 'second life' });
  await append(second, 5, 'durable');
  await append(second, 6, 'integrated');
  await second.close();
}

/** After the crash: everything acknowledged is there, every checkpoint seen is a beginning, and the log goes on. */
export async function survives(fs: FaultyFs, { acknowledged, checkpoints }: Life): Promise<void> {
  const log = await openIn('/srv', { fs, lock, seed: 'after' });
  await log.append(EVENTS[7]!, { await: 'integrated' });
  const reader = await folderReader('/srv/log', { fs });
  const ids: string[] = [];
  for await (const { leaf } of reader.readEntries!(0)) ids.push(decodeLeaf(leaf).id);
  for (const [index, id] of acknowledged) expect(ids[index]).toBe(id);
  for (const older of checkpoints) {
    const { size } = await verifyCheckpoint(older, { logKey: vkey });
    await verifyConsistency(older, log.checkpoint(), await log.consistencyProof(size, log.size), { logKey: vkey });
  }
  await log.close();
  const report = await auditLog(await folderReader('/srv/log', { fs }), { logKey: vkey });
  expect(report).toMatchObject({ verdict: 'good', findings: [] });
}

export async function lived(options: FaultyFsOptions): Promise<{ fs: FaultyFs; life: Life; failure: unknown }> {
  const fs = new FaultyFs(options);
  const life: Life = { acknowledged: new Map(), checkpoints: [] };
  const failure = await workload(fs, life).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { fs, life, failure };
}
