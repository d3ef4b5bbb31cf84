// The same 12 megapixels marked in Node and in Chromium, in turns: on the main thread and on a worker's, with the copying
// there and back that a caller pays. Calls into Chromium cross from Node and back, about a millisecond.
import { Worker } from 'node:worker_threads';
import { compare, photos } from '@wardseal/testkit/node';
import { deriveImageKey, embed, prepareChips } from '@wardseal/watermark';
import { startWorker } from '@wardseal/watermark/worker-client';
import sharp from 'sharp';
import { withStrictPage } from '../test/support/strict-page.ts';

const WIDTH = 4000;
const HEIGHT = 3000;

const chips = prepareChips(deriveImageKey(new Uint8Array(32).fill(7), 'img-1'), 'view-1');
const resized = sharp(photos.flower.path).resize(WIDTH, HEIGHT, { fit: 'fill' }).ensureAlpha();
const data = new Uint8Array(await resized.raw().toBuffer());
const picture = { data, width: WIDTH, height: HEIGHT };
const worker = startWorker(() => new Worker(new URL(import.meta.resolve('@wardseal/watermark/worker'))));

await withStrictPage(
  new URL('page/embed.js', import.meta.url),
  async (page) => {
    await page.evaluate(`prepare(${WIDTH}, ${HEIGHT}, ${JSON.stringify(chips)})`);
    const inPage = (job: string) => () => page.evaluate(`run(${JSON.stringify(job)})`);
    const comparison = await compare(
      'embed a mark, 12 megapixels, Node and Chromium',
      {
        'Chromium, worker': inPage('worker'),
        'Chromium, page': inPage('page'),
        'Node, worker thread': () => worker.embed(picture, { chips }),
        'Node, main thread': () => embed(picture, { chips }),
      },
      {
        unit: 'megapixel',
        perCall: (WIDTH * HEIGHT) / 1e6,
        rounds: 5,
        baseline: 'Node, main thread',
        out: 'chromium',
        notes: `${await page.evaluate('navigator.userAgent')}; on a busy machine the other threads look slower than they are: time spent waiting for a processor is left out for Node's main thread only`,
      },
    );
    for (const { name, nsPerUnit } of comparison.cases) {
      const seconds = (nsPerUnit.median * WIDTH * HEIGHT) / 1e6 / 1e9;
      console.log(`${name.padEnd(22)} ${seconds.toFixed(2)} s for 12 megapixels`);
    }
  },
  { '/picture': data },
);
worker.close();
