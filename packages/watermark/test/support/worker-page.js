// Runs in the page of worker-policy.test.ts.
import { paint, pixelsOf } from '/dist/canvas/index.js';
import { deriveImageKey, embed, prepareChips } from '/dist/index.js';
import { startWorker } from '/dist/worker/start-worker.js';

const policy = trustedTypes.createPolicy('wardseal', { createScriptURL: (url) => url });
const start = (url) => startWorker(() => new Worker(policy.createScriptURL(url), { type: 'module' }));

const key = deriveImageKey(new Uint8Array(32).fill(3), 'img-1');
const chips = prepareChips(key, 'view-2');
const overlay = { mode: 'border', who: 'Dr Ada Example', role: 'Registrar', organisation: 'Example Trust' };

globalThis.run = async (picture) => {
  const original = { ...picture, data: Uint8ClampedArray.from(picture.data) };
  const worker = start('/dist/worker/worker.js');
  const { pixels } = await worker.embed(original, { chips });
  const direct = embed(original, { chips }).pixels;
  const canvas = document.createElement('canvas');
  await paint(canvas, pixels);
  const blob = await new Promise((done) => canvas.toBlob(done));
  const options = { key, candidates: ['view-1', 'view-2', 'view-3'], decoys: 1000 };
  const report = await worker.trace(await pixelsOf(blob), original, options);
  await paint(canvas, pixels, { ...overlay, at: '2026-03-01T09:00:00Z', code: 'K7QX-9MPD' });
  worker.close();
  return {
    same: pixels.data.every((value, i) => value === direct.data[i]),
    named: report.hits.filter(({ verdict }) => verdict === 'match').map(({ id }) => id),
    taller: canvas.height > picture.height,
  };
};
// A worker from a blob is what the policy forbids: the call ends with an error, and nothing hangs.
globalThis.runForbidden = async (picture) => {
  const url = URL.createObjectURL(new Blob([''], { type: 'text/javascript' }));
  const worker = start(url);
  const original = { ...picture, data: Uint8ClampedArray.from(picture.data) };
  const error = await worker.embed(original, { chips }).catch((one) => one);
  return error.code;
};
globalThis.ready = true;
