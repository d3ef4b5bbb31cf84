import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deriveImageKey, WatermarkError } from '../src/index.js';
import type { AnyTrace } from '../src/report/any-trace.js';
import {
  compareRecords,
  type EvidenceRecord,
  evidenceRecord,
  evidenceReport,
  MAX_RECORD,
  type RecordOptions,
  readEvidenceRecord,
  type WrittenRecord,
} from '../src/report/index.js';
import { viewings } from './pictures.js';
import { CASES, hit, MATCH, VIDEO } from './report-cases.js';

const KEY = deriveImageKey(new Uint8Array(32).fill(7), 'img-7f3a');
/** A list of as many ids as a case says, all of its hits among them. */
const listOf = ({ hits, candidates }: AnyTrace): string[] => {
  const ids = new Set([...hits.map(({ id }) => id), ...viewings(2000)]);
  return [...ids].slice(0, candidates);
};
const OPTIONS: Omit<RecordOptions, 'candidates'> = {
  madeAt: '2026-03-01T09:00:00Z',
  key: KEY,
  program: { name: '@wardseal/watermark', version: '0.1.0' },
  runtime: [
    { name: 'sharp', version: '0.35.5' },
    { name: 'node', version: '26.10.0' },
  ],
  imageId: 'img-7f3a',
};
const make = (report: AnyTrace, more: Partial<RecordOptions> = {}): Promise<WrittenRecord> =>
  evidenceRecord(report, { ...OPTIONS, ...more, candidates: more.candidates ?? listOf(report) });
const MADE = await make(MATCH);

/** A record with something changed, written as the writer would. */
const altered = (change: (record: Record<string, unknown>) => unknown, text = MADE.text): string => {
  const value = JSON.parse(text) as Record<string, unknown>;
  change(value);
  const sorted = (_: string, one: unknown): unknown =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one;
  return `${JSON.stringify(value, sorted)}\n`;
};
const refused = (text: string): WatermarkError => {
  try {
    readEvidenceRecord(text);
  } catch (error) {
    expect(error).toBeInstanceOf(WatermarkError);
    expect((error as WatermarkError).code).toBe('RECORD_INVALID');
    return error as WatermarkError;
  }
  throw new Error('the record was read');
};

