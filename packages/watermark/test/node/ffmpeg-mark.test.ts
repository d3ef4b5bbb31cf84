import { chmodSync, linkSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type MarkVideoOptions, markVideoFile, readVideo } from '../../src/ffmpeg/index.js';
import { deriveImageKey, prepareChips, videoMarker, type WatermarkError } from '../../src/index.js';
import { type ClipName, clips, LONG, rows, run, runningOn, samplesOf, timesOf, withMatrix } from '../support/clips.js';

const box = clips();
afterAll(() => box.close());

const chips = prepareChips(deriveImageKey(new Uint8Array(32).fill(5), 'img-1'), 'view-3');
const errorOf = async (work: Promise<unknown>): Promise<WatermarkError> =>
  work.then(
    () => expect.unreachable('no error'),
    (error) => error,
  );

interface Told {
  streams: {
    codec_type: string;
    codec_name: string;
    width?: number;
    height?: number;
    color_range?: string;
    tags?: Record<string, string>;
  }[];
  format: { tags?: Record<string, string> };
  chapters: unknown[];
}
const told = async (file: string): Promise<Told> =>
  JSON.parse(
    (await run('ffprobe', ['-show_streams', '-show_format', '-show_chapters', '-of', 'json', file])).toString(),
  );
const soundOf = async (file: string): Promise<string> =>
  (await run('ffmpeg', ['-i', file, '-map', '0:a', '-c', 'copy', '-f', 'md5', '-'])).toString();

describe('a marked copy', () => {
  test.each(rows<ClipName>(['late.ts', 'uneven.mp4', 'late-picture.mp4', 'steady.mp4'], 1))(
    'of %s shows every frame when the file does, in place of what was there',
    async (name) => {
      const file = await box.clip(name);
      const copy = box.write(`${name}.copy.mp4`, 'what was there before');
      const seen: number[] = [];
      const marked = await markVideoFile(file, copy, { chips, onProgress: (done) => seen.push(done) });
      const [before, after] = [await timesOf(file), await timesOf(copy)];
      expect(marked).toMatchObject({ frames: before.length, problems: [] });
      expect(marked.psnr).toBeGreaterThan(45.9);
      expect(after).toHaveLength(before.length);
      for (const [i, time] of after.entries()) expect(time, `${i}`).toBeCloseTo(before[i]!, 4);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
      expect(seen.at(-1)).toBe(1);
      expect(statSync(copy).mode & 0o777).toBe(0o600);
    },
  );

  // The left half is protected.
  const roi = { width: 2, height: 1, data: Uint8Array.of(0, 255) };
  const exact: [ClipName, 'yuv420p' | 'yuvj420p', 'limited' | 'full'][] = [
    ['full.mp4', 'yuvj420p', 'full'],
    ['steady.mp4', 'yuv420p', 'limited'],
  ];
  test.each(rows(exact, 1))(
    'of %s holds what videoMarker gives, and the colour untouched',
    async (name, layout, range) => {
      const file = await box.clip(name);
      const copy = box.path(`exact-${name}`);
      const { psnr } = await markVideoFile(file, copy, { chips, crf: 0, roi });
      const [before, after] = [await samplesOf(file, layout), await samplesOf(copy, layout)];
      const times = await timesOf(file);
      const [width, height] = [160, 120];
      const marker = videoMarker({ chips, width, height, range, roi });
      const size = width * height * 1.5;
      for (const [i, time] of times.entries()) {
        const [stored, shown] = [before, after].map((all) => all.subarray(i * size, (i + 1) * size)) as [
          Buffer,
          Buffer,
        ];
        const { data } = marker.mark({ data: stored.subarray(0, width * height), width, height }, time);
        const wanted = new Uint8Array(data.buffer);
        expect(Buffer.compare(shown.subarray(0, width * height), wanted), `${i}`).toBe(0);
        expect(Buffer.compare(shown.subarray(width * height), stored.subarray(width * height)), `${i}`).toBe(0);
      }
      expect(marker.report().psnr).toBe(psnr);
      if (range === 'full') expect((await told(copy)).streams[0]?.color_range).toBe('pc');
      expect((await readVideo(copy)).range).toBe(range);
    },
  );

  test('is upright, and no player turns it again', async () => {
    const file = box.changed(await box.clip('fast-start.mp4'), 'turned.mp4', (bytes) =>
      withMatrix(bytes, [0, 1, -1, 0]),
    );
    const copy = box.path('upright.mp4');
    await markVideoFile(file, copy, { chips });
    const { facts } = await readVideo(copy);
    expect(facts).toMatchObject({ width: 120, height: 160, rotation: 0, mirrored: false });
  });

  test('of an odd size gets a line and a column more in H.264, and none in VP9', async () => {
    const file = await box.clip('odd.mkv');
    const even = await markVideoFile(file, box.path('odd.mp4'), { chips, crf: 0 });
    expect(even.problems).toEqual([expect.stringContaining('even sizes')]);
    const after = await samplesOf(box.path('odd.mp4'), 'gray');
    expect(after.length).toBe(162 * 92 * even.frames);
    const frame = after.subarray(0, 162 * 92);
    expect(frame.subarray(91 * 162)).toEqual(frame.subarray(90 * 162, 91 * 162));
    expect(frame[161]).toBe(frame[160]);
    if (!LONG) return;
    expect((await markVideoFile(file, box.path('odd.webm'), { chips, crf: 40 })).problems).toEqual([]);
    expect((await told(box.path('odd.webm'))).streams[0]).toMatchObject({ codec_name: 'vp9', width: 161, height: 91 });
  });

  test.each(rows(['of a grey video is grey'], 0))('%s', async () => {
    const copy = box.path('life.mkv.mp4');
    await markVideoFile(await box.clip('life.mkv'), copy, { chips });
    const samples = await samplesOf(copy, 'yuvj420p');
    const [luma, all] = [96 * 80, 96 * 80 * 1.5];
    for (let at = luma; at < all; at += 97) expect(samples[at]).toBe(128);
  });

  test('leaves out what nobody sees, and moves nothing else', async () => {
    const copy = box.path('once.mp4');
    const { frames, problems } = await markVideoFile(await box.clip('twice.mkv'), copy, { chips });
    expect([frames, problems]).toEqual([13, [expect.stringMatching(/^12 frames/)]]);
    const times = await timesOf(copy);
    for (const [i, time] of times.entries()) expect(time).toBeCloseTo(i * 0.08, 3);
    expect(times).toHaveLength(13);
  });

  test.each(rows(['is made of what can be read of a file cut short'], 0))('%s', async () => {
    const file = box.changed(await box.clip('fast-start.mp4'), 'cut.mp4', (bytes) =>
      bytes.subarray(0, bytes.length / 2),
    );
    const { frames, problems } = await markVideoFile(file, box.path('from-cut.mp4'), { chips });
    expect(frames).toBeGreaterThan(5);
    expect(problems).toEqual([expect.stringMatching(/^the file ends after/)]);
    expect(await timesOf(box.path('from-cut.mp4'))).toHaveLength(frames);
  });
});

