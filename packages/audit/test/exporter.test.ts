import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '../src/event-codes.js';
import { type Cursor, type ExportBatch, type ExporterOptions, exporter } from '../src/export.js';
import { type AuditError, generateLogKey, type KeyStore, memoryKeyStore } from '../src/index.js';
import { codeOf, hexOf, ORIGIN, testClock } from './support/events.js';
import { type DemoLog, demoLog, memoryCursor, OPTIONS } from './support/export/entries.js';

const { origin: _, ...system } = OPTIONS;

/** A collector that keeps what it was given. */
function collector() {
  const batches: ExportBatch[] = [];
  return {
    batches,
    deliver: async (batch: ExportBatch) => void batches.push(batch),
    indices: () => batches.flatMap(({ from, lines }) => lines.map((_line, i) => from + i)),
  };
}

async function filled(count: number, seed?: string): Promise<DemoLog> {
  const demo = await demoLog(seed);
  for (let i = 0; i < count; i++) await demo.log.append(demo.make());
  await demo.log.integrate();
  return demo;
}

const setup = (demo: DemoLog, rest: Partial<ExporterOptions> = {}) => {
  const cursor = memoryCursor();
  const seen = collector();
  const options: ExporterOptions = {
    source: demo.source,
    format: 'ecs',
    options: system,
    deliver: seen.deliver,
    cursor,
    ...rest,
  };
  return { cursor, seen, options };
};

/** Lets everything that is under way in memory come to rest. */
const settle = async () => {
  for (let i = 0; i < 40; i++) await new Promise((resolve) => setTimeout(resolve, 1));
};

/** Waits for what must come, however busy the machine is; then for what follows from it. */
const until = async (come: () => boolean) => {
  while (!come()) await new Promise((resolve) => setTimeout(resolve, 1));
  await settle();
};