describe('evidenceRecord', () => {
  test.each(Object.entries(CASES))(
    '%s: the same input gives the same bytes, and they are read back',
    async (_, report) => {
      const fileHashes = { suspect: 'aa'.repeat(32), original: 'bb'.repeat(32) };
      const one = await make(report, { fileHashes });
      const two = await make({ ...structuredClone(report), ms: 1 } as AnyTrace, {
        fileHashes,
        candidates: listOf(report).reverse(),
      });
      expect(two.text).toBe(one.text);
      expect(readEvidenceRecord(one.text)).toEqual(one);
      expect(compareRecords(one.record, two.record)).toEqual({
        sameQuestion: true,
        sameFindings: true,
        differences: [],
      });
    },
  );

  test('is found again by tools that know nothing of it', async () => {
    const digest = async (text: string): Promise<string> =>
      [...new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))]
        .map((byte) => byte.toString(16).padStart(2, '0'))
        .join('');
    expect(MADE.digest).toBe(await digest(MADE.text));
    const list = [...listOf(MATCH)].sort().join('\n');
    expect(MADE.record.candidates).toEqual({ count: 1000, digest: await digest(`${list}\n`) });
    const hmac = await crypto.subtle.importKey('raw', KEY, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    const mac = await crypto.subtle.sign('HMAC', hmac, new TextEncoder().encode('wardseal.org/evidence-record/v0/key'));
    const head = [...new Uint8Array(mac)].slice(0, 16).map((byte) => byte.toString(16).padStart(2, '0'));
    expect(MADE.record.keyCommitment).toBe(head.join(''));
  });

  test('sorts ids by their bytes, not by their UTF-16 units', async () => {
    const ids = ['view-7', '\u{1f600}', '\uff41', 'é', ...MATCH.hits.slice(1).map(({ id }) => id)];
    const report = { ...MATCH, candidates: ids.length };
    const { record } = await make(report, { candidates: ids });
    const sorted = ids
      .map((id) => new TextEncoder().encode(`${id}\n`))
      .sort((a, b) => (a.join() === b.join() ? 0 : less(a, b)));
    const hash = await crypto.subtle.digest('SHA-256', new Uint8Array(sorted.flatMap((bytes) => [...bytes])));
    expect(record.candidates.digest).toBe(
      [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    );
  });

  test('holds neither key nor list, and no score of whom chance explains', () => {
    expect(MADE.text).not.toContain([...KEY].map((byte) => byte.toString(16).padStart(2, '0')).join(''));
    for (const { id } of MATCH.hits.slice(1)) expect(MADE.text).not.toContain(id);
    expect(MADE.record.hits).toEqual([
      { id: 'view-7', z: 28.6, p: 2e-179, pCorrected: 3e-176, verdict: 'match', round: 1 },
    ]);
    expect(MADE.text).not.toContain('view-1');
  });

  test('tells no score finer than the page', async () => {
    const hits = [hit('view-7', 28.604_321), ...MATCH.hits.slice(1)];
    const { record } = await make({ ...MATCH, hits });
    expect(record.hits).toEqual([{ id: 'view-7', z: 28.6, p: 1e-179, pCorrected: 2e-176, verdict: 'match', round: 1 }]);
  });

  test('has the timeline and the frames of a video', async () => {
    const { record } = await make(VIDEO, { problems: ['the file ends early', 'of 999 000 0018'] });
    expect(record.video!.timeline).toEqual({
      status: 'found',
      pieces: [{ from: 0, to: 5, originalFrom: 12.4, originalTo: 17.4 }],
    });
    expect(record.video!.frames.used).toHaveLength(24);
    expect(record.inputs.problems[0]).toBe('the file ends early');
    expect(record.inputs.problems[1]).toMatch(/^A line is left out/);
    expect(MADE.record.video).toBeNull();
  });

  test('the page names it', () => {
    const page = evidenceReport(MATCH, { madeAt: OPTIONS.madeAt, record: MADE.digest });
    expect(page).toContain(MADE.digest);
    expect(page).toContain('A record belongs to this page');
    expect(() => evidenceReport(MATCH, { madeAt: OPTIONS.madeAt, record: 'x' })).toThrow(RangeError);
  });

  test.each<[string, Partial<RecordOptions>, string | typeof Error]>([
    ['another list', { candidates: viewings(999) }, RangeError],
    ['a list without who is named', { candidates: viewings(1007).slice(8).concat('a') }, RangeError],
    ['other decoys', { decoys: 5000 }, RangeError],
    ['a patient’s number', { reference: 'case 9990000018' }, RangeError],
    ['an option that is not', { patient: 'x' } as object, TypeError],
    ['a key that is none', { key: new Uint8Array(31) }, 'KEY_INVALID'],
    ['a version that is a sentence', { program: { name: 'x', version: 'one two' } }, 'RECORD_INVALID'],
    ['a name twice', { runtime: [...OPTIONS.runtime!, ...OPTIONS.runtime!] }, 'RECORD_INVALID'],
  ])('refuses %s', async (_, more, expected) => {
    const error = await make(MATCH, more).catch((one: unknown) => one);
    if (typeof expected === 'string') expect(error).toMatchObject({ code: expected });
    else expect(error).toBeInstanceOf(expected);
  });

  test('a promise of a report is the caller’s mistake', async () => {
    await expect(make(Promise.resolve(MATCH) as unknown as AnyTrace, { candidates: ['a'] })).rejects.toThrow(
      'await it',
    );
  });
});

