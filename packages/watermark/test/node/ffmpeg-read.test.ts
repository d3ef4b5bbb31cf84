import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { relative } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Frame, probeVideo, readVideo, type VideoFile } from '../../src/ffmpeg/index.js';
import { inputArguments } from '../../src/ffmpeg/input.js';
import type { WatermarkError } from '../../src/index.js';
import { type ClipName, clips, LONG, rows, run, runningOn, samplesOf, timesOf, withMatrix } from '../support/clips.js';

const box = clips();
afterAll(() => box.close());

async function framesOf(video: VideoFile): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of video.frames()) frames.push(frame);
  return frames;
}
const read = async (file: string): Promise<Frame[]> => framesOf(await readVideo(file));
const errorOf = async (work: Promise<unknown>): Promise<WatermarkError> =>
  work.then(
    () => expect.unreachable('no error'),
    (error) => error,
  );

/** Stored luma of each frame, out of samples in a planar layout. */
function lumaOf(samples: Buffer, width: number, height: number, frameSize: number): Uint8Array[] {
  return Array.from(
    { length: samples.length / frameSize },
    (_, i) => new Uint8Array(samples.subarray(i * frameSize, i * frameSize + width * height)),
  );
}

describe('times', () => {
  const clocks: [ClipName, number][] = [
    ['uneven.mp4', 11],
    ['late.ts', 25],
    ['late-picture.mp4', 18],
    ['steady.mp4', 25],
    ['noisy.webm', 10],
  ];
  test.each(rows(clocks, 2))('of %s are those that ffprobe tells', async (name, least) => {
    const file = await box.clip(name);
    const video = await readVideo(file);
    const times = (await framesOf(video)).map(({ time }) => time);
    expect(video.facts.variable).toBe(name === 'uneven.mp4');
    expect(video.problems()).toEqual([]);
    const told = await timesOf(file);
    expect(times.length).toBeGreaterThanOrEqual(least);
    expect(times).toHaveLength(told.length);
    // ffprobe prints microseconds.
    for (const [i, time] of times.entries()) expect(time).toBeCloseTo(told[i]!, 5);
    expect(times.every((time, i) => i === 0 || time > times[i - 1]!)).toBe(true);
  });
});

describe('times that cannot be', () => {
  test('frames shown no later than the one before are left out, and that is said', async () => {
    const video = await readVideo(await box.clip('twice.mkv'));
    const times = (await framesOf(video)).map(({ time }) => time);
    expect(times.every((time, i) => i === 0 || time > times[i - 1]!)).toBe(true);
    expect(times).toHaveLength(13);
    expect(video.problems()).toEqual([expect.stringMatching(/^12 frames are not shown later/)]);
  });

  test('a head that tells less than the file holds is not believed', async () => {
    const file = box.changed(await box.clip('long.mkv'), 'lying.mkv', (bytes) => {
      const out = Buffer.from(bytes);
      out.writeDoubleBE(1000, out.indexOf(Buffer.from('448988', 'hex')) + 3); // Duration, in ms
      return out;
    });
    const video = await readVideo(file);
    expect(video.facts.duration).toBe(1);
    expect(await errorOf(framesOf(video))).toMatchObject({ code: 'VIDEO_TOO_LONG', limit: 3600 });
    expect(await runningOn(file)).toBe(0);
  });
});

