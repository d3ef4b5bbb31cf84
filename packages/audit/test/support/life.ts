import { seededRandom } from '@wardseal/testkit';
import {
  type AuditLog,
  type KeyStore,
  type LogOptions,
  type LogSource,
  memoryKeyStore,
  type OpenLogOptions,
  openLog,
  parsePolicy,
  type WitnessPolicy,
} from '../../src/index.js';
import { demoSigner, ORIGIN, type TestClock, testClock, UNWITNESSED } from './events.js';
import { type MemoryStore, memoryReader, memoryStore } from './memory-store.js';
import { cosigner } from './witnesses.js';

/** Everything of one log in memory, so that it can be opened again and again. */
export interface Place {
  readonly origin: string;
  readonly store: MemoryStore;
  readonly keys: KeyStore;
  readonly clock: TestClock;
  readonly vkey: string;
  /** What `openLog` needs, but for who watches. */
  readonly options: LogOptions;
  /** Opens it, unwatched unless told otherwise. */
  open(change?: Partial<OpenLogOptions>): Promise<AuditLog>;
  readonly source: LogSource;
}

export async function placeOf(
  origin: string = ORIGIN,
  { clock = testClock(), seed = 'signer' }: { clock?: TestClock; seed?: string } = {},
): Promise<Place> {
  const { signer, vkey } = await demoSigner(seed, origin);
  const [store, keys] = [memoryStore(), memoryKeyStore()];
  const options: LogOptions = { origin, store, keys, signer, clock, random: seededRandom(`place ${origin}`) };
  return {
    origin,
    store,
    keys,
    clock,
    vkey,
    options,
    open: (change = {}) => openLog({ ...options, unwitnessed: UNWITNESSED, ...change } as OpenLogOptions),
    source: { reader: memoryReader(store), keys, policy: { logKey: vkey } },
  };
}

/** The store as a backup has it: all of it, at this moment. */
export function backupOf(store: MemoryStore): () => void {
  const [entries, files] = [[...store.entries], new Map(store.files)];
  return () => {
    store.entries.splice(0, store.entries.length, ...entries);
    store.files.clear();
    for (const [path, data] of files) store.files.set(path, data);
  };
}

/** A policy that wants `quorum` of these witnesses. */
export async function policyOf(names: readonly string[], quorum: number): Promise<WitnessPolicy> {
  const lines = await Promise.all(names.map(async (name, i) => `witness w${i} ${(await cosigner(name)).vkey}\n`));
  const members = names.map((_, i) => `w${i}`).join(' ');
  return parsePolicy(`${lines.join('')}group g ${quorum} ${members}\nquorum g\n`);
}