describe('readEvidenceRecord', () => {
  type Loose = Record<string, unknown> & {
    hits: Record<string, unknown>[];
    inputs: Record<string, unknown>;
    parameters: Record<string, unknown>;
    controls: Record<string, unknown>;
    runtime: object[];
  };
  const found = { status: 'found', pieces: [] };
  const frame = (at: number): object => ({ suspect: at, original: at, correlation: 1 });
  const piece = (from: number, to: number): object => ({ from, to, originalFrom: from, originalTo: to });
  const asVideo = (record: Loose, change: object): object => {
    const video = { timeline: found, frames: { suspect: 1, original: 1, used: [frame(0)] }, ...change };
    return Object.assign(record, { algorithm: 'informed-spread-spectrum-video', video });
  };
  test.each<[string, string, (record: Loose) => unknown]>([
    ['an unknown member', 'record', (record) => Object.assign(record, { extra: 1 })],
    ['an unknown member within', 'inputs', ({ inputs }) => Object.assign(inputs, { path: 'x' })],
    ['a missing member', 'record', (record) => Reflect.deleteProperty(record, 'rounds')],
    ['another version', 'format', (record) => Object.assign(record, { format: 'wardseal.org/evidence-record/v1' })],
    ['another mark', 'mark', (record) => Object.assign(record, { mark: 'wardseal.org/mark/v9' })],
    ['other limits', 'limits.match', (record) => Object.assign(record, { limits: { match: 1e-3, consistent: 1e-2 } })],
    ['an outcome that does not follow', 'outcome', (record) => Object.assign(record, { outcome: 'none' })],
    ['a hit that chance explains', 'hits[0].verdict', ({ hits }) => Object.assign(hits[0]!, { verdict: 'none' })],
    ['a score too low for its chance', 'hits[0].p', ({ hits }) => Object.assign(hits[0]!, { z: 9 })],
    ['a score too high for its chance', 'hits[0].p', ({ hits }) => Object.assign(hits[0]!, { z: 29 })],
    [
      'a chance too large for its verdict',
      'hits[0].pCorrected',
      ({ hits }) => Object.assign(hits[0]!, { pCorrected: 1e-8 }),
    ],
    ['a chance made smaller', 'hits[0].pCorrected', ({ hits }) => Object.assign(hits[0]!, { pCorrected: 1e-200 })],
    [
      'a list that was not paid for',
      'hits[0].pCorrected',
      ({ hits }) => Object.assign(hits[0]!, { pCorrected: 2e-179 }),
    ],
    ['a round that was not scored', 'hits[0].round', ({ hits }) => Object.assign(hits[0]!, { round: 3 })],
    [
      'a viewing twice',
      'hits',
      (record) => Object.assign(record, { outcome: 'several', hits: [...record.hits, ...record.hits] }),
    ],
    [
      'somebody named though the controls failed',
      'hits',
      (record) => [Object.assign(record, { outcome: 'unsound' }), Object.assign(record.controls, { sound: false })],
    ],
    [
      'somebody named though nothing was laid on anything',
      'hits',
      (record) => Object.assign(record, { outcome: 'unregistered', registration: { status: 'failed', tried: [] } }),
    ],
    [
      'frames of a picture',
      'video',
      (record) => Object.assign(record, { video: { timeline: found, frames: { suspect: 1, original: 1, used: [] } } }),
    ],
    [
      'a video without frames',
      'video',
      (record) => Object.assign(record, { algorithm: 'informed-spread-spectrum-video' }),
    ],
    ['a digest in capitals', 'inputs.suspect', ({ inputs }) => Object.assign(inputs, { suspect: 'AB'.repeat(32) })],
    [
      'controls that were not asked for',
      'controls.decoys',
      ({ parameters }) => Object.assign(parameters, { decoys: 2000 }),
    ],
    ['controls that were not all counted', 'controls.counts', ({ controls }) => ++(controls['counts'] as number[])[0]!],
    ['a thirteenth month', 'madeAt', (record) => Object.assign(record, { madeAt: '2026-13-01T09:00:00Z' })],
    ['a 30th of February', 'madeAt', (record) => Object.assign(record, { madeAt: '2026-02-30T09:00:00Z' })],
    [
      'frames out of order',
      'video.frames.used',
      (record) => asVideo(record, { frames: { suspect: 2, original: 2, used: [frame(1), frame(0.5)] } }),
    ],
    [
      'a piece that ends before it begins',
      'video.timeline.pieces',
      (record) => asVideo(record, { timeline: { status: 'found', pieces: [piece(1, 0.5)] } }),
    ],
    [
      'decoys of another domain',
      'seeds.decoys',
      (record) => Object.assign(record, { seeds: { decoys: 'wardseal.org/mark/v0/share/decoy' } }),
    ],
    ['versions out of order', 'runtime', ({ runtime }) => runtime.reverse()],
    ['a count that is none', 'geometries', (record) => Object.assign(record, { geometries: 1.5 })],
    ['a list where a text belongs', 'imageId', (record) => Object.assign(record, { imageId: ['img'] })],
    [
      'three corners',
      'parameters.corners',
      ({ parameters }) =>
        Object.assign(parameters, {
          corners: [
            [0, 0],
            [1, 0],
            [1, 1],
          ],
        }),
    ],
  ])('refuses %s', (_, field, change) => {
    expect(refused(altered(change as (record: Record<string, unknown>) => unknown)).field).toBe(field);
  });

  test('says of another version that it is one', () => {
    const error = refused(
      altered((record) => {
        record['format'] = 'wardseal.org/evidence-record/v1';
      }),
    );
    expect(error.field).toBe('format');
    expect(error.message).toContain('version');
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a list', '[]\n'],
    ['null', 'null\n'],
    ['no line feed', MADE.text.trimEnd()],
    ['two line feeds', `${MADE.text}\n`],
    ['a blank', MADE.text.replace(':', ': ')],
    ['a member twice', MADE.text.replace('"rounds":1', '"rounds":1,"rounds":1')],
    ['another spelling of a number', MADE.text.replace('"rounds":1', '"rounds":1.0')],
    ['another spelling of a letter', MADE.text.replace('"view"', '"\\u0076iew"')],
    ['a prototype', MADE.text.replace('{', '{"__proto__":{},')],
    ['a byte order mark', `\ufeff${MADE.text}`],
    ['much', `${' '.repeat(MAX_RECORD)}${MADE.text}`],
    ['depth', '['.repeat(100_000)],
  ])('refuses %s', (_, text) => {
    expect(refused(text).message).not.toContain('view-7');
  });

  test('reads nothing else than what was written', () => {
    // One sign changed anywhere: refused, or a record of another digest that is not the same.
    fc.assert(
      fc.property(fc.nat(MADE.text.length - 1), fc.integer({ min: 32, max: 126 }), (at, code) => {
        const text = MADE.text.slice(0, at) + String.fromCharCode(code) + MADE.text.slice(at + 1);
        if (text === MADE.text) return;
        let read: WrittenRecord;
        try {
          read = readEvidenceRecord(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'RECORD_INVALID' });
          return;
        }
        expect(read.text).toBe(text);
        expect(read.digest).not.toBe(MADE.digest);
      }),
      { numRuns: 300 },
    );
  });

  test('what is no text is the caller’s mistake', () => {
    expect(() => readEvidenceRecord(MADE.record as unknown as string)).toThrow(TypeError);
  });
});