describe('samples', () => {
  const layouts: [ClipName, number, number, string, number, 'full' | 'limited'][] = [
    ['full.mp4', 160, 120, 'yuvj420p', 1.5, 'full'],
    ['odd.mkv', 161, 91, 'yuv420p', 1 + (2 * 81 * 46) / (161 * 91), 'limited'],
    ['life.mkv', 96, 80, 'gray', 1, 'full'],
    ['steady.mp4', 160, 120, 'yuv420p', 1.5, 'limited'],
    ['full-colour.mkv', 160, 120, 'yuv444p', 3, 'limited'],
    ['half-colour.mkv', 160, 120, 'yuvj422p', 2, 'full'],
  ];
  test.each(rows(layouts, 2))(
    'of %s are the Y plane, byte for byte',
    async (name, width, height, layout, share, range) => {
      const file = await box.clip(name);
      const video = await readVideo(file);
      expect([video.width, video.height, video.range]).toEqual([width, height, range]);
      const frames = await framesOf(video);
      const stored = lumaOf(await samplesOf(file, layout), width, height, Math.round(width * height * share));
      expect(frames).toHaveLength(stored.length);
      for (const [i, { pixels }] of frames.entries())
        expect(Buffer.compare(pixels.data as Uint8Array, stored[i]!), `${i}`).toBe(0);
    },
  );

  test('come again from the start, every time they are asked for', async () => {
    const video = await readVideo(await box.clip('life.mkv'));
    const [first, second] = [await framesOf(video), await framesOf(video)];
    expect(first).toEqual(second);
    expect(first.length).toBe(10);
  });
});

describe('upright', () => {
  /** By display matrix: where a stored point of a frame of w by h is shown. */
  const places: [
    string,
    readonly [number, number, number, number],
    (x: number, y: number, w: number, h: number) => [number, number],
  ][] = [
    ['transposed', [0, 1, 1, 0], (x, y) => [y, x]],
    ['90 degrees', [0, 1, -1, 0], (x, y, _, h) => [h - 1 - y, x]],
    ['mirrored', [-1, 0, 0, 1], (x, y, w) => [w - 1 - x, y]],
    ['transposed the other way', [0, -1, -1, 0], (x, y, w, h) => [h - 1 - y, w - 1 - x]],
    ['270 degrees', [0, -1, 1, 0], (x, y, w) => [y, w - 1 - x]],
    ['180 degrees', [-1, 0, 0, -1], (x, y, w, h) => [w - 1 - x, h - 1 - y]],
    ['upside down', [1, 0, 0, -1], (x, y, _, h) => [x, h - 1 - y]],
    ['as it is', [1, 0, 0, 1], (x, y) => [x, y]],
  ];

  test.each(rows(places, 1))('%s', async (_, matrix, place) => {
    const plain = await box.clip('fast-start.mp4');
    const [{ pixels: stored } = expect.unreachable()] = await read(plain);
    const file = box.changed(plain, 'turned.mp4', (bytes) => withMatrix(bytes, matrix));
    const facts = await probeVideo(file);
    const [{ pixels } = expect.unreachable()] = await read(file);
    expect([facts.width, facts.height]).toEqual([pixels.width, pixels.height]);
    expect([pixels.width, pixels.height]).toEqual(matrix[0] === 0 ? [120, 160] : [160, 120]);
    expect(facts.mirrored).toBe(matrix[0] * matrix[3] - matrix[1] * matrix[2] < 0);
    const wanted = new Uint8Array(stored.data.length);
    for (let y = 0; y < stored.height; y++) {
      for (let x = 0; x < stored.width; x++) {
        const [u, v] = place(x, y, stored.width, stored.height);
        wanted[v * pixels.width + u] = stored.data[y * stored.width + x]!;
      }
    }
    expect(Buffer.compare(pixels.data as Uint8Array, wanted)).toBe(0);
  });

  test('a turn that is not by quarters is refused', async () => {
    const file = box.changed(await box.clip('fast-start.mp4'), 'oblique.mp4', (bytes) =>
      withMatrix(bytes, [0.8, 0.6, -0.6, 0.8]),
    );
    expect(await errorOf(readVideo(file))).toMatchObject({
      code: 'VIDEO_INVALID',
      message: expect.stringContaining('quarter'),
    });
  });

  test('pixels that are not square are made so', async () => {
    const video = await readVideo(await box.clip('oblong.avi'));
    expect([video.width, video.height]).toEqual([213, 120]);
    const frames = await framesOf(video);
    expect(frames[0]!.pixels.data).toHaveLength(213 * 120);
    expect(video.problems()).toEqual([expect.stringContaining('not square')]);
  });

  test('interlaced video is said to be', async () => {
    const video = await readVideo(await box.clip('interlaced.ts'));
    expect((await framesOf(video)).length).toBeGreaterThan(5);
    expect(video.problems()).toContainEqual(expect.stringContaining('interlaced'));
  });
});

