import { seededRandom } from '@wardseal/testkit';
import { describe, expect, it } from 'vitest';
import {
  type AppendOptions,
  type AuditLog,
  decodeLeaf,
  type LogStore,
  memoryKeyStore,
  type OpenLogOptions,
  openLog,
  parsePolicy,
  readProof,
  verifyCheckpoint,
  verifyWitnessed,
  type WitnessClient,
} from '../src/index.js';
import { codeOf, demoSigner, eventMaker, ORIGIN, type TestClock, testClock } from './support/events.js';
import { type MemoryStore, memoryStore } from './support/memory-store.js';
import { clientOf, cosigner, demoWitness } from './support/witnesses.js';

const { signer, vkey: logKey } = await demoSigner();

/** A witness that can be switched off, made slow, or made to lie. */
async function switchable(name: string, clock: TestClock) {
  const { client, vkey, witness } = await demoWitness(name, { clock });
  const behaviour = { kind: 'well' as 'well' | 'down' | 'slow' | 'fork' | 'ahead', asked: 0 };
  const { AuditError } = await import('../src/index.js');
  const wrapped: { -readonly [K in keyof WitnessClient]: WitnessClient[K] } = {
    ...client,
    async addCheckpoint(request) {
      behaviour.asked++;
      if (behaviour.kind === 'down') throw new AuditError('WITNESS_UNAVAILABLE', 'down');
      if (behaviour.kind === 'slow') return new Promise(() => undefined);
      if (behaviour.kind === 'fork') throw new AuditError('WITNESS_INCONSISTENT', 'it says');
      if (behaviour.kind === 'ahead') return { kind: 'conflict', size: 1_000_000 };
      return client.addCheckpoint(request);
    },
  };
  return { client: wrapped, vkey, witness, behaviour };
}

interface Demo {
  log: AuditLog;
  store: MemoryStore;
  clock: TestClock;
  make: ReturnType<typeof eventMaker>;
  witnesses: Awaited<ReturnType<typeof switchable>>[];
  policy: ReturnType<typeof parsePolicy>;
  open: (options?: { store?: LogStore }) => Promise<AuditLog>;
  alarms: unknown[];
}

async function demo(names: readonly string[], k: number, change: Partial<OpenLogOptions> = {}): Promise<Demo> {
  const clock = testClock();
  const witnesses = await Promise.all(names.map((name) => switchable(name, clock)));
  const lines = witnesses.map(({ vkey }, i) => `witness w${i} ${vkey}\n`).join('');
  const policy = parsePolicy(`${lines}group g ${k} ${names.map((_, i) => `w${i}`).join(' ')}\nquorum g\n`);
  const store = memoryStore();
  const keys = memoryKeyStore();
  const alarms: unknown[] = [];
  let opened = 0;
  const open = ({ store: other = store }: { store?: LogStore } = {}): Promise<AuditLog> =>
    openLog({
      origin: ORIGIN,
      store: other,
      keys,
      signer,
      clock,
      random: seededRandom(`witnessing ${opened++}`),
      witnesses: {
        policy,
        clients: witnesses.map(({ client }) => client),
        org: 'RX1',
        onAlarm: (outage: unknown) => alarms.push(outage),
      },
      ...change,
    } as OpenLogOptions);
  const make = eventMaker('witnessing', () => clock.now());
  return { log: await open(), store, clock, make, witnesses, policy, open, alarms };
}

const witnessed: AppendOptions = { await: 'witnessed' };
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

function types(store: MemoryStore): string[] {
  return store.entries.map(({ leaf }) => decodeLeaf(leaf)).map(({ type, outcome }) => `${type} ${outcome}`);
}

