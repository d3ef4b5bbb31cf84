import { seededRandom } from '@wardseal/testkit';
import {
  type Cursor,
  type CursorStore,
  type ExportOptions,
  type OpenedEntry,
  readOpened,
} from '../../../src/export.js';
import {
  type AuditEvent,
  type AuditLog,
  type KeyStore,
  type LogSource,
  memoryKeyStore,
  openLog,
} from '../../../src/index.js';
import { demoSigner, eventMaker, ORIGIN, testClock, UNWITNESSED } from '../events.js';
import { type MemoryStore, memoryReader, memoryStore } from '../memory-store.js';

export const OPTIONS: ExportOptions = {
  origin: ORIGIN,
  source: {
    id: 'wardseal.demo-trust.example',
    name: 'Wardseal at Demo Trust',
    url: 'https://wardseal.demo-trust.example/',
    site: 'Demo Trust',
  },
};

/** The custodian's answer, for tests. */
export const PATIENT = { reference: 'Patient/demo-1', display: 'Invented Patient' };

export interface DemoLog {
  readonly log: AuditLog;
  readonly store: MemoryStore;
  readonly keys: KeyStore;
  readonly source: LogSource;
  readonly make: (change?: Partial<AuditEvent>) => AuditEvent;
}

export async function demoLog(seed: string = 'export'): Promise<DemoLog> {
  const store = memoryStore();
  const keys = memoryKeyStore();
  const { signer, vkey } = await demoSigner();
  const run = { origin: ORIGIN, unwitnessed: UNWITNESSED, clock: testClock(), random: seededRandom(seed) };
  const log = await openLog({ ...run, store, keys, signer });
  return {
    log,
    store,
    keys,
    source: { reader: memoryReader(store), keys, policy: { logKey: vkey } },
    make: eventMaker(seed),
  };
}

/** The events as opened entries of one log, in order. */
export async function entriesOf(
  changes: readonly Partial<AuditEvent>[],
  seed: string = 'export',
): Promise<OpenedEntry[]> {
  const { log, source, make } = await demoLog(seed);
  for (const change of changes) await log.append(make(change));
  await log.integrate();
  const entries: OpenedEntry[] = [];
  for await (const entry of readOpened(source, ORIGIN, changes.length)) entries.push(entry);
  await log.close();
  return entries;
}

/** The entry without an object, a subject, a place: what an event may leave out, left out. */
export const BARE: Partial<AuditEvent> = {
  actor: { id: 'system-1', kind: 'system', org: 'RX1' },
  subject: undefined as never,
  object: undefined as never,
  where: undefined as never,
  policy: undefined as never,
  purpose: undefined as never,
};

/** Everything an event can say. */
export const FULL: Partial<AuditEvent> = {
  reason: 'on call, patient asked for',
  onBehalfOf: 'person-consultant-reed',
  where: { ip: '192.0.2.7', device: 'device-42', geofence: 'outside', site: 'Ward 7' },
  session: 'session-1',
  request: 'request-1',
  evidence: { kind: 'checkpoint', data: 'AAAA' },
};

/** A cursor that is kept as long as the test runs. */
export function memoryCursor(): CursorStore & { current: Cursor | null } {
  return {
    current: null,
    async load() {
      return this.current;
    },
    async save(cursor) {
      this.current = cursor;
    },
  };
}
