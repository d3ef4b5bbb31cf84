import { seededRandom } from '@wardseal/testkit';
import { describe, expect, it } from 'vitest';
import {
  type AuditLog,
  Cosigners,
  type LogReader,
  type MonitorOptions,
  type MonitorReport,
  type MonitorState,
  memoryKeyStore,
  monitor,
  openLog,
  parsePolicy,
  tilePath,
  urlReader,
  type VerifyPolicy,
  verifyEvidence,
} from '../src/index.js';
import { codeOf, demoSigner, eventMaker, ORIGIN, type TestClock, testClock } from './support/events.js';
import { type MemoryStore, memoryReader, memoryStore } from './support/memory-store.js';
import { checkpointOver, demoWitness, leavesOf } from './support/witnesses.js';

const { signer, vkey: logKey } = await demoSigner();
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Demo {
  log: AuditLog;
  store: MemoryStore;
  clock: TestClock;
  logClock: TestClock;
  make: ReturnType<typeof eventMaker>;
  policy: VerifyPolicy;
  cosign: () => Promise<void>;
}

/** A log, a witness with a clock of its own, and a way to put its word on the published checkpoint. */
async function demo(): Promise<Demo> {
  const clock = testClock();
  const logClock = testClock();
  const store = memoryStore();
  const witness = await demoWitness('w.example', { clock });
  const log = await openLog({
    origin: ORIGIN,
    store,
    keys: memoryKeyStore(),
    signer,
    clock: logClock,
    random: seededRandom('monitor'),
    unwitnessed: { acceptedBy: 'demo board', until: '2099-12-31', reason: 'a test' },
  });
  const cosigners = new Cosigners([witness.client]);
  const cosign = async (): Promise<void> => {
    const { checkpoint } = await cosigners.cosign(log.checkpoint(), (from, to) => log.consistencyProof(from, to));
    store.files.set('checkpoint', encode(checkpoint));
  };
  const witnesses = parsePolicy(`witness w ${witness.vkey}\nquorum w\n`);
  const make = eventMaker('monitor', () => logClock.now());
  return { log, store, clock, logClock, make, policy: { logKey, witnesses, maxAge: 900_000 }, cosign };
}

const codes = ({ alerts }: MonitorReport): string[] => alerts.map(({ code }) => code);

/** The public files, and nothing of the journal. */
function publicReader(store: MemoryStore): LogReader {
  const { readCheckpoint, readTile } = memoryReader(store);
  return { readCheckpoint, readTile };
}

