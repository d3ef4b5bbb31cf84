import { bytes, everyTextMutation, HOSTILE_JSON_TEXTS } from '@wardseal/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  asBytes,
  base64,
  base64raw,
  base64url,
  canonicalJson,
  concat,
  equal,
  fromBase64,
  fromBase64raw,
  fromBase64url,
  fromHex,
  fromUtf8,
  hex,
  injectRandom,
  platformHasRandom,
  randomBytes,
  readUint,
  uint,
  utf8,
} from '../src/index.js';

const codecs = {
  base64: [base64, fromBase64],
  base64raw: [base64raw, fromBase64raw],
  base64url: [base64url, fromBase64url],
  hex: [hex, fromHex],
} as const;

describe.each(Object.entries(codecs))('%s', (name, [encode, decode]) => {
  test('comes back, and is what the platform writes', () => {
    fc.assert(
      fc.property(bytes({ maxLength: 4097 }), (data) => {
        const text = encode(data);
        expect(decode(text)).toEqual(data);
        if (name === 'hex') return;
        const standard = btoa(String.fromCharCode(...data));
        const raw = standard.replace(/=+$/, '');
        const expected = { base64: standard, base64raw: raw, base64url: raw.replaceAll('+', '-').replaceAll('/', '_') };
        expect(text).toBe(expected[name as keyof typeof expected]);
      }),
    );
  });

  test('a change of one character gives other bytes or nothing, never the same bytes', () => {
    for (let length = 0; length <= 34; length++) {
      const data = new Uint8Array(length).map((_, i) => i * 37 + length);
      for (const { text } of everyTextMutation(encode(data))) {
        const read = decode(text);
        if (read !== null) {
          expect(read).not.toEqual(data);
          expect(encode(read)).toBe(text);
        }
      }
    }
  });

  test('any text decodes only if it is the one spelling of what it decodes to', () => {
    const alphabet = fc.string({ unit: fc.constantFrom(...'ABCDabcd0189+/-_=\n é'), maxLength: 9 });
    fc.assert(
      fc.property(alphabet, (text) => {
        const read = decode(text);
        return read === null || encode(read) === text;
      }),
      { numRuns: 3000 },
    );
  });
});

describe('utf8', () => {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const platform = (data: Uint8Array): string | null => {
    try {
      return strict.decode(data);
    } catch {
      return null;
    }
  };

  const character = fc
    .oneof(fc.nat(0x7ff), fc.nat(0xffff), fc.nat(0x10ffff))
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code));

  test('writes and reads what TextEncoder and a fatal TextDecoder do', () => {
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 60 }), (text) => {
        expect(utf8(text)).toEqual(new TextEncoder().encode(text));
        expect(fromUtf8(utf8(text))).toBe(text);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (data) => {
        expect(fromUtf8(data)).toBe(platform(data));
      }),
    );
  });

  test('reads as TextDecoder does at every first and second byte', () => {
    // Without `fatal`, because a million exceptions take a quarter of a minute: U+FFFD says that it refused.
    const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
    for (let first = 0; first < 256; first++) {
      for (let second = 0; second < 256; second++) {
        for (const rest of [[], [0xbf], [0x80, 0x80], [0x80, 0x7f]]) {
          const data = Uint8Array.of(first, second, ...rest);
          if (first === 0xef && second === 0xbf) continue; // where U+FFFD itself lies
          const text = lenient.decode(data);
          const expected = text.includes('\ufffd') ? null : text;
          if (fromUtf8(data) !== expected) expect.fail(`differs at ${hex(data)}`);
        }
      }
    }
  });

  test('refuses a lone surrogate', () => {
    for (const text of ['\ud800', 'a\udc00', '\ud800a', '\udc00\ud800']) {
      expect(() => utf8(text)).toThrow(RangeError);
      expect(() => utf8(`${'long '.repeat(1_000)}${text}`)).toThrow(RangeError);
    }
  });

  test('writes long texts as it writes their parts', () => {
    const part = 'a\u00e9\u20ac\ufeff\u{1f600}';
    const long = utf8(part.repeat(1_000));
    expect(long.buffer.byteLength).toBe(long.length);
    expect(hex(long)).toBe(hex(utf8(part)).repeat(1_000));
  });
});

