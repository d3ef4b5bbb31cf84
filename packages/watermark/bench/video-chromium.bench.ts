// Frames of a video marked in a worker in Chromium: the marking alone, and the whole way from a decoder's frame in the page
// to the marked picture on its canvas. Beside it a clip of 30 frames a second, played for ten seconds as a viewer plays it.
import { readFileSync } from 'node:fs';
import { compare, photos } from '@wardseal/testkit/node';
import { deriveImageKey, prepareChips } from '@wardseal/watermark';
import { clips, run } from '../test/support/clips.ts';
import { withStrictPage } from '../test/support/strict-page.ts';

const RATE = 30;
const FRAMES = 15;
const SIZES = { '720p': '1280:720', '1080p': '1920:1080' };

interface Played {
  readonly frames: number;
  readonly dropped: number;
  readonly psnr: number;
  readonly most: number;
  readonly problems: readonly string[];
}

const chips = JSON.stringify(prepareChips(deriveImageKey(new Uint8Array(32).fill(7), 'img-1'), 'view-1'));
const files = clips();
const routes: Record<string, Uint8Array> = { '/marking.js': readFileSync(new URL('page/marking.js', import.meta.url)) };
for (const [name, size] of Object.entries(SIZES)) {
  // A photograph over which the picture wanders.
  const wander = `scale=2600:-2,crop=${size}:x='200+80*t':y='100+40*sin(3*t)',setsar=1,format=yuv420p`;
  const input = ['-loop', '1', '-framerate', `${RATE}`, '-i', photos.flower.path, '-t', '4', '-vf', wander];
  await run('ffmpeg', [...input, '-c:v', 'libx264', '-preset', 'veryfast', files.path(`${name}.mp4`)]);
  routes[`/${name}.mp4`] = readFileSync(files.path(`${name}.mp4`));
}
files.close();

await withStrictPage(
  new URL('page/video.js', import.meta.url),
  async (page) => {
    const agent = await page.evaluate('navigator.userAgent');
    const cases: Record<string, () => unknown> = {};
    const playing: string[] = [];
    for (const name of Object.keys(SIZES)) {
      const { frames, dropped, psnr, most, problems } = await page.evaluate<Played>(`play('${name}', ${chips}, 10)`);
      playing.push(
        [
          `${name} played for 10 s at ${RATE} frames a second: ${frames} shown, ${dropped} left out, ${psnr.toFixed(1)} dB`,
          `at most ${most} frame open at once`,
          ...problems,
        ].join(', '),
      );
      console.log(playing.at(-1));
      await page.evaluate(`prepare('${name}', ${chips})`);
      for (const what of ['frame to canvas', 'marking alone']) {
        cases[`${name}, ${what}`] = () => page.evaluate(`run('${name}, ${what}', ${FRAMES})`);
      }
    }
    const { cases: results } = await compare('mark the frames of a video in a worker in Chromium', cases, {
      ...{ unit: 'frame', perCall: FRAMES, rounds: 5, baseline: '720p, marking alone', out: 'video-chromium' },
      notes: `${agent}; ${playing.join('; ')}`,
    });
    for (const { name, unitsPerSecond } of results) {
      const times = (unitsPerSecond / RATE).toFixed(2);
      console.log(`${name.padEnd(24)} ${unitsPerSecond.toFixed(0)} a second: ${times} x real time at ${RATE}`);
    }
  },
  routes,
);
