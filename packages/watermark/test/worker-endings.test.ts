import { describe, expect, test } from 'vitest';
import { deriveImageKey, prepareChips } from '../src/index.js';
import { startWorker, type WatermarkWorker } from '../src/worker/start-worker.js';
import { skin } from './pictures.js';

const key = deriveImageKey(new Uint8Array(32).fill(3), 'img-1');
const chips = prepareChips(key, 'view-1');

/** A worker that never answers. */
const silent = (): WatermarkWorker => startWorker(() => ({ postMessage() {}, addEventListener() {}, terminate() {} }));

/** Ids without end, and whether whoever makes them was told to stop. */
function endless(): { ids: AsyncGenerator<string>; stopped: Promise<void> } {
  let tell = (): void => {};
  const stopped = new Promise<void>((resolve) => {
    tell = resolve;
  });
  async function* make(): AsyncGenerator<string> {
    try {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        yield 'view-1';
      }
    } finally {
      tell();
    }
  }
  return { ids: make(), stopped };
}

describe('while candidates are still coming', () => {
  test('closing ends the call, and the list', async () => {
    const worker = silent();
    const { ids, stopped } = endless();
    const call = worker.trace(skin(80, 80), skin(80, 80), { key, candidates: ids });
    worker.close();
    await expect(call).rejects.toMatchObject({ code: 'WORKER_CLOSED' });
    await stopped;
  });

  test('an abort ends the call, and the list', async () => {
    const worker = silent();
    const { ids, stopped } = endless();
    const leave = new AbortController();
    const call = worker.trace(skin(80, 80), skin(80, 80), { key, candidates: ids, signal: leave.signal });
    leave.abort(new Error('left the page'));
    await expect(call).rejects.toThrow('left the page');
    await stopped;
  });
});

test('a call after the end takes no picture away', async () => {
  const worker = silent();
  worker.close();
  const pixels = skin(80, 80);
  const { length } = pixels.data;
  await expect(worker.embed(pixels, { chips, transfer: true })).rejects.toMatchObject({ code: 'WORKER_CLOSED' });
  await expect(worker.decode(pixels, { keys: [key], transfer: true })).rejects.toMatchObject({ code: 'WORKER_CLOSED' });
  expect(pixels.data.length).toBe(length);
});
