import { seededRandom } from '@wardseal/testkit';
import {
  type AuditEvent,
  type AuditLog,
  decodeLeaf,
  type EntryQuery,
  type KeyStore,
  type LogReader,
  type LogSource,
  memoryKeyStore,
  openLog,
} from '../../src/index.js';
import { matches } from '../../src/log-source.js';
import { b64url, demoSigner, eventMaker, ORIGIN, START, type TestClock, testClock, UNWITNESSED } from './events.js';
import { type MemoryStore, memoryReader, memoryStore } from './memory-store.js';

/** Patient handle number n. */
export function patient(n: number): string {
  return b64url(seededRandom(`patient ${n}`)(32));
}

/** A log in memory with everything that a report or an erasure asks for. */
export interface DemoLog extends LogSource {
  readonly log: AuditLog;
  readonly store: MemoryStore;
  readonly clock: TestClock;
  readonly vkey: string;
  /** Appends an event, a second after the one before; gives its index. */
  add(change?: Partial<AuditEvent>): Promise<number>;
  /** The log again, as another process would open it. */
  reopen(): Promise<AuditLog>;
}

export interface DemoLogOptions {
  readonly origin?: string;
  readonly keys?: KeyStore;
  readonly clock?: TestClock;
  /** Give the reader an index. */
  readonly indexed?: boolean;
}

export async function demoLog({
  origin = ORIGIN,
  keys = memoryKeyStore(),
  clock = testClock(START),
  indexed = false,
}: DemoLogOptions = {}): Promise<DemoLog> {
  const store = memoryStore();
  const { signer, vkey } = await demoSigner(`signer ${origin}`, origin);
  const make = eventMaker(`demo ${origin}`, () => clock.now());
  let opened = 0;
  const reopen = (): Promise<AuditLog> =>
    openLog({
      origin,
      store,
      keys,
      signer,
      clock,
      random: seededRandom(`${origin} ${opened++}`),
      unwitnessed: UNWITNESSED,
    });
  const log = await reopen();
  const reader: LogReader = memoryReader(store);
  return {
    log,
    store,
    keys,
    clock,
    vkey,
    reader: indexed ? { ...reader, select: (query) => select(store, query) } : reader,
    policy: { logKey: vkey },
    reopen,
    async add(change = {}) {
      clock.advance(1000);
      return (await log.append(make(change))).index;
    },
  };
}

async function* select({ entries }: MemoryStore, query: EntryQuery): AsyncGenerator<number> {
  for (const [index, { leaf }] of entries.entries()) if (matches(decodeLeaf(leaf), query)) yield index;
}