describe('sound', () => {
  test('is copied, packet by packet', async () => {
    const file = await box.clip('steady.mp4');
    for (const name of rows(['mov', 'mkv', 'mp4'], 1).map((ending) => box.path(`copy-sound.${ending}`))) {
      const { problems } = await markVideoFile(file, name, { chips });
      expect(problems).toEqual([]);
      expect(await soundOf(name), name).toBe(await soundOf(file));
    }
  });

  test('is encoded anew where the copy could not hold it, or where its head holds a title', async () => {
    const clip = await box.clip('noisy.webm');
    expect(readFileSync(clip).includes('Jane Example')).toBe(true);
    const copies: [string, string][] = [
      ['anew.mkv', 'aac'],
      ['anew.webm', 'opus'],
    ];
    for (const [name, codec] of rows(copies, 1)) {
      const { problems } = await markVideoFile(clip, box.path(name), { chips, crf: 40 });
      expect(problems).toEqual([expect.stringContaining('encoded anew in 1 of 1')]);
      expect((await told(box.path(name))).streams.map((one) => one.codec_name)).toContain(codec);
      expect(readFileSync(box.path(name)).includes('Jane Example')).toBe(false);
    }
  });

  test.each(rows(['that nobody knows is left out, and that is said'], 0))('%s', async () => {
    const unknown = (bytes: Buffer): Buffer =>
      Buffer.from(bytes.toString('latin1').replaceAll('mp4a', 'zzzz').replaceAll('esds', 'free'), 'latin1');
    const file = box.changed(await box.clip('steady.mp4'), 'unknown-sound.mp4', unknown);
    const { problems } = await markVideoFile(file, box.path('soundless.mp4'), { chips });
    expect(problems).toEqual([expect.stringMatching(/^1 of 1 sound tracks were left out/)]);
    expect((await told(box.path('soundless.mp4'))).streams).toHaveLength(1);
  });
});

