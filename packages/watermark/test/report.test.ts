import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AnyTrace } from '../src/report/any-trace.js';
import { type EvidenceOptions, evidencePictures, evidenceReport } from '../src/report/index.js';
import type { TraceReport } from '../src/trace.js';
import type { VideoTraceReport } from '../src/trace-video.js';
import type { Video } from '../src/video/video.js';
import { skin } from './pictures.js';
import { CASES, FRAMES, MATCH, PICTURES, VIDEO } from './report-cases.js';

const OPTIONS: EvidenceOptions = { madeAt: '2026-03-01T09:00:00Z', pictures: PICTURES };
const page = (report: AnyTrace, more: Partial<EvidenceOptions> = {}): string =>
  evidenceReport(report, { ...OPTIONS, ...more });
const paired = (change: object): unknown => ({ ...FRAMES, pairs: [{ ...FRAMES.pairs![0], ...change }] });
/** What is read, without markup. */
const said = (text: string): string =>
  text
    .replaceAll(/<style>.*?<\/style>|<head>.*?<\/head>/gs, '')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/\s+/g, ' ');
/** The verdict box. */
const verdict = (name: string): string => said(/<section.*?<\/section>/s.exec(page(CASES[name]!))![0]);

describe('evidenceReport', () => {
  test.each([
    ['match', 'This copy comes from viewing view-7.'],
    ['share', 'This copy comes from shared copy view-7.'],
    ['several', 'This copy holds the marks of 2 viewings: view-7 and view-b7'],
    ['consistent', 'Nobody is named.'],
    ['none', 'Nobody is named.'],
    ['none-marked', 'Nobody is named.'],
    ['unregistered', 'No answer: the copy could not be laid over the original.'],
    ['unsound', 'No answer: the control test failed.'],
    ['leakers', 'This copy holds the marks of 5 viewings: view-0042, view-0142, view-0242, view-0342 and view-0442.'],
    ['video', 'This copy of the video comes from viewing view-7.'],
    ['video-leakers', 'This copy of the video holds the marks of 2 viewings: view-7 and view-b7'],
    ['video-still', 'This copy of the video comes from viewing view-7.'],
    ['video-none', 'Nobody is named.'],
    ['video-unfound', 'No answer: the copy could not be found in the original video.'],
  ])('begins with the verdict (%s)', (name, sentence) => {
    expect(verdict(name).startsWith(sentence)).toBe(true);
  });

  test('says how sure it is, and that this is not the chance of innocence', () => {
    expect(verdict('match')).toContain('probability of at most 3 × 10−176');
    expect(verdict('match')).toContain('It is not the chance that a person is innocent.');
    expect(verdict('several')).toContain(
      'the lowest of these would come up by chance with a probability of at most 2 × 10−24',
    );
    expect(verdict('consistent')).toContain('It is not evidence against anybody.');
    expect(verdict('none')).toContain('No mark made under this picture’s key was found either.');
    expect(verdict('none-marked')).toContain('The list may not be complete.');
    expect(verdict('unregistered')).toContain('nothing can be said about anybody');
    expect(verdict('unsound')).not.toContain('view-7');
  });

  test('names nobody whom chance explains, anywhere on the page', () => {
    for (const [name, report] of Object.entries(CASES)) {
      const html = page(report);
      for (const { id, verdict: one } of report.hits) if (one === 'none') expect(html, name).not.toContain(id);
      if (report.hits.some((hit) => hit.verdict === 'none')) expect(html).toMatch(/another (viewing|shared copy)/);
    }
  });

  test('what is no report, or has no options, is the caller’s mistake, said in words', () => {
    const report = Promise.resolve(MATCH) as unknown as TraceReport;
    expect(() => evidenceReport(report, OPTIONS)).toThrow(new TypeError('report must be what trace gives: await it'));
    expect(() => evidenceReport(MATCH, undefined as unknown as EvidenceOptions)).toThrow(
      TypeError('a report needs options, with madeAt in them'),
    );
  });

  test('says what it does not prove, and what to do', () => {
    const named = said(page(MATCH));
    for (const words of [
      'Whose viewing, not who leaked',
      'photographed over a shoulder',
      'watermark secret could make any mark',
    ])
      expect(named).toContain(words);
    expect(said(page(CASES['share']!))).toContain('points at its sender or its recipient');
    for (const name of ['consistent', 'none', 'unregistered', 'unsound'])
      expect(said(page(CASES[name]!))).toContain('It clears nobody.');
    expect(said(page(CASES['unregistered']!))).toContain('--corners=x,y,x,y,x,y,x,y');
    expect(named).toContain('mirrored');
    expect(said(page(CASES['unregistered']!))).toContain('gave no starting point');
  });

  test('says of several leakers what it means and what it does not', () => {
    const text = said(page(CASES['leakers']!));
    for (const words of [
      'put together from at least 5 viewings',
      '2 of them came to light once the marks of the others had been taken out',
      'There may be more.',
      'below the limit nobody is named',
      'That a viewing is not named here does not clear it.',
      '5 viewings are not 5 people, and no agreement between them.',
      'sessions of one person',
      'Somebody else may have had access to several',
      'Treat every viewing by itself.',
      'named, in round 2',
      'Round 2: scored again',
      'by the 2 rounds of scoring',
    ])
      expect(text).toContain(words);
    expect(said(page(CASES['several']!))).not.toContain('came to light');
    const one = said(page(MATCH));
    for (const words of ['There may be more', 'Treat every', 'in round']) expect(one).not.toContain(words);
    expect(said(page({ ...CASES['leakers']!, layer: 'share' } as AnyTrace))).toContain(
      'put together from at least 5 shared copies',
    );
  });

  test('says of a video which part of it the copy shows, and how well the frames agree', () => {
    const text = said(page(CASES['video']!));
    expect(text).toContain('Where a leaked video comes from');
    expect(text).toContain(
      'The copy shows the original from 0:12.4 to 0:17.4 (minutes and seconds), that is 5.0 seconds of it: 0:00.0 to 0:05.0 of the copy, at the speed of the original.',
    );
    expect(text).toContain('125 frames of the copy and 1,500 of the original were read. 24 were used');
    expect(text).toContain('agree to 0.75 on average and 0.70 at worst');
    expect(text).toContain(
      'The frames that agree best, 0:01.2 of the copy and 0:13.6 of the original, agree to 0.82; the copy shows 90 % of the original’s frame. All frames lie alike.',
    );
    expect(text).toContain('First the frames that agree best: 0:01.2 of the copy and 0:13.6 of the original.');
    expect(text).toContain('It says nothing of the sound');
    expect(text).toContain('Copy, frames');
    const cut = said(page(CASES['video-leakers']!));
    expect(cut).toContain('cut together from 2 parts');
    expect(cut).toContain('0:09.2 to 0:14.21:01:59.4 to 1:02:05.41.20 times as fast as the original');
    const still = said(page(CASES['video-still']!));
    expect(still).toContain(
      'one single frame: a still picture or a screenshot of the video. It shows the original at 0:41.3.',
    );
    expect(still).toContain('One was used; it and its frame of the original agree to 0.66');
    const unfound = said(page(CASES['video-unfound']!));
    expect(unfound).toContain('No part of the original was found in it');
    expect(unfound).toContain('How both videos begin.');
    expect(unfound).not.toContain('--corners');
    for (const name of Object.keys(CASES).filter((one) => !one.startsWith('video')))
      expect(said(page(CASES[name]!))).not.toMatch(/video|frame/);
  });

  test('says what could not be read, without a number that could be a patient’s', () => {
    const problems = ['the file ends at 0:05', 'clip 999 000 0018.mp4: truncated'];
    for (const report of [MATCH, CASES['video']!, CASES['video-unfound']!]) {
      const text = said(page(report, { problems }));
      expect(text).toContain('How the files were read');
      expect(text).toContain('the file ends at 0:05');
      expect(text).toContain('A line is left out');
      expect(text).not.toContain('999');
      expect(said(page(report))).not.toContain('How the files were read');
    }
  });

  test('the same input gives the same bytes', () => {
    for (const report of Object.values(CASES)) expect(page(report)).toBe(page(structuredClone(report)));
    expect(page(MATCH, { madeAt: '2026-03-01T09:00:01Z' })).not.toBe(page(MATCH));
    expect(page({ ...MATCH, ms: 9 })).toBe(page(MATCH));
  });

  test('runs nothing, loads nothing, and lets only its own style and pictures in', () => {
    for (const report of Object.values(CASES)) {
      const text = page(report);
      expect(text).toMatch(
        /content="default-src &#39;none&#39;; style-src &#39;sha256-[\w+/=]{44}&#39;; img-src data:; /,
      );
      expect(text).not.toMatch(/<script|<link rel="stylesheet|<iframe|javascript:|https?:|\sstyle=|\son\w+=/);
      expect(text.match(/(?:src|href)="(?!data:image|#main|data:,)/g)).toBeNull();
    }
  });

  test('a title names nobody: it goes into histories', () => {
    for (const report of Object.values(CASES))
      expect(/<title>(.*?)<\/title>/.exec(page(report))![1]).not.toMatch(/view-/);
  });

  test('the plot is told in words too', () => {
    const plot = /<figure class="plot">.*?<\/figure>/s.exec(page(MATCH))![0];
    expect(plot).toContain('role="img" aria-labelledby="plot-title plot-text"');
    expect(said(plot)).toContain(
      'The highest of 10,000 controls reaches 3.7; from 7.3 on somebody is named. The best of the list reaches 28.6, the next 3.0.',
    );
    expect(page(CASES['unregistered']!)).not.toContain('class="plot"');
  });

  test('without pictures it shows none, and still says what was compared', () => {
    const { pictures, ...rest } = OPTIONS;
    const text = evidenceReport(MATCH, rest);
    expect(text).not.toMatch(/<img|<image|img-src/);
    expect(said(text)).toContain('Left out of this file on request.');
    expect(text).toContain('1a'.repeat(32));
    expect(said(text)).not.toContain('patient’s picture');
    expect(said(page(MATCH))).toContain('this file holds a patient’s picture');
  });

  test('nothing from outside becomes markup', () => {
    const hostile = fc.oneof(
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=y>',
        '</style>',
        '</svg><a href=',
        '&lt;b&gt;',
      ),
      fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const report = { ...MATCH, hits: MATCH.hits.map((hit) => ({ ...hit, id: text })) };
        const more = {
          imageId: text,
          organisation: text,
          reference: text,
          command: text,
          program: text,
          problems: [text],
        };
        const tags = (html: string): string[] => html.match(/<\/?[a-zA-Z!][^\s>]*/g) ?? [];
        const plain = { imageId: 'a', organisation: 'a', reference: 'a', command: 'a', program: 'a', problems: ['a'] };
        expect(tags(page(report, more))).toEqual(tags(page(MATCH, plain)));
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ['a moment without a zone', { madeAt: '2026-03-01T09:00:00' }, RangeError],
    ['a picture from elsewhere', { pictures: { ...PICTURES, suspect: 'https://example.org/a.png' } }, TypeError],
    ['a picture with markup', { pictures: { ...PICTURES, suspect: 'data:image/svg+xml;base64,AAAA' } }, TypeError],
    ['a corner that is no number', { pictures: { ...PICTURES, outline: [[Number.NaN, 0]] } }, RangeError],
    ['a hash that is none', { fileHashes: { suspect: 'abc' } }, RangeError],
    ['a very long text', { reference: 'x'.repeat(5000) }, RangeError],
    ['a pair from elsewhere', { pictures: paired({ original: 'https://example.org/a.png' }) }, TypeError],
    ['a time that is none', { pictures: paired({ at: { suspect: Number.NaN, original: 0 } }) }, RangeError],
    ['a hundred pairs', { pictures: { ...FRAMES, pairs: new Array(100).fill(FRAMES.pairs![0]) } }, RangeError],
    ['a problem that is no text', { problems: [7] }, RangeError],
    ['problems that are one text', { problems: 'cut short' }, RangeError],
    ['problems without end', { problems: new Array(101).fill('x') }, RangeError],
    ['a record that is no digest', { record: 'record.json' }, RangeError],
    ['an option that is not', { patient: 'x' }, TypeError],
  ])('refuses %s', (_, more, error) => {
    expect(() => page(MATCH, more as Partial<EvidenceOptions>)).toThrow(error);
  });
});

describe('evidencePictures', () => {
  const pictures = async (
    report: TraceReport,
  ): Promise<{ seen: Uint8ClampedArray[]; outline: unknown; size: number[] }> => {
    const seen: Uint8ClampedArray[] = [];
    const original = skin(400, 300, 3, 3);
    const cut = 40;
    // The copy: the original from column and row 40 on, a third brighter, with a black square.
    const data = new Uint8Array((400 - cut) * (300 - cut) * 3);
    for (let y = 0; y < 300 - cut; y++) {
      for (let x = 0; x < 400 - cut; x++) {
        for (let c = 0; c < 3; c++) {
          const value = original.data[((y + cut) * 400 + x + cut) * 3 + c]!;
          data[(y * (400 - cut) + x) * 3 + c] = x < 60 && y < 60 ? 0 : 20 + 0.9 * value;
        }
      }
    }
    const suspect = { data, width: 400 - cut, height: 300 - cut };
    const out = await evidencePictures(suspect, original, report, (pixels) => {
      seen.push(pixels.data as Uint8ClampedArray);
      return `data:image/png;base64,${'A'.repeat(8)}`;
    });
    expect(() => page(report, { pictures: out })).not.toThrow();
    return { seen, outline: out.outline, size: [out.width, out.height] };
  };

  test('lays the original on the copy, and shows what differs', async () => {
    const homography = [1, 0, -40, 0, 1, -40, 0, 0, 1] as const;
    const { seen, outline, size } = await pictures({
      ...MATCH,
      registration: { ...MATCH.registration, status: 'registered', homography } as TraceReport['registration'],
    });
    expect(size).toEqual([360, 260]);
    expect(outline).toEqual([
      [-40, -40],
      [360, -40],
      [360, 260],
      [-40, 260],
    ]);
    const [copy, , registered, difference] = seen;
    const at = (x: number, y: number): number => (y * 360 + x) * 3;
    for (const [x, y] of [
      [100, 100],
      [300, 50],
      [200, 220],
    ] as const) {
      expect(Math.abs(copy![at(x, y)]! - (20 + 0.9 * registered![at(x, y)]!))).toBeLessThan(3);
    }
    // The pasted square stands out from the rest.
    expect(difference![at(30, 30)]).toBeLessThan(60);
    const calm = [...difference!].filter((_, i) => Math.floor(i / 3) % 360 > 70).filter((v) => v < 60).length;
    expect(calm / difference!.length).toBeLessThan(0.05);
  });

  test('a copy that was not registered is shown as it is', async () => {
    const { seen, outline } = await pictures(CASES['unregistered'] as TraceReport);
    expect(seen.length).toBe(2);
    expect(outline).toBeNull();
  });

  /** A film of grey frames, each brighter than the one before, ten a second. Its memory is used again for every frame. */
  const film = (frames: number, range?: 'limited'): Video & { read: number } => {
    const pixels = { data: new Uint8Array(160 * 120), width: 160, height: 120 };
    const video = {
      width: 160,
      height: 120,
      ...(range && { range }),
      read: 0,
      *frames() {
        for (let i = 0; i < frames; i++) {
          video.read = i + 1;
          pixels.data.fill(16 + i);
          yield { pixels, time: i / 10 };
        }
      },
    };
    return video;
  };
  const shownOf = async (suspect: Video, original: Video, report: VideoTraceReport) => {
    const greys: number[] = [];
    const out = await evidencePictures(suspect, original, report, ({ data }) => {
      greys.push(data[0]!);
      return `data:image/png;base64,${'A'.repeat(8)}`;
    });
    expect(() => page(report, { pictures: out })).not.toThrow();
    return { greys, out };
  };
  const filmed = (
    used: VideoTraceReport['frames']['used'],
    more: Partial<VideoTraceReport> = {},
  ): VideoTraceReport => ({
    ...VIDEO,
    registration: { status: 'failed' },
    frames: { suspect: 50, original: 200, used },
    ...more,
  });

  test('of a video: the frames that agree best, then others, each at its time', async () => {
    const used = [0, 1, 2, 3, 4].map((i) => ({ suspect: i, original: 10 + i, correlation: i === 3 ? 0.9 : 0.6 }));
    const [copy, original] = [film(50), film(200)];
    const { greys, out } = await shownOf(copy, original, filmed(used));
    // The best pair, then the others: copy and original in turn.
    expect(greys).toEqual([46, 146, 16, 116, 36, 136, 56, 156]);
    expect(out.pairs!.map(({ at }) => at)).toEqual([0, 2, 4].map((i) => ({ suspect: i, original: 10 + i })));
    expect(said(page(filmed(used), { pictures: out }))).toContain('The copy at 0:02.0, as it was received.');
    // Not read further than the last frame that is shown.
    expect([copy.read, original.read]).toEqual([42, 142]);
  });

  test('of a video of limited luma: black is black', async () => {
    const used = [{ suspect: 0, original: 0, correlation: 0.9 }];
    const { greys } = await shownOf(film(3, 'limited'), film(3), filmed(used));
    expect(greys).toEqual([0, 16]);
  });

  test('of a video that was not found: how both begin', async () => {
    const { greys, out } = await shownOf(film(3), film(5), filmed([]));
    expect(greys).toEqual([16, 16]);
    expect(out.pairs).toEqual([]);
  });

  test('of a screenshot of a video: one pair', async () => {
    const used = [{ suspect: 0, original: 4.12, correlation: 0.9 }];
    const { greys, out } = await shownOf(film(1), film(100), filmed(used));
    expect(greys).toEqual([16, 57]);
    expect(out.pairs).toEqual([]);
  });

  test('refuses a video without frames, and pictures for a report on videos', async () => {
    const encode = (): string => '';
    await expect(evidencePictures(film(0), film(1), filmed([]), encode)).rejects.toMatchObject({
      code: 'VIDEO_INVALID',
    });
    const picture = skin(100, 100, 1, 1);
    const mixed = evidencePictures(picture as unknown as Video, film(1), filmed([]), encode);
    await expect(mixed).rejects.toThrow(TypeError);
    await expect(evidencePictures(film(1) as unknown as typeof picture, picture, MATCH, encode)).rejects.toThrow(
      TypeError,
    );
  });
});