describe('monitor', () => {
  it('looks once at a time: a timer that is faster than a look misses nothing', async () => {
    const { log, store, clock, make, policy, cosign } = await demo();
    const seen: number[] = [];
    const watch = monitor(publicReader(store), policy, { clock, rules: [({ index }) => void seen.push(index)] });
    await watch.look().catch(() => undefined);
    for (const count of [5, 3]) {
      await Promise.all(Array.from({ length: count }, () => log.append(make())));
      await log.integrate();
      await cosign();
      const reports = await Promise.all([watch.look(), watch.look(), watch.look()]);
      expect(reports.flatMap(codes)).toEqual([]);
      expect(reports.map(({ entries }) => entries)).toEqual([count, 0, 0]);
    }
    expect(watch.state!.next).toBe(8);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('gives every new entry once, over restarts, and is content with an honest log', async () => {
    const { log, store, clock, logClock, make, policy, cosign } = await demo();
    const seen: number[] = [];
    let state: MonitorState | null = null;
    for (const count of [0, 1, 254, 1, 1, 300, 0]) {
      await Promise.all(Array.from({ length: count }, () => log.append(make())));
      await log.integrate();
      await cosign();
      const options: MonitorOptions = {
        state: state && (JSON.parse(JSON.stringify(state)) as MonitorState),
        clock,
        rules: [
          ({ index, leaf }) => {
            seen.push(index);
            expect(leaf.type).toBe('image.view');
          },
        ],
      };
      const report = await monitor(publicReader(store), policy, options).look();
      expect(codes(report)).toEqual([]);
      expect(report).toMatchObject({ entries: count, checkpoint: { size: log.size } });
      expect(report.checkpoint!.cosignatures).toHaveLength(1);
      state = report.state;
      clock.advance(60_000);
      logClock.advance(60_000);
    }
    expect(seen).toEqual(Array.from({ length: 557 }, (_, i) => i));
  });

  it('follows the same log over the web, with limits', async () => {
    const { log, store, clock, make, policy, cosign } = await demo();
    await Promise.all(Array.from({ length: 300 }, () => log.append(make())));
    await log.integrate();
    await cosign();
    const asked: string[] = [];
    const fetch = async (url: string | URL | Request): Promise<Response> => {
      const path = new URL(url as string).pathname.replace('/2026/', '');
      asked.push(path);
      const data = store.files.get(path);
      return data ? new Response(new Uint8Array(data)) : new Response('', { status: 404 });
    };
    const reader = urlReader('https://audit.demo-trust.example/2026', { fetch });
    const report = await monitor(reader, policy, { clock }).look();
    expect([codes(report), report.entries]).toEqual([[], 300]);
    expect(asked).toContain(tilePath({ level: 'entries', index: 0, width: 256 }));
    const gone = urlReader('https://audit.demo-trust.example/2026', { fetch: () => Promise.reject(new Error('down')) });
    expect(codes(await monitor(gone, policy, { clock }).look())).toEqual(['STORE_FAILED']);
  });

  it('keeps where it stands after every bundle: a rule that fails has the bundle again', async () => {
    const { log, store, clock, make, policy, cosign } = await demo();
    await Promise.all(Array.from({ length: 600 }, () => log.append(make())));
    await log.integrate();
    await cosign();
    let saved: MonitorState | null = null;
    const seen: number[] = [];
    const options: MonitorOptions = {
      clock,
      save(state) {
        saved = state;
      },
      rules: [
        ({ index }) => {
          if (index === 300) throw new TypeError('the pager is broken');
          seen.push(index);
        },
      ],
    };
    await expect(monitor(publicReader(store), policy, options).look()).rejects.toThrow('the pager is broken');
    expect(saved!.next).toBe(256);
    const again = monitor(publicReader(store), policy, {
      clock,
      state: saved,
      rules: [({ index }) => void seen.push(index)],
    });
    expect((await again.look()).entries).toBe(344);
    expect(new Set(seen).size).toBe(600);
  });

  it('finds a split view and hands over the evidence, and stays where it was', async () => {
    const { log, store, clock, make, policy, cosign } = await demo();
    for (let i = 0; i < 5; i++) await log.append(make());
    await log.integrate();
    await cosign();
    const watch = monitor(publicReader(store), policy, { clock });
    await watch.look();
    const kept = watch.state!.checkpoint;
    for (const size of [5, 9]) {
      // The log's key signs another history, with the tiles to it.
      const leaves = leavesOf(size);
      const { TileTree } = await import('../src/tile-tree.js');
      const tree = new TileTree();
      for (const leaf of leaves) tree.append(new Uint8Array(leaf));
      for (const tile of tree.takeTiles()) store.files.set(tilePath(tile), tile.data);
      store.files.set('checkpoint', encode(await checkpointOver(leaves, [signer])));
      const report = await watch.look();
      expect(codes(report)).toEqual(['CONSISTENCY_INVALID']);
      const { older, newer } = await verifyEvidence(report.alerts[0]!.evidence!, policy);
      expect([older.size, newer.size]).toEqual([5, size]);
      expect(watch.state!.checkpoint).toBe(kept);
      expect(report.checkpoint!.size).toBe(5);
    }
  });

  it('finds a rollback, a lost and a changed file, a missing checkpoint and one that others signed', async () => {
    const { log, store, clock, make, policy, cosign } = await demo();
    await log.append(make());
    await log.integrate();
    await cosign();
    const first = store.files.get('checkpoint')!;
    await Promise.all(Array.from({ length: 300 }, () => log.append(make())));
    await log.integrate();
    await cosign();
    const latest = store.files.get('checkpoint')!;
    const watch = monitor(publicReader(store), policy, { clock });
    expect(codes(await watch.look())).toEqual([]);
    const look = async (): Promise<string[]> => codes(await watch.look());
    store.files.set('checkpoint', first);
    expect(await look()).toEqual(['LOG_ROLLED_BACK']);
    store.files.delete('checkpoint');
    expect(await look()).toEqual(['CHECKPOINT_INVALID']);
    store.files.set('checkpoint', encode(await checkpointOver(leavesOf(400), [(await demoSigner('x')).signer])));
    expect(await look()).toEqual(['CHECKPOINT_UNSIGNED']);
    store.files.set('checkpoint', latest);
    expect(await look()).toEqual([]);
    // For who looks for the first time every changed byte of every file counts.
    for (const path of [...store.files.keys()].filter((name) => name.startsWith('tile/'))) {
      const good = store.files.get(path)!;
      const fresh = (): Promise<MonitorReport> => monitor(publicReader(store), policy, { clock }).look();
      const bad = new Uint8Array(good);
      bad[bad.length >> 1]! ^= 1;
      store.files.set(path, bad);
      // A full tile of leaf hashes says nothing that its bundle and the level above do not.
      const needed = path.endsWith('001.p/45') || path === 'tile/entries/000' || path === 'tile/1/000.p/1';
      expect(codes(await fresh()), path).toEqual(needed ? ['TILE_INVALID'] : []);
      store.files.delete(path);
      expect(codes(await fresh()), path).toEqual(needed ? ['TILE_INVALID'] : []);
      store.files.set(path, good);
    }
  });

  it('is not taken in by files that fit each other and not the checkpoint', async () => {
    const { TileTree } = await import('../src/tile-tree.js');
    for (const size of [5, 256, 300]) {
      const tree = new TileTree();
      for (const leaf of leavesOf(size, 'another tree')) tree.append(new Uint8Array(leaf));
      const files = new Map(tree.takeTiles().map((tile) => [tilePath(tile), tile.data]));
      const text = encode(await checkpointOver(leavesOf(size), [signer]));
      const readTile: LogReader['readTile'] = async (id) => files.get(tilePath(id)) ?? null;
      const seen: number[] = [];
      const rules = [({ index }: { index: number }) => void seen.push(index)];
      const reader = { readCheckpoint: async () => text, readTile };
      expect(codes(await monitor(reader, { logKey }, { rules }).look())).toEqual(['TILE_INVALID']);
      expect(seen).toEqual([]);
    }
  });

  it('minds the quorum, after some patience, and its age', async () => {
    const { log, store, clock, make, policy, cosign } = await demo();
    await log.append(make());
    await log.integrate();
    const watch = monitor(publicReader(store), policy, { clock });
    expect(codes(await watch.look())).toEqual([]);
    clock.advance(61_000);
    expect(codes(await watch.look())).toEqual(['QUORUM_MISSING']);
    await cosign();
    expect(codes(await watch.look())).toEqual([]);
    clock.advance(900_000);
    expect(codes(await watch.look())).toEqual([]);
    clock.advance(1);
    expect(codes(await watch.look())).toEqual(['CHECKPOINT_STALE']);
    // A heartbeat is enough.
    await cosign();
    expect(codes(await watch.look())).toEqual([]);
  });

  it.each([
    ['ahead', 3001, ['CLOCK_SKEW']],
    ['ahead within bounds, for a witness that stamps whole seconds', 3000, []],
    ['behind', -2001, ['CLOCK_SKEW']],
    ['behind within bounds', -2000, []],
  ] as const)('flags a clock that is %s', async (_, off, expected) => {
    const { log, store, clock, logClock, make, policy, cosign } = await demo();
    await log.integrate();
    await cosign();
    const watch = monitor(publicReader(store), policy, { clock });
    await watch.look();
    logClock.advance(off);
    await log.append(make());
    await log.integrate();
    await cosign();
    const report = await watch.look();
    expect(codes(report)).toEqual(expected);
    if (expected.length > 0) expect(report.alerts[0]!.index).toBe(0);
  });

  it('flags a clock that was set back, and entries that are no leaves', async () => {
    const { log, store, clock, logClock, make } = await demo();
    logClock.advance(10_000);
    await log.append(make());
    logClock.advance(-2001);
    await log.append(make());
    await log.integrate();
    const report = await monitor(publicReader(store), { logKey }, { clock }).look();
    expect(report.alerts).toEqual([{ code: 'CLOCK_SKEW', message: expect.any(String), index: 1 }]);
    const leaves = leavesOf(3);
    const { TileTree } = await import('../src/tile-tree.js');
    const tree = new TileTree();
    for (const leaf of leaves) tree.append(new Uint8Array(leaf));
    const files = new Map(tree.takeTiles().map((tile) => [tilePath(tile), tile.data]));
    const text = encode(await checkpointOver(leaves, [signer]));
    const reader = {
      readCheckpoint: async () => text,
      readTile: async (id: Parameters<typeof tilePath>[0]) => files.get(tilePath(id)) ?? null,
    };
    const foreign = await monitor(reader, { logKey }, { clock }).look();
    expect(codes(foreign)).toEqual(['LEAF_INVALID', 'LEAF_INVALID', 'LEAF_INVALID']);
  });

  it('looks again and again until it is called off', async () => {
    const { log, store, clock, make } = await demo();
    const end = new AbortController();
    const sizes: number[] = [];
    const watch = monitor(publicReader(store), { logKey }, { clock });
    const done = (async () => {
      for await (const { checkpoint } of watch.follow({ every: 1000, signal: end.signal }))
        sizes.push(checkpoint!.size);
    })();
    await expect.poll(() => sizes).toEqual([0]);
    await log.append(make(), { await: 'integrated' });
    clock.advance(1000);
    await expect.poll(() => sizes).toEqual([0, 1]);
    end.abort();
    await done;
  });

  it('refuses settings and states that cannot be meant', async () => {
    const { store, clock } = await demo();
    const make = (options: MonitorOptions) => codeOf(() => monitor(publicReader(store), { logKey }, options));
    expect(await make({ state: { checkpoint: '', next: -1, quorumSeen: 0 } })).toBe('RangeError');
    expect(await make({ maxSkew: Number.NaN })).toBe('RangeError');
    expect(await make({ quorumPatience: -1 })).toBe('RangeError');
    const state = { checkpoint: 'nothing', next: 0, quorumSeen: 0 };
    expect(codes(await monitor(publicReader(store), { logKey }, { clock, state }).look())).toEqual([
      'CHECKPOINT_INVALID',
    ]);
    expect(await codeOf(monitor(publicReader(store), { logKey: 'x' }, { clock }).look())).toBe('KEY_INVALID');
  });
});