describe('a log with witnesses', () => {
  it('gives receipts that a quorum stands by, and publishes their cosignatures', async () => {
    const { log, make, store, policy } = await demo(['a.example', 'b.example'], 2);
    const { receipt, index } = await log.append(make(), witnessed);
    const { checkpoint } = readProof(receipt!);
    const all = { logKey, witnesses: policy };
    expect((await verifyCheckpoint(checkpoint, all)).cosignatures).toHaveLength(2);
    await expect.poll(() => text(store.files.get('checkpoint')!)).toBe(checkpoint);
    expect(log.checkpoint()).toBe(checkpoint);
    expect(log.witnessState()).toMatchObject({
      unwitnessedSince: null,
      failures: [],
      lastQuorumAt: expect.any(Number),
    });
    // The browser's later check of a receipt that nobody had witnessed.
    const early = await log.append(make(), { await: 'integrated' });
    expect(early.index).toBe(index + 1);
    const { checkpoint: newer } = await log.witness();
    const path = await log.consistencyProof(2, 2);
    expect((await verifyWitnessed(early.receipt!, newer, path, all)).size).toBe(2);
    expect((await verifyWitnessed(receipt!, newer, await log.consistencyProof(1, 2), all)).size).toBe(2);
    expect(await codeOf(verifyWitnessed(receipt!, newer, [], all))).toBe('CONSISTENCY_INVALID');
    expect(await codeOf(verifyWitnessed(early.receipt!, readProof(early.receipt!).checkpoint, [], all))).toBe(
      'QUORUM_MISSING',
    );
    await log.close();
  });

  it('asks in the background after each checkpoint, also for entries that nobody waits for', async () => {
    const { log, make, clock, policy } = await demo(['a.example'], 1);
    await log.append(make());
    clock.advance(1000);
    await expect.poll(() => log.witnessed?.size).toBe(1);
    expect((await verifyCheckpoint(log.checkpoint(), { logKey, witnesses: policy })).size).toBe(1);
    await log.close();
  });

  it('a quorum does not wait for the slow one', async () => {
    const { log, make, witnesses } = await demo(['a.example', 'b.example', 'slow.example'], 2);
    witnesses[2]!.behaviour.kind = 'slow';
    const { receipt } = await log.append(make(), witnessed);
    expect(receipt).not.toBeNull();
  });

  it('nor does the next one: who owes an answer is not asked again, and its late word is taken', async () => {
    const { log, make, witnesses, clock, store } = await demo(['a.example', 'slow.example'], 1);
    let release: () => void = () => undefined;
    const { addCheckpoint } = witnesses[1]!.client;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    witnesses[1]!.client.addCheckpoint = async (request) => {
      await gate;
      return addCheckpoint(request);
    };
    await log.append(make(), witnessed);
    expect(log.witnessState()!.failures).toEqual([]);
    clock.advance(500);
    await log.append(make(), witnessed);
    await expect.poll(() => log.witnessState()!.failures.map(({ name }) => name)).toEqual(['slow.example']);
    await log.append(make(), witnessed);
    release();
    const { checkpoint } = await log.witness();
    expect(checkpoint).toContain('a.example');
    await log.append(make(), witnessed);
    await expect.poll(() => text(store.files.get('checkpoint')!)).toContain('slow.example');
    await log.close();
  });

  it('a word that comes late, on what is still the latest checkpoint, is published too', async () => {
    const { log, make, witnesses, clock, store } = await demo(['a.example', 'slow.example'], 1);
    let release: () => void = () => undefined;
    const { addCheckpoint } = witnesses[1]!.client;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    witnesses[1]!.client.addCheckpoint = (request) => gate.then(() => addCheckpoint(request));
    await log.append(make(), witnessed);
    clock.advance(500);
    await expect.poll(() => text(store.files.get('checkpoint')!)).toContain('a.example');
    expect(log.checkpoint()).not.toContain('slow.example');
    release();
    await expect.poll(() => log.checkpoint()).toContain('slow.example');
    expect(log.checkpoint()).toContain('a.example');
    await log.close();
  });

  it('QUORUM_MISSING when too few sign: the entry is in the log, and trying again recovers the receipt', async () => {
    const { log, make, store, witnesses } = await demo(['a.example', 'b.example'], 2);
    witnesses[1]!.behaviour.kind = 'down';
    const event = make();
    expect(await codeOf(log.append(event, witnessed))).toBe('QUORUM_MISSING');
    expect(store.entries).toHaveLength(1);
    witnesses[1]!.behaviour.kind = 'well';
    const again = await log.append(event, witnessed);
    expect(again).toMatchObject({ index: 0, duplicate: true });
    expect(again.receipt).not.toBeNull();
    await log.close();
  });

  it('a waiting append gives up in time though a witness says nothing at all', async () => {
    const { log, make, clock, witnesses } = await demo(['a.example'], 1);
    witnesses[0]!.behaviour.kind = 'slow';
    const work = codeOf(log.append(make(), witnessed));
    await expect.poll(() => witnesses[0]!.behaviour.asked).toBeGreaterThan(1);
    clock.advance(10_000);
    expect(await work).toBe('QUORUM_MISSING');
  });

  it('a heartbeat asks again, so that silence is evidence', async () => {
    const { log, make, clock, witnesses } = await demo(['a.example'], 1);
    await log.append(make(), witnessed);
    const { asked } = witnesses[0]!.behaviour;
    const before = log.witnessed!.at!;
    await new Promise((resolve) => setTimeout(resolve, 5));
    clock.advance(600_000);
    await expect.poll(() => log.witnessed!.at).toBe(before + 600_000);
    expect(witnesses[0]!.behaviour.asked).toBe(asked + 1);
    expect(log.size).toBe(1);
    await log.close();
  });

  it('an outage: one entry once it lasts, one alarm, one entry at its end, and asks again every 30 s', async () => {
    const { log, make, clock, witnesses, store, alarms } = await demo(['a.example', 'b.example'], 2);
    await log.append(make(), witnessed);
    witnesses[0]!.behaviour.kind = 'down';
    const since = clock.now();
    await log.append(make(), { await: 'integrated' });
    await expect.poll(() => log.witnessState()!.unwitnessedSince).toBe(since);
    expect(log.witnessState()!.failures.map(({ name, error }) => `${name} ${error.code}`)).toEqual([
      'a.example WITNESS_UNAVAILABLE',
    ]);
    for (let i = 0; i < 24; i++) {
      const { asked } = witnesses[1]!.behaviour;
      clock.advance(30_000);
      await expect.poll(() => witnesses[1]!.behaviour.asked).toBeGreaterThan(asked);
      await new Promise((resolve) => setTimeout(resolve, 5));
      await log.append(make());
    }
    expect(types(store).filter((type) => type.startsWith('witness.fail'))).toEqual(['witness.fail serious']);
    expect(alarms).toEqual([{ since, failures: log.witnessState()!.failures }]);
    witnesses[0]!.behaviour.kind = 'well';
    await log.append(make(), witnessed);
    expect(log.witnessState()!.unwitnessedSince).toBeNull();
    await expect
      .poll(() => types(store).filter((type) => type.startsWith('witness.fail')))
      .toEqual(['witness.fail serious', 'witness.fail success']);
    await log.close();
  });

  it('without a quorum it asks again after 30 s though nothing new comes', async () => {
    const { log, make, clock, witnesses } = await demo(['a.example'], 1);
    witnesses[0]!.behaviour.kind = 'down';
    await log.append(make(), { await: 'integrated' });
    await expect.poll(() => log.witnessState()!.unwitnessedSince).not.toBeNull();
    // The timer of the next checkpoint, which has nothing to cover and asks once more.
    clock.advance(1000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { asked } = witnesses[0]!.behaviour;
    clock.advance(29_999);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(witnesses[0]!.behaviour.asked).toBe(asked);
    witnesses[0]!.behaviour.kind = 'well';
    clock.advance(1);
    await expect.poll(() => log.witnessState()!.unwitnessedSince).toBeNull();
    expect(log.witnessed!.size).toBeGreaterThanOrEqual(1);
    await log.close();
  });

  it('a hiccup of seconds logs nothing', async () => {
    const { log, make, clock, witnesses, store, alarms } = await demo(['a.example'], 1);
    witnesses[0]!.behaviour.kind = 'down';
    await log.append(make(), { await: 'integrated' });
    await expect.poll(() => log.witnessState()!.unwitnessedSince).not.toBeNull();
    clock.advance(5000);
    witnesses[0]!.behaviour.kind = 'well';
    await log.append(make(), witnessed);
    clock.advance(400_000);
    await log.append(make(), witnessed);
    expect(types(store).filter((type) => type.startsWith('witness.fail'))).toEqual([]);
    expect(alarms).toEqual([]);
    await log.close();
  });

  it.each(['fork', 'ahead'] as const)(
    'a witness that only claims another history (%s) does not stop the log',
    async (kind) => {
      const { log, make, witnesses } = await demo(['a.example', 'liar.example'], 1);
      witnesses[1]!.behaviour.kind = kind;
      await log.append(make(), witnessed);
      const { receipt } = await log.append(make(), witnessed);
      expect(receipt).not.toBeNull();
      await expect.poll(() => log.witnessState()!.failures).toHaveLength(1);
      await log.close();
    },
  );

  it.each(['fork', 'ahead'] as const)(
    'a witness that claims another history (%s) and shows what the log signed meanwhile does not stop it',
    async (kind) => {
      const { log, make, witnesses } = await demo(['a.example', 'liar.example'], 1);
      const { client, behaviour } = witnesses[1]!;
      let shown = 0;
      client.latest = async () => {
        await log.append(make(), { await: 'integrated' });
        shown++;
        return log.checkpoint();
      };
      await log.append(make(), witnessed);
      behaviour.kind = kind;
      await log.append(make(), witnessed);
      await expect.poll(() => shown).toBeGreaterThan(0);
      await expect.poll(() => log.witnessState()!.failures).toHaveLength(1);
      for (let i = 0; i < 3; i++) expect(await codeOf(log.append(make(), witnessed))).toBe('none');
      await log.close();
    },
  );

  it('a witness that shows another history under the log’s own key stops it', async () => {
    const { log, make, witnesses, store, open } = await demo(['a.example', 'b.example'], 1);
    for (let i = 0; i < 3; i++) await log.append(make(), witnessed);
    // Another process went on from a copy of the store, seen by one witness only.
    const copy = memoryStore();
    for (const entry of store.entries) copy.entries.push(entry);
    for (const [path, data] of store.files) copy.files.set(path, data);
    witnesses[1]!.behaviour.kind = 'down';
    const other = await open({ store: copy });
    await other.append(make(), witnessed);
    await other.append(make(), witnessed);
    witnesses[1]!.behaviour.kind = 'well';
    expect(await codeOf(log.append(make(), { await: 'integrated' }))).toBe('none');
    await expect.poll(() => codeOf(log.append(make()))).toBe('LOG_ROLLED_BACK');
  });

  it('a post-quantum key of the log signs every checkpoint too', async () => {
    const pq = await cosigner(ORIGIN, 'ml-dsa-44');
    const { log, make, policy } = await demo(['a.example'], 1, { pqSigner: pq.signer });
    const { receipt } = await log.append(make(), witnessed);
    const { checkpoint } = readProof(receipt!);
    const all = { logKey, pqLogKey: pq.vkey, witnesses: policy };
    expect((await verifyCheckpoint(checkpoint, all)).size).toBe(1);
    expect(await codeOf(verifyCheckpoint(checkpoint, { logKey, witnesses: policy }))).toBe('none');
    await log.close();
    const wrong = await cosigner('elsewhere.example', 'ml-dsa-44');
    expect(await codeOf(demo(['a.example'], 1, { pqSigner: wrong.signer }))).toBe('RangeError');
    expect(await codeOf(demo(['a.example'], 1, { pqSigner: signer }))).toBe('KEY_INVALID');
  });

  it('a log without witnesses says so', async () => {
    const { witnesses } = await demo(['a.example'], 1);
    expect(clientOf(witnesses[0]!.witness, witnesses[0]!.vkey).name).toBe('a.example');
    const log = await openLog({
      origin: ORIGIN,
      store: memoryStore(),
      keys: memoryKeyStore(),
      signer,
      clock: testClock(),
      random: seededRandom('alone'),
      unwitnessed: { acceptedBy: 'demo board', until: '2099-12-31', reason: 'a test' },
    });
    expect(log.witnessState()).toBeNull();
    expect(await codeOf(log.append(eventMaker('alone')(), witnessed))).toBe('RangeError');
    await log.close();
  });
});
