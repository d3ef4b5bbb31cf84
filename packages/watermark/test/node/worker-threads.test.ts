// The built script on a thread of Node's.
import { Worker } from 'node:worker_threads';
import { afterAll, expect, test } from 'vitest';
import { deriveImageKey, embed, prepareChips } from '../../src/index.js';
import { startWorker } from '../../src/worker/start-worker.js';
import { same, skin, viewings } from '../pictures.js';

const script = new URL('../../dist/worker/worker.js', import.meta.url);
const key = deriveImageKey(new Uint8Array(32).fill(3), 'img-1');
const chips = prepareChips(key, 'view-2');
const original = skin(400, 300);
const { pixels: marked } = embed(original, { chips });

let started = 0;
const worker = startWorker(() => {
  started++;
  return new Worker(script);
});
afterAll(() => worker.close());

test('marks and traces as on the main thread, and tells how far it is', async () => {
  const told: number[] = [];
  const { pixels } = await worker.embed(original, { chips });
  expect(same(pixels.data, marked.data)).toBe(true);
  const onProgress = (done: number): void => void told.push(done);
  const report = await worker.trace(pixels, original, { key, candidates: viewings(20), decoys: 2000, onProgress });
  expect(report.hits[0]).toMatchObject({ id: 'view-2', verdict: 'match' });
  expect(told.length).toBeGreaterThan(1);
});

test('an aborted computation is stopped, and the next one runs on a new thread', async () => {
  const before = started;
  const control = new AbortController();
  const onProgress = (): void => control.abort(new Error('enough'));
  const options = { key, candidates: ['a'], decoys: 1_000_000, onProgress, signal: control.signal };
  await expect(worker.trace(marked, original, options)).rejects.toThrow('enough');
  expect((await worker.embed(original, { chips })).report.psnr).toBeGreaterThan(44);
  expect(started).toBe(before + 1);
});

test('a script that is not there is an error of the call', async () => {
  const lost = startWorker(() => new Worker(new URL('none.js', script)));
  await expect(lost.embed(original, { chips })).rejects.toMatchObject({ code: 'WORKER_FAILED' });
  lost.close();
});
