// Client and worker joined without a thread, so that every order of events can be made. Real threads: test/node and
// test/chromium.
import { HOSTILE_VALUES } from '@wardseal/testkit';
import { expect, test } from 'vitest';
import { decode, deriveImageKey, embed, prepareChips, trace, WatermarkError } from '../src/index.js';
import { type BrowserWorker, startWorker } from '../src/worker/start-worker.js';
import { serve } from '../src/worker/worker.js';
import { same, skin, viewings } from './pictures.js';

const PROTOCOL = 'wardseal.org/watermark-worker/v0';
const key = deriveImageKey(new Uint8Array(32).fill(3), 'img-1');
const chips = prepareChips(key, 'view-2');
const original = skin(256, 192);
const expected = embed(original, { chips });
const copyOf = (pixels = original) => ({ ...pixels, data: pixels.data.slice() });

/** A worker whose messages are copied as between threads, and are held back until `release` when asked to. */
class JoinedWorker implements BrowserWorker {
  static held = false;
  static started: JoinedWorker[] = [];
  readonly seen: unknown[] = [];
  ended = false;
  #listeners: Record<string, (event: object) => void> = {};
  #release: (() => void)[] = [];
  #receive: (data: unknown) => void = () => {};

  constructor() {
    JoinedWorker.started.push(this);
    serve({
      listen: (receive) => {
        this.#receive = receive;
      },
      send: (message, transfer) => {
        const data = structuredClone(message, { transfer });
        queueMicrotask(() => this.emit('message', { data }));
      },
    });
  }