describe('canonicalJson', () => {
  test('is one text for one value, and reads back', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (drawn) => {
        const value: unknown = JSON.parse(JSON.stringify(drawn)); // without -0
        fc.pre(!/\\ud[89a-f]|"__proto__":/.test(JSON.stringify(value)));
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
    // RFC 8785 section 3.2.3: the sorting example.
    expect(canonicalJson({ '€': 1, '\r': 2, \ufb33: 3, '1': 4, '😀': 5, '\u0080': 6, ö: 7 })).toBe(
      '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
    );
    // RFC 8785 section 3.2.2: numbers and escapes.
    expect(
      canonicalJson([333333333.3333333, 1e30, 4.5, 2e-3, 1e-27, '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/']),
    ).toBe('[333333333.3333333,1e+30,4.5,0.002,1e-27,"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"]');
    expect(canonicalJson({ b: undefined, a: Object.create(null) })).toBe('{"a":{}}');
  });

  test('refuses whatever it would have to guess about', () => {
    class Dose {
      mg = 5;
    }
    const cycle: unknown[] = [];
    cycle.push(cycle);
    const refused: unknown[] = [
      undefined,
      () => 1,
      Symbol('x'),
      1n,
      -0,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      new Map([['a', 1]]),
      new Set([1]),
      new Date(0),
      /x/,
      new Dose(),
      new Uint8Array(2),
      new String('x'),
      Object.create({ inherited: 1 }),
      { toJSON: () => 'x' },
      { [Symbol('s')]: 1 },
      {
        get a() {
          return 1;
        },
      },
      Object.defineProperty({}, 'hidden', { value: 1, enumerable: false }),
      '\ud800',
      { '\udc00': 1 },
      JSON.parse('{"__proto__":{"role":"nurse"}}'),
      [undefined],
      // biome-ignore lint/suspicious/noSparseArray: that is the case
      [, 1],
      Object.assign([1], { name: 2 }),
      cycle,
    ];
    for (const value of refused) {
      expect(() => canonicalJson(value)).toThrow(TypeError);
      expect(() => canonicalJson({ deep: [value] })).toThrow(TypeError);
    }
  });

  test('takes 64 levels and no more, and ignores a second argument such as map gives', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    expect(canonicalJson(nested(64))).toContain('1');
    expect(() => canonicalJson(nested(65))).toThrow(TypeError);
    expect(
      new Array<number>(100)
        .fill(1)
        .map(canonicalJson as (value: number) => string)
        .join(''),
    ).toBe('1'.repeat(100));
  });

  test('texts that two readers understand differently do not come back as themselves', () => {
    for (const text of HOSTILE_JSON_TEXTS) {
      let again: string | undefined;
      try {
        again = canonicalJson(JSON.parse(text));
      } catch {
        continue;
      }
      expect(again).not.toBe(text);
    }
  });
});

describe('bytes', () => {
  test('integers come back big endian, or are refused', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 0, max: 9 }), (value, width) => {
        if (value < 256 ** width) {
          const data = uint(value, width);
          expect(BigInt(`0x0${hex(data)}`)).toBe(BigInt(value));
          expect(readUint(concat(Uint8Array.of(9), data), 1, width)).toBe(value);
        } else expect(() => uint(value, width)).toThrow(RangeError);
      }),
    );
    for (const value of [-1, 0.5, 2 ** 53, Number.NaN]) expect(() => uint(value, 8)).toThrow(RangeError);
    const top = Uint8Array.of(0, 0x20, 0, 0, 0, 0, 0, 0);
    expect(readUint(top, 0, 8)).toBeNull();
    expect(readUint(top, 1, 8)).toBeNull();
    expect(readUint(top, -1, 2)).toBeNull();
    expect(readUint(Uint8Array.of(0, 0x1f, 255, 255, 255, 255, 255, 255), 0, 8)).toBe(Number.MAX_SAFE_INTEGER);
  });

  test('equal is equality', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3 }),
        fc.uint8Array({ maxLength: 3 }),
        (a, b) => equal(a, b) === (hex(a) === hex(b)),
      ),
      { numRuns: 1000 },
    );
  });

  test('asBytes shares plain bytes and copies the rest', () => {
    const plain = new Uint8Array(4);
    expect(asBytes(plain)).toBe(plain);
    class Special extends Uint8Array {}
    const special = Special.of(1, 2);
    expect(asBytes(special)).not.toBe(special);
    expect(asBytes(special).constructor).toBe(Uint8Array);
  });

  test('random bytes have the length asked for, more than one call of the browser gives included', () => {
    expect(platformHasRandom()).toBe(true);
    for (const length of [0, 1, 65_536, 65_537, 200_000]) expect(randomBytes(length).length).toBe(length);
    expect(new Set(randomBytes(200_000).subarray(190_000)).size).toBeGreaterThan(200);
    expect(randomBytes(32)).not.toEqual(randomBytes(32));
    try {
      injectRandom((length) => new Uint8Array(length).fill(7));
      expect(randomBytes(3)).toEqual(Uint8Array.of(7, 7, 7));
      injectRandom(() => new Uint8Array(1));
      expect(() => randomBytes(2)).toThrow(RangeError);
      // a source that answers how many bytes it wrote, as C's do, or later, or with words of another width
      for (const wrong of [
        32,
        [1, 2],
        Promise.resolve(new Uint8Array(2)),
        new Float64Array(2),
        new ArrayBuffer(2),
        null,
      ]) {
        injectRandom(() => wrong as unknown as Uint8Array);
        expect(() => randomBytes(wrong === 32 ? 32 : 2)).toThrow(TypeError);
      }
    } finally {
      injectRandom();
    }
  });
});