describe('refused, and said why', () => {
  const refusals: [ClipName, string, RegExp][] = [
    ['ten-bit.mp4', 'VIDEO_INVALID', /10-bit: convert it to 8-bit/],
    ['hdr.mp4', 'VIDEO_INVALID', /high dynamic range/],
    ['rgb.mkv', 'VIDEO_INVALID', /not luma and colour/],
    ['rare.mkv', 'VIDEO_INVALID', /codec/],
    ['sound.mp4', 'VIDEO_INVALID', /sound and no video/],
    ['long.mkv', 'VIDEO_TOO_LONG', /longer than 3600 s/],
  ];
  test.each(rows(refusals, 3))('%s', async (name, code, message) => {
    const error = await errorOf(readVideo(await box.clip(name)));
    expect(error).toMatchObject({ name: 'WatermarkError', code, message: expect.stringMatching(message) });
  });

  test('sound with a picture of its cover is no video', async () => {
    const cover = box.path('cover.png');
    await run('ffmpeg', ['-f', 'lavfi', '-i', 'testsrc2=s=64x64:d=1', '-frames:v', '1', cover]);
    const file = box.path('song.m4a');
    const disposition = ['-map', '0', '-map', '1', '-c', 'copy', '-disposition:v', 'attached_pic'];
    await run('ffmpeg', ['-i', await box.clip('sound.mp4'), '-i', cover, ...disposition, '-f', 'mp4', file]);
    expect((await errorOf(readVideo(file))).message).toMatch(/sound and no video/);
    expect((await errorOf(readVideo(cover))).message).toMatch(/a picture, not a video/);
  });

  test.each<[string, Uint8Array | string, RegExp]>([
    ['empty', '', /empty/],
    ['text', 'no video at all', /no MP4/],
    ['noise', Uint8Array.from({ length: 4000 }, (_, i) => (i * 7919 + 5) >> 3), /no MP4/],
    ['noise behind a head', `\0\0\0\x18ftypisom${'x7%'.repeat(900)}`, /index|cannot be read/],
    ['an EBML head alone', Buffer.from('1a45dfa39f4286', 'hex'), /cannot be read/],
  ])('%s', async (_, content, message) => {
    const error = await errorOf(readVideo(box.write('broken.mp4', content)));
    expect(error).toMatchObject({ code: 'VIDEO_INVALID', message: expect.stringMatching(message) });
  });

  test('what is not there, or no file: its name is in no message', async () => {
    const named = box.path('Jane Example 9990001234.mp4');
    const noFile = await errorOf(readVideo(named));
    expect(noFile).toMatchObject({ code: 'ENOENT' });
    expect(String(noFile)).not.toContain('Jane');
    expect(noFile).not.toHaveProperty('path');
    expect((await errorOf(readVideo(box.folder))).message).toMatch(/must be a file/);
    expect(await errorOf(readVideo(''))).toBeInstanceOf(TypeError);
    box.write('Jane Example 9990001234.mp4', `\0\0\0\x18ftypisom${'x'.repeat(99)}`);
    const broken = await errorOf(readVideo(named));
    expect(`${broken} ${(broken.cause as Error | undefined)?.message}`).not.toContain('Jane');
  });
});

