// Runs in the page of chromium.bench.ts.
import { embed } from '/dist/index.js';
import { startWorker } from '/dist/worker/start-worker.js';

const policy = trustedTypes.createPolicy('wardseal', { createScriptURL: (url) => url });
const url = policy.createScriptURL('/dist/worker/worker.js');
const worker = startWorker(() => new Worker(url, { type: 'module' }));

let jobs = {};
globalThis.prepare = async (width, height, chips) => {
  const answer = await fetch('/picture');
  const picture = { data: new Uint8ClampedArray(await answer.arrayBuffer()), width, height };
  jobs = {
    worker: () => worker.embed(picture, { chips }),
    page: () => embed(picture, { chips }),
  };
};
// Only how long the marking itself took goes back to Node: not the megabytes.
globalThis.run = async (job) => (await jobs[job]()).report.ms;
globalThis.ready = true;