describe('exporter', () => {
  it('delivers every integrated entry once when nothing fails, in batches, and nothing that is not integrated', async () => {
    const demo = await filled(7);
    await demo.log.append(demo.make());
    const { seen, cursor, options } = setup(demo, { batchEntries: 3 });
    const out = exporter(options);
    expect(await out.drain()).toBe(7);
    expect(seen.batches.map(({ from, to }) => [from, to])).toEqual([
      [0, 3],
      [3, 6],
      [6, 7],
    ]);
    expect(seen.batches[0]).toMatchObject({ origin: ORIGIN });
    expect(JSON.parse(seen.batches[1]!.lines[1]!)).toMatchObject({ event: { sequence: 4 } });
    expect(await out.drain()).toBe(0);
    await demo.log.integrate();
    expect(await out.drain()).toBe(1);
    expect(cursor.current).toMatchObject({
      origin: ORIGIN,
      next: 8,
      leafHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(seen.indices()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('delivers nothing without the secrets of the log', async () => {
    const demo = await filled(2);
    const { seen, options } = setup(demo, { source: { ...demo.source, keys: memoryKeyStore() } });
    expect(await codeOf(exporter(options).drain())).toBe('SECRET_MISSING');
    expect(seen.indices()).toEqual([]);
  });

  it('has nothing to do before the first checkpoint', async () => {
    const demo = await demoLog();
    const source = { ...demo.source, reader: { ...demo.source.reader, readCheckpoint: async () => null } };
    const { options, seen } = setup(demo, { source });
    expect(await exporter(options).drain()).toBe(0);
    expect(seen.batches).toEqual([]);
  });

  it('closes a batch by its size as well, and takes a format of the caller', async () => {
    const demo = await filled(5);
    const format = async ({ index, leafHash }: { index: number; leafHash: Uint8Array }) =>
      `${index} ${hexOf(leafHash)} ${'x'.repeat(600)}`;
    const { options, seen } = setup(demo, { format, batchBytes: 1000 });
    expect(await exporter(options).drain()).toBe(5);
    expect(seen.batches.map(({ lines }) => lines.length)).toEqual([2, 2, 1]);
    expect(seen.batches[0]!.lines[0]).toMatch(/^0 [0-9a-f]{64} x+$/);
  });

  it('loses nothing and leaves no gap, wherever deliver and cursor fail or the process dies', async () => {
    const demo = await filled(23, 'gaps');
    const fate = fc.constantFrom(
      'good',
      'deliver before',
      'deliver after',
      'note',
      'save before',
      'save after',
      'load',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fate, { maxLength: 14 }),
        fc.integer({ min: 1, max: 6 }),
        async (fates, batchEntries) => {
          const cursor = memoryCursor();
          const seen = collector();
          let step = 0;
          const dies = (fault: string) => {
            if (fates[step] === fault) {
              step++;
              throw new Error(fault);
            }
          };
          const options: ExporterOptions = {
            source: demo.source,
            format: ({ index }) => String(index),
            batchEntries,
            async deliver(batch) {
              dies('deliver before');
              await seen.deliver(batch);
              dies('deliver after');
            },
            async note() {
              dies('note');
            },
            cursor: {
              async load() {
                dies('load');
                return cursor.load();
              },
              async save(next) {
                dies('save before');
                await cursor.save(next);
                dies('save after');
                if (fates[step] === 'good') step++;
              },
            },
          };
          // Every life is a new exporter that knows only what the cursor's store kept.
          let lives = 0;
          for (let left = true; left; lives++) {
            expect(lives).toBeLessThan(40);
            left = await exporter(options)
              .drain()
              .then(
                () => false,
                (error: AuditError) => {
                  expect(error.code).toBe('DELIVERY_FAILED');
                  return true;
                },
              );
          }
          const indices = seen.indices();
          let reached = 0;
          for (const index of indices) {
            expect(index).toBeLessThanOrEqual(reached);
            reached = Math.max(reached, index + 1);
          }
          expect(reached).toBe(23);
          expect(new Set(indices).size).toBe(23);
          expect(cursor.current!.next).toBe(23);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('runs on: new entries follow, failures are tried again later and later, stop ends it', async () => {
    const demo = await filled(2, 'run');
    const clock = testClock();
    const delays: number[] = [];
    let down = 4;
    const { seen, options } = setup(demo, {
      clock,
      pollEvery: 5000,
      onRetry: (error, delay) => {
        expect((error as AuditError).cause).toBeInstanceOf(TypeError);
        delays.push(delay);
      },
    });
    const out = exporter({
      ...options,
      async deliver(batch) {
        // What `fetch` throws when nobody answers.
        if (down-- > 0) throw new TypeError('fetch failed');
        await seen.deliver(batch);
      },
    });
    const running = out.run();
    for (const [i, ms] of [1000, 2000, 4000, 8000].entries()) {
      await until(() => delays.length === i + 1);
      clock.advance(ms);
    }
    await until(() => seen.batches.length === 1);
    expect(delays).toEqual([1000, 2000, 4000, 8000]);
    expect(seen.indices()).toEqual([0, 1]);
    await demo.log.append(demo.make(), { await: 'integrated' });
    clock.advance(4999);
    await settle();
    expect(seen.indices()).toEqual([0, 1]);
    clock.advance(1);
    await until(() => seen.batches.length === 2);
    expect(seen.indices()).toEqual([0, 1, 2]);
    await out.stop();
    await running;
    await demo.log.append(demo.make(), { await: 'integrated' });
    clock.advance(60_000);
    await settle();
    expect(seen.indices()).toEqual([0, 1, 2]);
  });

  it('never waits longer than five minutes, and begins anew after a success', async () => {
    const demo = await filled(1, 'delays');
    const clock = testClock();
    const delays: number[] = [];
    const { options } = setup(demo, { clock, onRetry: (_error, delay) => delays.push(delay) });
    let down = true;
    let delivered = 0;
    const out = exporter({
      ...options,
      async deliver() {
        if (down) throw new Error('down');
        delivered++;
      },
    });
    const running = out.run();
    for (let i = 0; i < 10; i++) {
      await until(() => delays.length === i + 1);
      down = i < 9;
      clock.advance(300_000);
    }
    await until(() => delivered === 1);
    expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000]);
    down = true;
    await demo.log.append(demo.make(), { await: 'integrated' });
    clock.advance(300_000);
    await until(() => delays.length === 11);
    expect(delays.at(-1)).toBe(1000);
    await out.stop();
    await running;
  });

  it('stops between two batches, and the next life goes on from there', async () => {
    const demo = await filled(9, 'stop');
    const { seen, options } = setup(demo, { batchEntries: 2 });
    const out = exporter({
      ...options,
      async deliver(batch) {
        await seen.deliver(batch);
        if (batch.from === 2) void out.stop();
      },
    });
    await out.run();
    expect(seen.indices()).toEqual([0, 1, 2, 3]);
    await exporter(options).drain();
    expect(seen.indices()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('notes what it delivered, and no note leads to the next for ever', async () => {
    const demo = await filled(3, 'note');
    const noted: [number, number][] = [];
    const { seen, options } = setup(demo, {
      async note({ from, to }) {
        noted.push([from, to]);
        await demo.log.append(
          demo.make({ type: 'audit.read', subject: undefined as never, reason: `export ${from}-${to}` }),
          {
            await: 'integrated',
          },
        );
      },
    });
    const out = exporter(options);
    for (let i = 0; i < 5; i++) await out.drain();
    expect(noted).toEqual([[0, 3]]);
    expect(seen.indices()).toEqual([0, 1, 2, 3]);
  });

  it('tells of an entry whose subject was erased since only what the leaf tells', async () => {
    const demo = await filled(1, 'erased');
    const gone: KeyStore = {
      ...demo.keys,
      get: async (name) => (/-(subject|handle)-/.test(name) ? null : demo.keys.get(name)),
    };
    const { seen, options } = setup(demo, { source: { ...demo.source, keys: gone } });
    await exporter(options).drain();
    expect(JSON.parse(seen.batches[0]!.lines[0]!)).toMatchObject({
      wardseal: {
        subject_compartment: 'closed',
        actor_compartment: 'open',
        subject_handle: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
  });
});

describe('exporter refuses', () => {
  const tried = async (demo: DemoLog, current: Cursor | null, rest: Partial<ExporterOptions> = {}) => {
    const { cursor, options, seen } = setup(demo, rest);
    cursor.current = current;
    const code = await codeOf(exporter(options).drain());
    expect(seen.batches).toEqual([]);
    return code;
  };

  it('a log that is shorter than the cursor, or another before it', async () => {
    const demo = await filled(3, 'short');
    const leafHash = '0'.repeat(64);
    expect(await tried(demo, { origin: ORIGIN, next: 4, leafHash })).toBe('LOG_ROLLED_BACK');
    expect(await tried(demo, { origin: ORIGIN, next: 2, leafHash })).toBe('LOG_ROLLED_BACK');
    expect(await tried(demo, { origin: 'audit.other.example/2026', next: 0, leafHash: null })).toBe('ORIGIN_MISMATCH');
  });

  it('a checkpoint that its key has not signed, and entries that are out of reach', async () => {
    const demo = await filled(3, 'unsigned');
    const { vkey } = await generateLogKey(ORIGIN);
    const { readEntries: _none, ...reader } = demo.source.reader;
    expect(await tried(demo, null, { source: { ...demo.source, policy: { logKey: vkey } } })).toBe(
      'CHECKPOINT_UNSIGNED',
    );
    expect(await tried(demo, null, { source: { ...demo.source, reader } })).toBe('LOG_CORRUPT');
  });

  it('a store that gives fewer entries than the checkpoint covers, after what it gave', async () => {
    const demo = await filled(3, 'fewer');
    const reader = {
      ...demo.source.reader,
      async *readEntries() {
        yield* demo.store.entries.slice(0, 2);
      },
    };
    const { options, seen } = setup(demo, { source: { ...demo.source, reader } });
    expect(await codeOf(exporter(options).drain())).toBe('LOG_CORRUPT');
    expect(seen.indices()).toEqual([0, 1]);
  });

  it('an entry that is not the one in the signed tree, and delivers nothing from it on', async () => {
    const demo = await filled(5, 'forged');
    const reader = {
      ...demo.source.reader,
      async *readEntries(from: number, to?: number) {
        for (const [i, entry] of demo.store.entries.entries()) {
          if (i < from || i >= (to ?? 5)) continue;
          // What whoever holds the disk can write without any key: the same compartments under another type, behind
          // id and time (docs/spec/leaf.md).
          const leaf = new Uint8Array(entry.leaf);
          if (i === 3) leaf[30] = EVENT_TYPES['image.list'];
          yield { ...entry, leaf };
        }
      },
    };
    const { options, seen } = setup(demo, { source: { ...demo.source, reader }, batchEntries: 2 });
    expect(await codeOf(exporter(options).drain())).toBe('INCLUSION_INVALID');
    expect(seen.indices()).toEqual([0, 1]);
  });

  it('to try again what trying again cannot heal', async () => {
    const demo = await filled(1, 'final');
    const { cursor, options } = setup(demo);
    cursor.current = { origin: ORIGIN, next: 5, leafHash: '0'.repeat(64) };
    expect(await codeOf(exporter(options).run())).toBe('LOG_ROLLED_BACK');
    const misled = { ...setup(demo).options, options: { ...system, patientOf: () => ({ reference: 'nobody' }) } };
    await expect(exporter({ ...misled, format: 'atna' }).run()).rejects.toThrow(TypeError);
  });

  it('tries a failing key store again', async () => {
    const demo = await filled(1, 'keys');
    let failures = 1;
    const keys: KeyStore = {
      ...demo.keys,
      async get(name) {
        if (failures-- > 0) throw new Error('vault sealed');
        return demo.keys.get(name);
      },
    };
    const clock = testClock();
    const codes: unknown[] = [];
    const { options, seen } = setup(demo, {
      source: { ...demo.source, keys },
      clock,
      onRetry: (error) => codes.push((error as AuditError).code),
    });
    const out = exporter(options);
    const running = out.run();
    await until(() => codes.length === 1);
    clock.advance(1000);
    await until(() => seen.batches.length === 1);
    expect(codes).toEqual(['KEY_STORE_FAILED']);
    expect(seen.indices()).toEqual([0]);
    await out.stop();
    await running;
  });

  it('numbers that are none, and a format of the package without options', async () => {
    const { options } = setup(await demoLog());
    for (const change of [{ batchEntries: 0 }, { batchBytes: Number.NaN }, { pollEvery: -1 }])
      expect(() => exporter({ ...options, ...change })).toThrow(RangeError);
    const { options: _system, ...without } = options;
    expect(() => exporter(without)).toThrow(TypeError);
    for (const source of [undefined, {}, { ...system.source, url: 'nowhere' }, { ...system.source, id: 7 }])
      expect(() => exporter({ ...options, options: { source: source as never } })).toThrow(TypeError);
  });
});
