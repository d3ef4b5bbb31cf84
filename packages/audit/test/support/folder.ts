import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@wardseal/testkit';
import { type FileStoreOptions, fileKeyStore, fileStore } from '../../src/file-store.js';
import { type AuditLog, openLog } from '../../src/index.js';
import { demoSigner, ORIGIN, type TestClock, testClock, UNWITNESSED } from './events.js';

/** A fresh folder, removed after `work`. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'wardseal-audit-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Opens the log `FOLDER/log` with its secrets in `FOLDER/secrets`. */
export async function openIn(
  folder: string,
  { seed = 'folder', clock = testClock(), ...store }: FileStoreOptions & { seed?: string; clock?: TestClock } = {},
): Promise<AuditLog> {
  const { signer } = await demoSigner();
  return openLog({
    origin: ORIGIN,
    store: fileStore(join(folder, 'log'), store),
    keys: fileKeyStore(join(folder, 'secrets'), store.fs ? { fs: store.fs } : {}),
    signer,
    clock,
    random: seededRandom(seed),
    unwitnessed: UNWITNESSED,
  });
}