describe('compareRecords', () => {
  const LEAKERS = CASES['leakers']!;
  const against = async (then: WrittenRecord, report: AnyTrace, more: Partial<RecordOptions> = {}) =>
    compareRecords(then.record, (await make(report, more)).record);
  const words = ({ differences }: { differences: readonly { part: string; words: string }[] }): string[] =>
    differences.map(({ part, words }) => `${part}: ${words}`);

  test('moment, case and maker do not matter', async () => {
    const again = await against(MADE, MATCH, {
      madeAt: '2031-01-01T00:00:00Z',
      reference: 'appeal',
      organisation: 'Another',
    });
    expect(again).toEqual({ sameQuestion: true, sameFindings: true, differences: [] });
  });

  test('another file with the same samples is the same question', async () => {
    const then = await make(MATCH, { fileHashes: { suspect: 'aa'.repeat(32) } });
    expect(await against(then, MATCH, { fileHashes: { suspect: 'bb'.repeat(32) } })).toMatchObject({ differences: [] });
  });

  test.each<[string, AnyTrace, Partial<RecordOptions>, string[]]>([
    [
      'another copy',
      { ...MATCH, inputHashes: { ...MATCH.inputHashes, suspect: '3c'.repeat(32) } },
      {},
      ['inputs: the copy is another one: its samples are not the same'],
    ],
    ['a shorter list', { ...MATCH, candidates: 500 }, {}, ['list: the list held 1000 ids, now 500']],
    [
      'another list',
      MATCH,
      { candidates: [...listOf(MATCH).slice(0, -1), 'view-x'] },
      ['list: the list holds other ids'],
    ],
    ['another key', MATCH, { key: new Uint8Array(32) }, ['key: another key: the secret or the id is another']],
    [
      'corners',
      MATCH,
      {
        corners: [
          [0, 0],
          [9, 0],
          [9, 9],
          [0, 9],
        ],
      },
      ['parameters: corners by hand were not given, now given'],
    ],
    ['another layer', CASES['share']!, {}, ['parameters: the layer was view, now share']],
  ])('%s makes another question of it', async (_, report, more, expected) => {
    const again = await against(MADE, report, more);
    expect(words(again)).toEqual(expected);
    expect(again).toMatchObject({ sameQuestion: false, sameFindings: true });
  });

  test('the same file read to other samples points at the reader', async () => {
    const fileHashes = { suspect: 'aa'.repeat(32) };
    const then = await make(MATCH, { fileHashes });
    const other = { ...MATCH, inputHashes: { ...MATCH.inputHashes, suspect: '3c'.repeat(32) } };
    expect(words(await against(then, other, { fileHashes }))[0]).toContain('compare the versions of what read it');
  });

  test('another copy of a video uses other frames of the same original', async () => {
    const fileHashes = { original: 'bb'.repeat(32) };
    const then = await make(VIDEO, { fileHashes });
    const inputHashes = { suspect: '3c'.repeat(32), original: '4d'.repeat(32) };
    const used = VIDEO.frames.used.map((frame) => ({ ...frame, original: frame.original + 0.5 }));
    const other = { ...VIDEO, inputHashes, frames: { ...VIDEO.frames, used } };
    expect(words(await against(then, other, { fileHashes }))).toEqual([
      'inputs: the copy is another one: its samples are not the same',
      'inputs: the original is the same file, but other frames of it were used',
    ]);
    const again = words(await against(then, { ...VIDEO, inputHashes }, { fileHashes }));
    expect(again[1]).toContain('compare the versions of what read it');
  });

  test('of a video of which no frame was used only the files tell whether it is the same', async () => {
    const unfound = CASES['video-unfound']!;
    const then = await make(unfound, { fileHashes: { suspect: 'aa'.repeat(32), original: 'bb'.repeat(32) } });
    const again = await against(then, unfound, { fileHashes: { suspect: 'cc'.repeat(32), original: 'bb'.repeat(32) } });
    expect(again).toMatchObject({ sameQuestion: false, sameFindings: true });
    expect(words(again)).toEqual(['inputs: no frame of the copy was used, and it is not known to be the same file']);
  });

  test('versions are told, and change nothing by themselves', async () => {
    const again = await against(MADE, MATCH, {
      program: { name: '@wardseal/watermark', version: '0.2.0' },
      runtime: [{ name: 'node', version: '30.0.0' }],
    });
    expect(again).toMatchObject({ sameQuestion: true, sameFindings: true });
    expect(words(again)).toEqual([
      'program: the program was @wardseal/watermark 0.1.0, now @wardseal/watermark 0.2.0',
      'program: node was 26.10.0, now 30.0.0',
      'program: sharp was 0.35.5, now not there',
    ]);
  });

  test('other findings are told by name', async () => {
    const then = await make(LEAKERS);
    const [first, second, ...rest] = LEAKERS.hits;
    const hits = [hit(first!.id, 19.7), ...rest];
    const again = await against(then, { ...LEAKERS, hits } as AnyTrace, { candidates: listOf(LEAKERS) });
    expect(again).toMatchObject({ sameQuestion: true, sameFindings: false });
    expect(words(again)).toEqual([
      'findings: the score of view-0042 was 19.40, now 19.70',
      `findings: ${second!.id} was named, and is not any more`,
    ]);
    expect(words(await against(MADE, CASES['none']!, { candidates: listOf(MATCH) }))).toEqual([
      'findings: the outcome was ‘match’, now ‘none’',
      'findings: view-7 was named, and is not any more',
    ]);
  });

  test('rounding is no difference, more is', () => {
    const change = (record: EvidenceRecord, z: number): EvidenceRecord => ({
      ...record,
      hits: [{ ...record.hits[0]!, z }],
    });
    expect(compareRecords(MADE.record, change(MADE.record, 28.61)).sameFindings).toBe(true);
    expect(compareRecords(MADE.record, change(MADE.record, 28.62)).sameFindings).toBe(false);
  });
});

function less(a: Uint8Array, b: Uint8Array): number {
  const at = [...a].findIndex((byte, i) => byte !== b[i]);
  return (a[at] ?? -1) - (b[at] ?? -1);
}