describe('nothing else of the file', () => {
  const SECRETS = [
    'Jane Example',
    '+51.5000-000.1200',
    'PhoneMaker 9',
    '2026-03-01',
    'left foot',
    'a letter',
    'said in words',
  ];

  test('goes into the copy: no place, device, date, title, chapter, subtitle, attachment', async () => {
    const meta = box.write(
      'meta.txt',
      ';FFMETADATA1\ntitle=Jane Example\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=500\ntitle=left foot\n',
    );
    const words = box.write('words.srt', '1\n00:00:00,000 --> 00:00:00,900\nsaid in words\n');
    const letter = box.write('letter.txt', 'a letter');
    const clip = await box.clip('steady.mp4');
    const tags = [
      ...[
        '-metadata',
        'location=+51.5000-000.1200/',
        '-metadata',
        'make=PhoneMaker 9',
        '-metadata',
        'comment=left foot',
      ],
      ...['-metadata', 'creation_time=2026-03-01T09:00:00Z', '-metadata:s:v', 'title=Jane Example'],
      ...['-metadata:s:a', 'handler_name=Jane Example', '-metadata:s:v', 'handler_name=Jane Example'],
    ];
    const inputs = [
      '-i',
      clip,
      '-i',
      meta,
      '-i',
      words,
      '-map',
      '0',
      '-map',
      '2',
      '-map_metadata',
      '1',
      '-map_chapters',
      '1',
    ];
    const sources = ['tagged.mp4', 'tagged.mkv'].map(box.path) as [string, string];
    await run('ffmpeg', [
      ...inputs,
      '-c',
      'copy',
      '-c:s',
      'mov_text',
      '-movflags',
      'use_metadata_tags',
      ...tags,
      sources[0],
    ]);
    const attached = ['-attach', letter, '-metadata:s:t', 'mimetype=text/plain'];
    await run('ffmpeg', [...inputs, '-c', 'copy', '-c:s', 'srt', ...attached, ...tags, sources[1]]);
    for (const source of sources) {
      const held = readFileSync(source);
      // The clip is a good one: it holds what must not come through.
      expect(SECRETS.filter((one) => held.includes(one)).length, source).toBeGreaterThanOrEqual(5);
      for (const ending of rows(['mp4', 'mkv', 'mov', 'webm'], 1)) {
        const copy = box.path(`bare-${basename(source)}.${ending}`);
        const { problems } = await markVideoFile(source, copy, { chips, ...(ending === 'webm' && { crf: 50 }) });
        expect(problems).toEqual(ending === 'webm' ? [expect.stringContaining('anew')] : []);
        const bytes = readFileSync(copy);
        for (const secret of SECRETS) expect(bytes.includes(secret), `${secret} in ${ending}`).toBe(false);
        const { streams, format, chapters } = await told(copy);
        expect(streams.map((one) => one.codec_type)).toEqual(['video', 'audio']);
        expect(chapters).toEqual([]);
        const names = [format, ...streams].flatMap(({ tags = {} }) =>
          Object.keys(tags).map((name) => name.toLowerCase()),
        );
        const own = [
          'major_brand',
          'minor_version',
          'compatible_brands',
          'handler_name',
          'vendor_id',
          'language',
          'encoder',
          'duration',
        ];
        expect(names.filter((name) => !own.includes(name))).toEqual([]);
        expect(JSON.stringify([format, streams])).not.toMatch(/5\.1\.9|Lavf\d/);
      }
    }
  });
});

