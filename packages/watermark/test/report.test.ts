import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AnyTrace } from '../src/report/any-trace.js';
import { type EvidenceOptions, evidencePictures, evidenceReport } from '../src/report/index.js';
import type { TraceReport } from '../src/trace.js';
import { skin } from './pictures.js';
import { CASES, MATCH, PICTURES } from './report-cases.js';

const OPTIONS: EvidenceOptions = { madeAt: '2026-03-01T09:00:00Z', pictures: PICTURES };
const page = (report: AnyTrace, more: Partial<EvidenceOptions> = {}): string =>
  evidenceReport(report, { ...OPTIONS, ...more });
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
  ])('begins with the verdict (%s)', (name, sentence) => {
    expect(verdict(name).startsWith(sentence)).toBe(true);
  });

  test('says how sure it is, and that this is not the chance of innocence', () => {
    expect(verdict('match')).toContain('probability of at most 6 × 10−177');
    expect(verdict('match')).toContain('It is not the chance that a person is innocent.');
    expect(verdict('several')).toContain(
      'the lowest of these would come up by chance with a probability of at most 10−24',
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
      'The highest of 10,000 controls reaches 3.7; from 7.2 on somebody is named. The best of the list reaches 28.6, the next 3.0.',
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
        const more = { imageId: text, organisation: text, reference: text, command: text, program: text };
        const tags = (html: string): string[] => html.match(/<\/?[a-zA-Z!][^\s>]*/g) ?? [];
        const plain = { imageId: 'a', organisation: 'a', reference: 'a', command: 'a', program: 'a' };
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
});