describe('files that are cut short', () => {
  test('give the frames that they hold, and say what is missing', async () => {
    const whole = await box.clip('fast-start.mp4');
    const all = await read(whole);
    const file = box.changed(whole, 'cut.mp4', (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2)));
    const video = await readVideo(file);
    expect(video.problems()).toEqual([]); // not known before it is read
    const frames = await framesOf(video);
    expect(frames.length).toBeGreaterThan(5);
    expect(frames.length).toBeLessThan(20);
    expect(frames[3]).toEqual(all[3]);
    expect(video.problems()).toEqual([expect.stringMatching(/^the file ends after 0\.\d s of 1\.0 s$/)]);
  });

  test('also where a container has no index', async () => {
    const file = box.changed(await box.clip('odd.mkv'), 'cut.mkv', (bytes) =>
      bytes.subarray(0, Math.floor(bytes.length / 3)),
    );
    const video = await readVideo(file);
    expect((await framesOf(video)).length).toBeGreaterThan(3);
    expect(video.problems()).toEqual([expect.stringContaining('the file ends after')]);
  });

  test('without their index give nothing, and say so', async () => {
    const file = box.changed(await box.clip('steady.mp4'), 'headless.mp4', (bytes) =>
      bytes.subarray(0, bytes.length - 2000),
    );
    expect((await errorOf(readVideo(file))).message).toMatch(/cut short or damaged: its index/);
  });

  test('and damaged in the middle say that', async () => {
    const file = box.changed(await box.clip('fast-start.mp4'), 'hole.mp4', (bytes) => {
      const out = Buffer.from(bytes);
      const middle = Math.floor(out.length * 0.5);
      return out.fill(0xff, middle, middle + 900);
    });
    const video = await readVideo(file);
    expect((await framesOf(video)).length).toBeGreaterThan(15);
    expect(video.problems()).toEqual([expect.stringContaining('damaged')]);
  });
});

