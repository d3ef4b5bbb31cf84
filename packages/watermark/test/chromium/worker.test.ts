// The built script as a module worker. That the page's thread stays free is counted in ticks of a timer.
import { afterAll, expect, test } from 'vitest';
import { deriveImageKey, embed, type Pixels, prepareChips, trace } from '../../src/index.js';
import { startWorker } from '../../src/worker/start-worker.js';
import { skin, viewings } from '../pictures.js';

const key = deriveImageKey(new Uint8Array(32).fill(3), 'img-1');
const chips = prepareChips(key, 'view-2');
let started = 0;
const worker = startWorker(() => {
  started++;
  return new Worker(new URL('../../dist/worker/worker.js', import.meta.url), { type: 'module' });
});
afterAll(() => worker.close());

/** Twelve megapixels: the invented skin, side by side, each time a little lighter. */
function large(): Pixels {
  const one = skin(500, 500, 1, 4);
  const data = new Uint8ClampedArray(4000 * 3000 * 4);
  for (let y = 0; y < 3000; y++) {
    for (let left = 0; left < 8; left++) {
      const line = one.data.subarray((y % 500) * 2000, (y % 500) * 2000 + 2000);
      data.set(left % 2 === 0 ? line : line.map((value, i) => (i % 4 === 3 ? 255 : value + 12)), (y * 8 + left) * 2000);
    }
  }
  return { data, width: 4000, height: 3000 };
}

/** Runs a job beside a timer: ticks, and the longest time without one as a part of the job's. */
async function beside<T>(job: () => T | Promise<T>): Promise<{ result: T; ticks: number; longest: number }> {
  const moments: number[] = [];
  const timer = setInterval(() => moments.push(performance.now()), 10);
  await new Promise((done) => setTimeout(done, 30));
  const begun = performance.now();
  const result = await job();
  const ended = performance.now();
  await new Promise((done) => setTimeout(done, 30));
  clearInterval(timer);
  const during = [begun, ...moments.filter((at) => at > begun && at < ended), ended];
  const longest = Math.max(...during.slice(1).map((at, i) => at - during[i]!));
  return { result, ticks: during.length - 2, longest: longest / (ended - begun) };
}

test('a mark of 12 megapixels and a trace leave the page free, and come to the same bytes', async () => {
  const picture = large();
  const options = { key, candidates: viewings(2000), decoys: 20_000 };

  const blocked = await beside(() => embed(picture, { chips }));
  expect(blocked.ticks).toBe(0); // what the worker is there against
  const free = await beside(() => worker.embed(picture, { chips }));
  expect(free.ticks).toBeGreaterThan(5);
  expect(free.longest).toBeLessThan(0.5);
  const { pixels } = free.result;
  expect(pixels.data.every((value, i) => value === blocked.result.pixels.data[i])).toBe(true);

  const told: number[] = [];
  const traced = await beside(() =>
    worker.trace(pixels, picture, { ...options, onProgress: (done) => told.push(done), transfer: true }),
  );
  expect(traced.ticks).toBeGreaterThan(5);
  expect(traced.longest).toBeLessThan(0.5);
  expect(traced.result.hits[0]).toMatchObject({ id: 'view-2', verdict: 'match' });
  expect(told.length).toBeGreaterThan(3);
  expect([pixels.data.length, picture.data.length]).toEqual([0, 0]);
});

test('trace and decode answer as on the page’s own thread', async () => {
  const picture = skin(400, 300);
  const { pixels } = embed(picture, { chips });
  const options = { key, candidates: viewings(20), decoys: 1000 };
  const direct = await trace(pixels, picture, options);
  expect({ ...(await worker.trace(pixels, picture, options)), ms: 0 }).toEqual({ ...direct, ms: 0 });
  expect(await worker.decode(pixels, { keys: [key] })).toMatchObject({ found: true, keyIndex: 0 });
  const error = await worker.decode(pixels, { keys: [new Uint8Array(3)] }).catch((one: unknown) => one);
  expect(error).toMatchObject({ name: 'WatermarkError', code: 'KEY_INVALID' });
});

test('an aborted computation ends at once, and the next one runs in a new worker', async () => {
  const before = started;
  const picture = skin(400, 300);
  const { pixels } = embed(picture, { chips });
  const control = new AbortController();
  const onProgress = (): void => control.abort(new Error('enough'));
  const options = { key, candidates: ['a'], decoys: 1_000_000, onProgress, signal: control.signal };
  await expect(worker.trace(pixels, picture, options)).rejects.toThrow('enough');
  expect((await worker.embed(picture, { chips })).report.psnr).toBeGreaterThan(44);
  expect(started).toBe(before + 1);
});

test('a script that is not there is an error of the call', async () => {
  const lost = startWorker(() => new Worker('/no-such-script.js', { type: 'module' }));
  await expect(lost.embed(skin(64, 64), { chips })).rejects.toMatchObject({ code: 'WORKER_FAILED' });
  lost.close();
});