  postMessage(message: unknown, transfer: ArrayBuffer[]): void {
    const data = structuredClone(message, { transfer });
    this.seen.push(data);
    if (JoinedWorker.held) this.#release.push(() => this.#receive(data));
    else queueMicrotask(() => this.ended || this.#receive(data));
  }

  addEventListener(type: string, listener: (event: object) => void): void {
    this.#listeners[type] = listener;
  }

  emit(type: string, event: object): void {
    if (!this.ended) this.#listeners[type]?.(event);
  }

  release(): void {
    for (const go of this.#release.splice(0)) go();
  }

  terminate(): void {
    this.ended = true;
  }
}

function start(held = false) {
  JoinedWorker.held = held;
  JoinedWorker.started = [];
  return startWorker(() => new JoinedWorker());
}
const only = (): JoinedWorker => JoinedWorker.started.at(-1)!;
const turn = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

test('answers are those of the functions themselves', async () => {
  const worker = start();
  const { pixels, report } = await worker.embed(original, { chips, psnr: 46 });
  const direct = embed(original, { chips, psnr: 46 });
  expect(same(pixels.data, direct.pixels.data)).toBe(true);
  expect(pixels.data).toBeInstanceOf(Uint8ClampedArray);
  expect({ ...report, ms: 0 }).toEqual({ ...direct.report, ms: 0 });
  const options = { key, candidates: viewings(20), decoys: 1000 };
  expect({ ...(await worker.trace(pixels, original, options)), ms: 0 }).toEqual({
    ...(await trace(pixels, original, options)),
    ms: 0,
  });
  const keys = [key];
  expect({ ...(await worker.decode(pixels, { keys })), ms: 0 }).toEqual({ ...decode(pixels, { keys }), ms: 0 });
});

test('a mask reaches the worker', async () => {
  const roi = { data: Uint8Array.of(0, 255), width: 2, height: 1 };
  const { pixels } = await start().embed(original, { chips, roi });
  expect(same(pixels.data, embed(original, { chips, roi }).pixels.data)).toBe(true);
  expect(same(pixels.data, expected.pixels.data)).toBe(false);
});

test('pictures are copied when the call is made, unless they are handed over', async () => {
  const worker = start();
  const kept = copyOf();
  const running = worker.embed(kept, { chips });
  kept.data.fill(0);
  expect(same((await running).pixels.data, expected.pixels.data)).toBe(true);
  const given = copyOf();
  const handed = worker.embed(given, { chips, transfer: true });
  expect(given.data.length).toBe(0);
  expect(same((await handed).pixels.data, expected.pixels.data)).toBe(true);
});

test('a part of a larger buffer, and one picture given twice, are copied even when handed over', async () => {
  const worker = start();
  const large = new Uint8Array(original.data.length + 8);
  large.set(original.data, 4);
  const part = { ...original, data: large.subarray(4, 4 + original.data.length) };
  expect(same((await worker.embed(part, { chips, transfer: true })).pixels.data, expected.pixels.data)).toBe(true);
  expect(large.length).toBe(original.data.length + 8);
  const twice = copyOf();
  // Had one of them arrived empty, that would be what is said.
  const wrongKey = { key: key.subarray(1), candidates: ['a'], transfer: true };
  await expect(worker.trace(twice, twice, wrongKey)).rejects.toMatchObject({ code: 'KEY_INVALID' });
  expect(twice.data.length).toBe(0);
});

test('no byte beside a key or a mask crosses to the worker', async () => {
  const worker = start();
  const pool = new Uint8Array(4096).fill(9);
  pool.set(key, 100);
  await worker.decode(expected.pixels, { keys: [pool.subarray(100, 132)], budgetMs: 5000 });
  await worker.trace(expected.pixels, original, { key: pool.subarray(100, 132), candidates: ['a'], decoys: 1000 });
  const sent = only().seen as { options: { keys?: Uint8Array[]; key?: Uint8Array } }[];
  expect(sent[0]!.options.keys![0]!.buffer.byteLength).toBe(32);
  expect(sent[1]!.options.key!.buffer.byteLength).toBe(32);
});

test('errors keep their class, code and facts', async () => {
  const worker = start();
  const error = await worker.embed(original, { chips, psnr: 20 }).catch((one: unknown) => one);
  expect(error).toBeInstanceOf(WatermarkError);
  expect(error).toMatchObject({ code: 'QUALITY_INVALID', field: 'psnr', limit: 42 });
  await expect(worker.trace(original, original, { key, candidates: ['a'], decoys: 1 })).rejects.toThrow(RangeError);
  await expect(worker.embed({ ...original, width: 1.5 }, { chips })).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  const chaff = { ...chips, tile: () => '' } as never;
  await expect(worker.embed(original, { chips: chaff })).rejects.toThrow(TypeError);
  expect(same((await worker.embed(original, { chips })).pixels.data, expected.pixels.data)).toBe(true);
});

test('candidates may come one by one; too many or ill ones are refused before they cross', async () => {
  const worker = start();
  const listed = async function* () {
    yield* viewings(5);
    yield* viewings(5);
  };
  const report = await worker.trace(expected.pixels, original, { key, candidates: listed(), decoys: 1000 });
  expect(report.hits[0]).toMatchObject({ id: 'view-2', verdict: 'match' });
  expect(report.candidates).toBe(5);
  const endless = function* () {
    for (let i = 0; ; i++) yield `${i}`;
  };
  const code = (candidates: never) =>
    worker.trace(original, original, { key, candidates }).catch((error: WatermarkError) => error.code);
  expect(await code(endless() as never)).toBe('CANDIDATES_INVALID');
  expect(await code('abc' as never)).toBe('CANDIDATES_INVALID');
  expect(await code([1] as never)).toBe('ID_INVALID');
  expect(only().seen).toHaveLength(1);
});

test('a long list of the same candidates counts them once', async () => {
  const worker = start();
  const repeated = Array.from({ length: 1_000_010 }, (_, i) => `view-${i % 5}`);
  const report = await worker.trace(expected.pixels, original, { key, candidates: repeated, decoys: 1000 });
  expect(report.candidates).toBe(5);
});

test('progress is told only to who asks', async () => {
  const worker = start();
  const told: number[] = [];
  const options = { key, candidates: ['a'], decoys: 2000 };
  const call = (onProgress: (done: number) => void) =>
    worker.trace(expected.pixels, original, { ...options, onProgress });
  await call((done) => told.push(done));
  expect(told.length).toBeGreaterThan(1);
  expect(told.every((done) => done >= 0 && done <= 1)).toBe(true);
  const searched: number[] = [];
  await worker.decode(expected.pixels, { keys: [key], onProgress: (done) => searched.push(done) });
  // How far a search is goes by the clock: its order and its end do not.
  expect(searched).toEqual([...searched].sort((a, b) => a - b));
  expect(searched.at(-1)).toBe(1);
  const thrown = call(() => {
    throw new Error('listener');
  });
  await expect(thrown).rejects.toThrow('listener');
  await worker.embed(original, { chips });
  expect((only().seen.at(-1) as { progress: boolean }).progress).toBe(false);
});

test('calls run in the order they were made, one at a time', async () => {
  const worker = start(true);
  const done: number[] = [];
  const calls = [
    worker.trace(original, original, { key: key.subarray(1), candidates: ['a'] }).catch(() => done.push(0)),
    worker.embed(original, { chips }).then(() => done.push(1)),
    worker.embed(original, { chips }).then(() => done.push(2)),
  ];
  for (const sent of [1, 2, 3]) {
    while (only().seen.length < sent) await turn();
    expect(only().seen).toHaveLength(sent);
    only().release();
  }
  await Promise.all(calls);
  expect(done).toEqual([0, 1, 2]);
});

test('an aborted call ends at once with the reason, and costs no other call', async () => {
  const worker = start(true);
  const control = new AbortController();
  const late = new AbortController();
  const running = worker.embed(original, { chips, signal: control.signal });
  const waiting = worker.embed(original, { chips });
  const neverSent = worker.embed(original, { chips, signal: late.signal });
  control.abort('left the page');
  await expect(running).rejects.toBe('left the page');
  expect(JoinedWorker.started).toHaveLength(2);
  expect(JoinedWorker.started[0]!.ended).toBe(true);
  late.abort('too late');
  await expect(neverSent).rejects.toBe('too late');
  JoinedWorker.started[0]!.release();
  only().release();
  expect(same((await waiting).pixels.data, expected.pixels.data)).toBe(true);
  await turn();
  expect(JoinedWorker.started.map(({ seen }) => seen.length)).toEqual([1, 1]);
  const given = copyOf();
  const dead = AbortSignal.abort('before');
  await expect(worker.embed(given, { chips, transfer: true, signal: dead })).rejects.toBe('before');
  expect(given.data.length).toBe(original.data.length);
  const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
  const collecting = new AbortController();
  const traced = worker.trace(original, original, { key, candidates: silent, signal: collecting.signal });
  collecting.abort('no list');
  await expect(traced).rejects.toBe('no list');
});

test('a worker that fails is replaced; after close nothing runs', async () => {
  const worker = start(true);
  const lost = worker.embed(original, { chips });
  only().emit('error', { message: 'script not found' });
  await expect(lost).rejects.toMatchObject({ code: 'WORKER_FAILED', cause: 'script not found' });
  const next = worker.embed(original, { chips });
  expect(JoinedWorker.started.map(({ ended }) => ended)).toEqual([true, false]);
  only().release();
  expect(same((await next).pixels.data, expected.pixels.data)).toBe(true);
  const open = [worker.embed(original, { chips }), worker.embed(original, { chips })];
  worker.close();
  for (const call of open) await expect(call).rejects.toMatchObject({ code: 'WORKER_CLOSED' });
  await expect(worker.embed(original, { chips })).rejects.toMatchObject({ code: 'WORKER_CLOSED' });
  expect(only().ended).toBe(true);
  expect(() => startWorker({} as never)).toThrow(TypeError);
});

/** What the worker's side answers to a message, or null when it leaves it alone. */
async function answerTo(message: unknown): Promise<{ fault?: { facts: { code?: string } } } | null> {
  let answer: unknown = null;
  let receive = (_: unknown): void => {};
  serve({
    listen: (listener) => {
      receive = listener;
    },
    send: (sent) => {
      answer = sent;
    },
  });
  receive(message);
  for (let i = 0; i < 3; i++) await turn();
  return answer as never;
}

test('foreign messages are left alone, malformed ones refused', async () => {
  for (const value of [...HOSTILE_VALUES, { protocol: PROTOCOL }, { protocol: PROTOCOL, job: -1 }]) {
    expect(await answerTo(value)).toBeNull();
  }
  const good = { protocol: PROTOCOL, job: 1, verb: 'embed', pictures: [original], options: { chips }, progress: false };
  expect(await answerTo(good)).toMatchObject({ job: 1, result: { report: {} } });
  const malformed = [
    { ...good, verb: 'constructor' },
    { ...good, verb: 'trace' },
    { ...good, pictures: [] },
    { ...good, pictures: { 0: original, length: 1 } },
    { ...good, options: null },
    { ...good, options: [] },
    { ...good, options: { chips, unknown: 1 } },
    { ...good, options: { chips, onProgress: 1 } },
    { ...good, progress: 1 },
    { ...good, more: 1 },
    { protocol: PROTOCOL, job: 1 },
  ];
  for (const message of malformed) {
    expect(await answerTo(message)).toMatchObject({ job: 1, fault: { facts: { code: 'MESSAGE_INVALID' } } });
  }
  for (const value of HOSTILE_VALUES) {
    const answers = [
      await answerTo({ ...good, pictures: [value] }),
      await answerTo({ ...good, options: { chips: value } }),
      await answerTo({ ...good, verb: 'decode', options: { keys: value } }),
    ];
    for (const answer of answers) expect(answer?.fault?.facts.code).toMatch(/_INVALID$/);
  }
});