describe('hostile files', () => {
  test('a playlist under a video’s name makes nobody read another file or the network', async () => {
    const asked: string[] = [];
    const server = createServer(({ url = '' }, answer) => {
      asked.push(url);
      answer.end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const other = await box.clip('steady.mp4');
    const list = (target: string): string =>
      `#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n${target}\n#EXT-X-ENDLIST\n`;
    const playlists = [
      list(`http://127.0.0.1:${port}/x.ts`),
      list(`file://${other}`),
      `ffconcat version 1.0\nfile '${other}'\n`,
    ];
    for (const [i, playlist] of playlists.entries()) {
      const path = box.write(`list-${i}.mp4`, playlist);
      expect(await errorOf(readVideo(path))).toMatchObject({ code: 'VIDEO_INVALID' });
      // The second wall, were the first bytes not looked at: ffprobe with our arguments.
      await expect(run('ffprobe', ['-show_streams', ...inputArguments({ path, container: 'mov' })])).rejects.toThrow();
      const unstated = inputArguments({ path, container: 'mov' }).filter(
        (word, at, all) => word !== '-f' && all[at - 1] !== '-f',
      );
      await expect(run('ffprobe', ['-show_streams', ...unstated])).rejects.toThrow(/whitelist|Invalid/);
    }
    // That the playlists are real: without our arguments the other file is read.
    const believed = await run('ffprobe', ['-safe', '0', '-f', 'concat', '-show_streams', box.path('list-2.mp4')]);
    expect(believed.toString()).toContain('codec_name=h264');
    expect(asked).toEqual([]);
    server.close();
  });

  test('names that look like options, addresses or patterns are names', async () => {
    const clip = await box.clip('life.mkv');
    for (const name of rows(['-version', 'http:x.mkv', 'concat:a|b.mkv', '%03d.mkv', 'a b;$(id).mkv'], 2)) {
      const path = box.write(name, readFileSync(clip));
      expect(await read(relative(process.cwd(), path)), name).toHaveLength(10);
    }
  });

  test('a link is followed, a folder or a pipe is not read', async () => {
    symlinkSync(await box.clip('life.mkv'), box.path('link.mkv'));
    expect(await read(box.path('link.mkv'))).toHaveLength(10);
    // Nobody writes into it: whoever opened it would wait.
    execFileSync('mkfifo', [box.path('pipe.mkv')]);
    expect((await errorOf(readVideo(box.path('pipe.mkv')))).message).toMatch(/must be a file/);
  });
});

describe('the program', () => {
  const script = (name: string, body: string): string => {
    const path = box.write(name, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
    return path;
  };

  test('is said to be missing', async () => {
    const clip = await box.clip('life.mkv');
    for (const programs of [{ ffprobe: box.path('nothing') }, { ffmpeg: box.path('nothing') }]) {
      const error = await errorOf(readVideo(clip, programs).then(framesOf));
      expect(error).toMatchObject({ code: 'ADAPTER_MISSING', message: expect.stringContaining('install ffmpeg') });
      expect(JSON.stringify(error.cause)).not.toContain(clip);
    }
  });

  test('that dies in the middle is an error, with its exit code and without the file’s name', async () => {
    const clip = await box.clip('life.mkv');
    const begun = (ending: string): string =>
      `ffmpeg "$@" | head -c 50000; for last do :; done; echo "trouble in ${clip} and life.mkv" >&2; ${ending}`;
    const dies = async (ending: string): Promise<[number, WatermarkError]> => {
      const video = await readVideo(clip, { ffmpeg: script('dying', begun(ending)) });
      let frames = 0;
      const error = await errorOf(
        (async () => {
          for await (const _ of video.frames()) frames++;
        })(),
      );
      return [frames, error];
    };
    const [frames, error] = await dies('exit 3');
    expect(frames).toBe(6);
    expect(error).toMatchObject({ code: 'FFMPEG_FAILED', actual: 3, message: 'ffmpeg ended with exit code 3' });
    expect((error.cause as Error).message).toMatch(/trouble in FILE and FILE$/);
    expect((await dies('kill -9 $$'))[1]).toMatchObject({ code: 'FFMPEG_FAILED', message: 'ffmpeg ended by SIGKILL' });
    expect((await dies('exit 0'))[1]).toMatchObject({ code: 'FFMPEG_FAILED' });
  });

  test.each(['Jane\nExample.mkv', 'Jane\u001bExample.mkv', 'Jane\u0001Example.mkv'])(
    'says nothing of the file’s name, however it is written: %j',
    async (name) => {
      const clip = box.write(name, readFileSync(await box.clip('life.mkv')));
      const video = await readVideo(clip);
      rmSync(clip);
      const error = await errorOf(framesOf(video));
      expect((error.cause as Error).message).toMatch(/FILE: No such file/);
      expect((error.cause as Error).message).not.toMatch(/Jane|Example/);
    },
  );

  test.runIf(LONG)('is ended at 250,000 frames, also when all are shown at one moment', async () => {
    const file = box.path('standing.mkv');
    const still = 'color=gray:s=16x16:r=25:d=10010,format=gray,setpts=1/TB';
    await run('ffmpeg', ['-f', 'lavfi', '-i', still, '-fps_mode', 'passthrough', '-c:v', 'ffv1', file]);
    const error = await errorOf(read(file));
    expect(error).toMatchObject({ code: 'VIDEO_TOO_LONG', limit: 250_000 });
    expect(await runningOn(file)).toBe(0);
  });

  test('that writes something else is an error', async () => {
    const video = await readVideo(await box.clip('life.mkv'), { ffmpeg: script('other', 'head -c 100000 /dev/zero') });
    expect(await errorOf(framesOf(video))).toMatchObject({ code: 'FFMPEG_FAILED' });
    const probe = script('probe', 'head -c 2000000 /dev/zero');
    expect(await errorOf(probeVideo(await box.clip('life.mkv'), { ffprobe: probe }))).toMatchObject({
      code: 'VIDEO_INVALID',
    });
  });

  test('is gone when the reader stops early, and does not run ahead of it', async () => {
    const file = box.path('endless.mkv');
    await run('ffmpeg', [
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=640x480:d=20:r=25,format=yuv420p',
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      file,
    ]);
    const video = await readVideo(file);
    for await (const { time } of video.frames()) {
      if (time < 0.2) continue;
      // 150 MB of frames are left, and nobody has taken them.
      expect(await runningOn(file)).toBe(1);
      break;
    }
    expect(await runningOn(file)).toBe(0);
    const later = new AbortController();
    const reason = new Error('enough');
    const seen: number[] = [];
    const error = await errorOf(
      (async () => {
        for await (const { time } of (await readVideo(file, { signal: later.signal })).frames()) {
          seen.push(time);
          if (seen.length === 5) later.abort(reason);
        }
      })(),
    );
    expect(error).toBe(reason);
    expect(seen.length).toBeLessThan(20);
    expect(await runningOn(file)).toBe(0);
    expect(await errorOf(readVideo(file, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  });
});