describe('refused', () => {
  test('what would destroy the source, under whatever name', async () => {
    const file = box.write('own.mp4', readFileSync(await box.clip('fast-start.mp4')));
    const bytes = readFileSync(file);
    symlinkSync(file, box.path('symbolic.mp4'));
    linkSync(file, box.path('hard.mp4'));
    for (const target of [file, box.path('symbolic.mp4'), box.path('hard.mp4')]) {
      expect(await errorOf(markVideoFile(file, target, { chips }))).toMatchObject({
        code: 'VIDEO_INVALID',
        field: 'output',
      });
    }
    expect(readFileSync(file)).toEqual(bytes);
  });

  test('what cannot be, before anything is written', async () => {
    const file = await box.clip('life.mkv');
    const to = (name: string, more: object = {}): Promise<WatermarkError> =>
      errorOf(markVideoFile(file, box.path(name), { chips, ...more } as MarkVideoOptions));
    expect(await to('copy.avi')).toMatchObject({ code: 'VIDEO_INVALID', field: 'output' });
    expect(await to('copy')).toMatchObject({ code: 'VIDEO_INVALID' });
    expect(await to('copy.mp4', { mask: {} })).toBeInstanceOf(TypeError);
    for (const crf of [-1, 52, 1.5, Number.NaN]) expect(await to('copy.mp4', { crf })).toBeInstanceOf(RangeError);
    expect(await to('copy.mp4', { psnr: 20 })).toMatchObject({ code: 'QUALITY_INVALID' });
    expect(await to('copy.mp4', { chips: { ...chips, version: 9 } })).toMatchObject({ code: 'CHIPS_INVALID' });
    expect(await to('nowhere/Jane.mp4')).toMatchObject({
      code: 'ENOENT',
      message: expect.not.stringContaining('Jane'),
    });
    expect(await errorOf(markVideoFile(await box.clip('ten-bit.mp4'), box.path('copy.mp4'), { chips }))).toMatchObject({
      code: 'VIDEO_INVALID',
    });
    expect(readdirSync(box.folder).filter((name) => name.startsWith('copy') && !name.startsWith('copy-'))).toEqual([]);
  });
});

test.runIf(LONG)('sound is read for an hour at most, however much of it a small file holds', async () => {
  const [file, copy] = [box.path('silence.mp4'), box.path('silence.copy.mp4')];
  const silence = ['-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono', '-t', '4500', '-c:a', 'flac', '-strict', '-2'];
  await run('ffmpeg', ['-i', await box.clip('fast-start.mp4'), ...silence, '-c:v', 'copy', file]);
  await markVideoFile(file, copy, { chips });
  const length = async (path: string): Promise<number> =>
    Number(await run('ffprobe', ['-show_entries', 'format=duration', '-of', 'csv=p=0', path]));
  expect(await length(file)).toBeCloseTo(4500, 0);
  expect(await length(copy)).toBeCloseTo(3600, 0);
});

describe('nothing is left behind', () => {
  const unfinished = (): string[] => readdirSync(box.folder).filter((name) => name.endsWith('.part'));
  const script = (name: string, body: string): string => {
    const path = box.write(name, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
    return path;
  };

  test('by an encoder that dies, one that is not there, and a decoder that dies', async () => {
    const file = await box.clip('steady.mp4');
    const target = box.write('kept.mp4', 'what was there before');
    const encoder = (ending: string): string => `case "$*" in *libx264*) ${ending};; *) exec ffmpeg "$@";; esac`;
    const deaths: [string, object][] = [
      [encoder('head -c 100000 >/dev/null; exit 7'), { code: 'FFMPEG_FAILED', actual: 7 }],
      [
        `case "$*" in *libx264*) exec ffmpeg "$@";; *) ffmpeg "$@" | head -c 99999; exit 4;; esac`,
        { code: 'FFMPEG_FAILED', actual: 4 },
      ],
      [
        encoder('exec ffmpeg $(echo "$@" | sed s/libx264/libnone/)'),
        { message: expect.stringContaining('no encoder libnone') },
      ],
      [encoder('cat >/dev/null; echo "FILE: No space left on device" >&2; exit 1'), { code: 'FFMPEG_FAILED' }],
    ];
    for (const [body, error] of rows(deaths, 2)) {
      const ffmpeg = script('dying', body);
      expect(await errorOf(markVideoFile(file, target, { chips, ffmpeg })), body).toMatchObject(error);
      expect(readFileSync(target, 'utf8')).toBe('what was there before');
      expect(unfinished()).toEqual([]);
      expect(await runningOn(file)).toBe(0);
    }
    expect(await errorOf(markVideoFile(file, target, { chips, ffmpeg: box.path('none') }))).toMatchObject({
      code: 'ADAPTER_MISSING',
    });
    expect(unfinished()).toEqual([]);
  });

  test('by an abort', async () => {
    const file = await box.clip('steady.mp4');
    const stop = new AbortController();
    const reason = new Error('enough');
    const seen: number[] = [];
    const error = await errorOf(
      markVideoFile(file, box.path('aborted.mp4'), {
        ...{ chips, signal: stop.signal },
        onProgress(done) {
          seen.push(done);
          if (done > 0.3) stop.abort(reason);
        },
      }),
    );
    expect(error).toBe(reason);
    expect(seen.at(-1)).toBeLessThan(0.9);
    expect(unfinished()).toEqual([]);
    expect(readdirSync(box.folder)).not.toContain('aborted.mp4');
    expect(await runningOn(file)).toBe(0);
  });
});
