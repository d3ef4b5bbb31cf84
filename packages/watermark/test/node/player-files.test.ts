// Video files in a page under a strict policy, by the built player in Chromium. Every picture that reaches the canvas is held
// against the frame that the player took for it.
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readVideo } from '../../src/ffmpeg/index.js';
import { deriveImageKey, traceVideo, type Video } from '../../src/index.js';
import { viewings } from '../pictures.js';
import { clips, H264, pattern, run, YUV } from '../support/clips.js';
import { withStrictPage } from '../support/strict-page.js';

const VP8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '1M'];

const files = clips();
const make = (name: string, ...args: string[]): Promise<unknown> => run('ffmpeg', [...args, files.path(name)]);

/** What the page says of one clip. */
interface Result {
  readonly pictures: number;
  readonly compared: readonly ('marked' | 'unmarked' | 'otherwise')[];
  readonly sizes: readonly string[];
  readonly problems: readonly string[];
  readonly emptied: boolean;
  readonly paused: boolean;
  readonly ended: boolean;
  readonly sound: boolean;
  readonly open: number;
  readonly report: { readonly frames: number; readonly dropped: number; readonly psnr: number };
}
/** Clips of which some frames are played. */
const SHORT = ['turned.mp4', 'oblong.mp4', 'odd.webm', 'ten-bit.mp4'];
/** Clips that are played to where they end, one way or another. */
const WHOLE = ['grows.webm', 'cut.webm', 'tiny.mp4', 'none.mp4'];

const results: Record<string, Result> = {};
const shown: number[] = [];
let copy: Video;
let policyFaults: string[] = [];

async function makeClips(): Promise<void> {
  const noisy = ',fps=12.5,noise=alls=12:allf=t:all_seed=3,format=yuv420p';
  await Promise.all([
    make('long.mp4', ...pattern('320x240', noisy, 4.4), '-f', 'lavfi', '-i', 'sine=d=4.4', ...H264, '-c:a', 'aac'),
    make('upright.mp4', ...pattern('160x96', YUV), ...H264),
    make('oblong.mp4', ...pattern('160x96', `${YUV},setsar=4/3`), ...H264),
    make('odd.webm', ...pattern('320x240', `,scale=161:97,setsar=1${YUV}`), ...VP8),
    make('ten-bit.mp4', ...pattern('160x96', ',format=yuv420p10le'), ...H264),
    make('tiny.mp4', ...pattern('96x48', YUV), ...H264),
    make('small.webm', ...pattern('160x96', YUV, 0.4), ...VP8),
    make('large.webm', ...pattern('240x180', YUV, 0.4), ...VP8),
  ]);
  await make('turned.mp4', '-i', files.path('upright.mp4'), '-c', 'copy', '-metadata:s:v', 'rotate=90');
  files.write('list.txt', "file 'small.webm'\nfile 'large.webm'\n");
  await make('grows.webm', '-f', 'concat', '-i', files.path('list.txt'), '-c', 'copy');
  files.changed(files.path('odd.webm'), 'cut.webm', (bytes) => bytes.subarray(0, bytes.length / 3));
  files.write('none.mp4', 'no video');
}

async function playClips(page: Page): Promise<void> {
  const call = <T>(code: string): Promise<T> => page.evaluate(code);
  for (const name of [...SHORT, ...WHOLE]) {
    await call(`load('/${name}')`);
    await call(`play(${SHORT.includes(name) ? 4 : 1000})`).catch(() => {}); // what cannot be played says so itself
    results[name] = await call('result()');
  }
  shown.push(await call("load('/long.mp4')"));
  await call('play(4)');
  // Two phases of the mark, within one and while one fades into the next; and back.
  for (const to of [4.24, 3.6, 1.04]) shown.push(await call(`seek(${to})`));
  await call('play(1000, 4)');
  const frames = await call<{ luma: string; width: number; height: number; time: number }[]>('copy(4)');
  results['long.mp4'] = await call('result()');
  const { width, height } = frames[0]!;
  copy = {
    width,
    height,
    frames: () =>
      frames.map(({ luma, time }) => ({ pixels: { data: Buffer.from(luma, 'base64'), width, height }, time })),
  };
}

beforeAll(async () => {
  await makeClips();
  const names = ['long.mp4', ...SHORT, ...WHOLE];
  const routes = Object.fromEntries(names.map((name) => [`/${name}`, readFileSync(files.path(name))]));
  policyFaults = await withStrictPage(
    new URL('../support/player-page.js', import.meta.url),
    async (page, faults) => {
      await playClips(page);
      return faults;
    },
    routes,
  );
});
afterAll(() => files.close());

test('played, sought, at four times its speed and to its end, every picture is the frame with the mark of its moment', () => {
  const { pictures, report, ...result } = results['long.mp4']!;
  expect(result).toEqual({
    compared: ['marked'],
    sizes: ['320x240'],
    problems: [],
    emptied: true,
    paused: true,
    ended: true,
    sound: true,
    open: 0,
  });
  // A picture before it played, sometimes drawn twice; then the frames of those times.
  const [loaded, ...sought] = shown;
  expect(loaded).toBeGreaterThan(0);
  expect(sought).toEqual([4.24, 3.6, 1.04]);
  // Those five and three, and some more at four times the speed: how many, the machine decides.
  expect(pictures).toBeGreaterThan(8);
  expect(report.frames).toBe(pictures);
  expect(report.psnr).toBeGreaterThan(45.9);
});

test('what was shown is traced to the viewing, against the file as ffmpeg reads it', async () => {
  const original = await readVideo(files.path('long.mp4'));
  const key = deriveImageKey(new Uint8Array(32).fill(3), 'img-1');
  const report = await traceVideo(copy, original, { key, candidates: viewings(50), decoys: 1000 });
  expect(report.hits.filter(({ verdict }) => verdict === 'match').map(({ id }) => id)).toEqual(['view-2']);
});

test.each([
  ['turned.mp4', '96x160'],
  ['oblong.mp4', '213x96'],
  ['odd.webm', '161x97'],
  ['ten-bit.mp4', '160x96'],
])('%s is marked as it is shown, %s, eight bits a sample', (name, size) => {
  expect(results[name]).toMatchObject({ compared: ['marked'], sizes: [size], problems: [], emptied: true, open: 0 });
  expect(results[name]!.pictures).toBeGreaterThan(1);
});

test('a file cut short shows what it holds', () => {
  expect(results['cut.webm']).toMatchObject({ compared: ['marked'], open: 0 });
});

test('a file that changes its size goes on in the new one', () => {
  expect(results['grows.webm']).toMatchObject({
    compared: ['marked'],
    sizes: ['160x96', '240x180'],
    problems: [],
    ended: true,
  });
});

test.each([
  ['tiny.mp4', 'IMAGE_TOO_SMALL'],
  ['none.mp4', 'VIDEO_INVALID'],
])('%s shows nothing, and %s is told', (name, code) => {
  expect(results[name]).toMatchObject({ pictures: 0, problems: [code], emptied: true, paused: true, open: 0 });
});

test('nothing of it breaks the policy of the page', () => {
  expect(policyFaults.filter((fault) => /policy|trusted|refused/i.test(fault))).toEqual([]);
});
