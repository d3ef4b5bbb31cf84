import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type OverlayOptions, overlayBox, renderOverlay, WatermarkError } from '../src/index.js';

const options: OverlayOptions = {
  mode: 'border',
  who: 'Dr Ada Example',
  role: 'Registrar',
  organisation: 'Example Trust',
  at: '2026-03-01T09:00:00Z',
  code: 'K7QX-9MPD',
  size: { width: 1411, height: 1000 },
};
const code = (change: object): string => {
  try {
    renderOverlay({ ...options, ...change } as OverlayOptions);
  } catch (error) {
    return error instanceof WatermarkError ? `${error.code} ${error.field}` : String(error);
  }
  return 'nothing';
};
/** Every text that a reader sees, put together from the drawing. */
const texts = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map((match) =>
    match[1]!
      .replaceAll(/<\/?tspan[^>]*>/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&'),
  );

describe('renderOverlay', () => {
  test.each(['border', 'tile'] as const)('gives the same bytes for the same options (%s)', (mode) => {
    const svg = renderOverlay({ ...options, mode });
    expect(renderOverlay({ ...options, mode })).toBe(svg);
    expect(renderOverlay({ ...options, mode, code: 'K7QX-9MPE' })).not.toBe(svg);
    const said = texts(svg).join(' ');
    for (const part of ['Dr Ada Example · Registrar', 'Example Trust', '2026-03-01 09:00:00 UTC', 'K7QX-9MPD']) {
      expect(said).toContain(part);
    }
  });

  test('border mode draws outside the picture only', () => {
    const box = overlayBox('border', options.size);
    const svg = renderOverlay(options);
    expect(svg).toContain(`width="${box.width}" height="${box.height}"`);
    expect(svg).toContain(`data-picture="0 ${box.top} 1411 1000"`);
    expect(box).toEqual({ width: 1411, height: 1000 + 2 * box.top, left: 0, top: 56 });
    for (const [, y, height] of svg.matchAll(/<rect x="0" y="(\d+)" width="1411" height="(\d+)"/g)) {
      expect(Number(y) + Number(height) <= box.top || Number(y) >= box.top + 1000).toBe(true);
    }
    const lines = [...svg.matchAll(/ y="([\d.]+)" font-size="([\d.]+)"/g)];
    expect(lines.length).toBe(3);
    for (const [, y, size] of lines) {
      const [top, bottom] = [Number(y) - Number(size), Number(y) + Number(size) * 0.3];
      expect(bottom <= box.top || top >= box.top + 1000).toBe(true);
    }
  });

  test('breaks a long line, then makes it smaller, and never cuts it', () => {
    const rows = (who: string, width: number): { size: number; text: string }[] => {
      const svg = renderOverlay({ ...options, who, size: { width, height: 200 } });
      const sizes = [...svg.matchAll(/font-size="([\d.]+)"/g)].map((match) => Number(match[1]));
      return texts(svg).map((text, i) => ({ size: sizes[i]!, text }));
    };
    expect(rows('Dr Ada Example', 600).slice(0, -2).length).toBe(1);
    const broken = rows('Dr Ada Example of a very long name indeed that goes on, and on, and longer', 600).slice(0, -2);
    expect(broken.map((row) => row.text)).toEqual([
      'Dr Ada Example of a very long name indeed that goes on, and on, and longer · Registrar',
      'Example Trust',
    ]);
    for (const width of [20, 300]) {
      for (const { size, text } of rows('W'.repeat(200), width)) expect(size * text.length * 0.6).toBeLessThan(width);
    }
  });

  test('the code is the largest text', () => {
    for (const mode of ['border', 'tile'] as const) {
      const svg = renderOverlay({ ...options, mode });
      const sizes = [...svg.matchAll(/font-size="([\d.]+)"/g)].map((match) => Number(match[1]));
      const ofCode = Number(/font-size="([\d.]+)"[^>]*>K7QX/.exec(svg)?.[1]);
      expect(ofCode).toBe(Math.max(...sizes));
      // A copy of 640 pixels still shows it 14 pixels high.
      expect(ofCode * (640 / 1411)).toBeGreaterThan(14);
    }
  });

  test('a name that runs from right to left keeps its place in the line', () => {
    const svg = renderOverlay({ ...options, who: 'ד״ר עדה דוגמה' });
    expect(svg).toContain('<tspan unicode-bidi="isolate">ד״ר עדה דוגמה</tspan> · <tspan');
    expect(texts(svg)[0]).toBe('ד״ר עדה דוגמה · Registrar · Example Trust');
    expect(renderOverlay(options)).not.toContain('tspan');
  });

  test('tile mode covers the picture, shifted by viewing', () => {
    const svg = renderOverlay({ ...options, mode: 'tile' });
    expect(overlayBox('tile', options.size)).toEqual({ width: 1411, height: 1000, left: 0, top: 0 });
    expect(texts(svg).length).toBeGreaterThan(20);
    expect(texts(svg).length).toBeLessThan(2000);
    expect(svg).toContain('opacity="0.15"');
    expect(renderOverlay({ ...options, mode: 'tile', opacity: 0.3 })).toContain('opacity="0.3"');
  });

  test('keeps text faint inside a region of interest', () => {
    const roi = [{ x: 10, y: 20, width: 300, height: 200 }];
    const svg = renderOverlay({ ...options, mode: 'tile', opacity: 0.5, roi });
    expect(svg).toContain('<rect x="10" y="20" width="300" height="200" fill="#fff" fill-opacity="0.1"/>');
    expect(svg).toContain('mask="url(#wardseal-roi-K7QX-9MPD)"');
  });

  test('escapes every text: nothing a viewer is called becomes markup', () => {
    const small = { width: 300, height: 200 };
    const hostile = fc.oneof(
      fc.constantFrom('<script>alert(1)</script>', '"><svg onload=x>', "' onclick='x", ']]>', '&amp;', '<!--', '&#0;'),
      fc.string({ minLength: 1, maxLength: 60, unit: 'binary' }),
    );
    fc.assert(
      fc.property(hostile, hostile, hostile, fc.constantFrom('border', 'tile'), (who, role, organisation, mode) => {
        let svg: string;
        try {
          svg = renderOverlay({ ...options, size: small, mode: mode as 'tile', who, role, organisation });
        } catch (error) {
          expect((error as WatermarkError).code).toBe('OVERLAY_INVALID');
          return;
        }
        for (const part of [who, role, organisation]) expect(texts(svg).join(' ')).toContain(part);
        const tags = svg.replaceAll(/>[^<]*</g, '><').match(/<\/?([a-z]+)/g) ?? [];
        for (const tag of tags)
          expect(['<svg', '</svg', '<g', '</g', '<text', '</text', '<tspan', '</tspan', '<rect']).toContain(tag);
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    ['an unknown field', { patient: 'x' }, 'patient'],
    ['an unknown mode', { mode: 'both' }, 'mode'],
    ['an empty name', { who: ' ' }, 'who'],
    ['a long name', { who: 'x'.repeat(201) }, 'who'],
    ['a name of another type', { who: 7 }, 'who'],
    ['a control character', { role: 'a\u0000b' }, 'role'],
    ['a line break', { role: 'a\nb' }, 'role'],
    ['text that turns around', { organisation: 'a\u202eb' }, 'organisation'],
    ['a joiner that is not seen', { who: 'a\u200db' }, 'who'],
    ['a soft hyphen', { who: 'a\u00adb' }, 'who'],
    ['a tag character', { who: 'a\u{e0041}b' }, 'who'],
    ['a variation selector', { who: 'a\ufe0f' }, 'who'],
    ['a filler that looks like a blank', { who: 'a\u3164b' }, 'who'],
    ['a blank in Braille', { who: 'a\u2800b' }, 'who'],
    ['a sign of private use', { who: 'a\ue000b' }, 'who'],
    ['an isolate', { organisation: 'a\u2067b' }, 'organisation'],
    ['marks that climb out of the line', { who: `a${'\u0301'.repeat(5)}` }, 'who'],
    ['a mark without a letter', { who: '\u0301a' }, 'who'],
    ['blanks alone', { who: '\u00a0\u2003' }, 'who'],
    ['a lone surrogate', { who: 'a\ud800' }, 'who'],
    ['an NHS number', { who: 'Dr Example 999 000 0018' }, 'who'],
    ['an NHS number without spaces', { organisation: 'x9990000018y' }, 'organisation'],
    ['an NHS number over two fields', { who: 'Dr Example 999 000', role: '0018 Registrar' }, 'who'],
    ['an NHS number in full-width digits', { who: '９９９０００００１８' }, 'who'],
    ['a CHI number', { role: 'CHI 999-000-0018' }, 'role'],
    ['an NHS number as the code', { code: '999-000-0018' }, 'code'],
    ['a moment without zone', { at: '2026-03-01T09:00:00' }, 'at'],
    ['a moment that is not', { at: '2026-13-01T09:00:00Z' }, 'at'],
    ['a day that is not', { at: '2026-02-30T09:00:00Z' }, 'at'],
    ['an hour that is not', { at: '2026-03-01T24:00:00Z' }, 'at'],
    ['a zone that is not', { at: '2026-03-01T09:00:00+99:00' }, 'at'],
    ['a code in small letters', { code: 'k7qx' }, 'code'],
    ['a size of zero', { size: { width: 0, height: 10 } }, 'size'],
    ['a size of a hundred megapixels and more', { size: { width: 20_000, height: 20_000 } }, 'size'],
    ['no size', { size: null }, 'size'],
    ['an opacity that is not a number', { opacity: Number.NaN }, 'opacity'],
    ['an opacity of one', { opacity: 1 }, 'opacity'],
    ['a region outside the picture', { roi: [{ x: 1400, y: 0, width: 20, height: 5 }] }, 'roi'],
    ['a region with markup', { roi: [{ x: '"/><x', y: 0, width: 20, height: 5 }] }, 'roi'],
    ['too many regions', { roi: Array.from({ length: 65 }, () => ({ x: 0, y: 0, width: 1, height: 1 })) }, 'roi'],
  ])('refuses %s', (_, change, field) => {
    expect(code(change)).toBe(`OVERLAY_INVALID ${field}`);
  });

  test.each(['nhsNumber', 'patient', 'patientName', 'dateOfBirth', 'mrn', 'note', 'chi'])(
    'has no field %s',
    (field) => {
      expect(code({ [field]: 'x' })).toBe(`OVERLAY_INVALID ${field}`);
    },
  );

  test.each([
    'Siân Ó Briain-Smith',
    'Nguyễn Thị Ánh',
    'e\u0301le\u0300ve',
    '山田 太郎',
    'محمد العربي',
    'Dr 😀',
    'अदिति शर्मा',
  ])('shows %s', (who) => {
    expect(texts(renderOverlay({ ...options, who }))[0]).toBe(`${who} · Registrar · Example Trust`);
  });

  test('takes ten digits that are no patient’s number', () => {
    expect(code({ who: 'Dr Example 999 000 0019' })).toBe('nothing');
  });
});
