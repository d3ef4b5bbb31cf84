import { HOSTILE_VALUES } from '@wardseal/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, deriveImageKey, embed, prepareChips, trace, WatermarkError } from '../src/index.js';
import { skin } from './pictures.js';

const key = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
const picture = skin(96, 64);
const chips = prepareChips(key, 'view-1');

/** What a call with hostile input may end in: the package's error, or the language's own for the caller's mistake. */
async function refusal(act: () => unknown): Promise<'refused' | 'answered' | string> {
  try {
    await act();
    return 'answered';
  } catch (error) {
    if (error instanceof WatermarkError) return 'refused';
    return error instanceof TypeError || error instanceof RangeError ? 'refused' : String(error);
  }
}

describe('hostile values', () => {
  const values: readonly unknown[] = [...HOSTILE_VALUES, Number.NaN, -0, 1e308, Symbol('x'), () => 0];

  test.each(['key', 'candidates', 'layer'])('as `%s` of trace are refused', async (name) => {
    for (const [i, value] of values.entries()) {
      // What is not there at all is the default.
      if (name === 'layer' && (value === undefined || value === null)) continue;
      const options = { key, candidates: ['view-1'], decoys: 1000, [name]: value } as never;
      expect(await refusal(() => trace(picture, picture, options)), `value ${i}`).toBe('refused');
    }
  });

  test('as pictures, keys and chips are refused', async () => {
    for (const [i, value] of values.entries()) {
      const hostile = value as never;
      const all: (() => unknown)[] = [
        () => trace(hostile, picture, { key, candidates: ['view-1'] }),
        () => trace(picture, hostile, { key, candidates: ['view-1'] }),
        () => decode(hostile, { keys: [key] }),
        () => decode(picture, { keys: hostile }),
        () => decode(picture, { keys: [hostile] }),
        () => embed(hostile, { chips }),
        () => embed(picture, { chips: hostile }),
        () => prepareChips(hostile, 'view-1'),
        () => deriveImageKey(hostile, 'img-1'),
      ];
      for (const act of all) expect(await refusal(act), `${act} ${i}`).toBe('refused');
    }
  });

  test('as candidates’ ids are refused, and a refused list names nobody', async () => {
    for (const [i, value] of values.entries()) {
      if (typeof value === 'string' && value.length > 0) continue;
      const candidates = ['view-1', value as string];
      expect(await refusal(() => trace(picture, picture, { key, candidates })), `value ${i}`).toBe('refused');
    }
  });

  test('a picture, key or list that fails while it is read ends the call with its own error', async () => {
    const broken = {
      get data(): never {
        throw new RangeError('read failed');
      },
      width: 64,
      height: 64,
    };
    expect(await refusal(() => decode(broken as never, { keys: [key] }))).toBe('refused');
    function* halfway(): Generator<string> {
      yield 'view-1';
      throw new RangeError('the log went away');
    }
    await expect(trace(picture, picture, { key, candidates: halfway() })).rejects.toThrow('the log went away');
  });

  test('whatever a picture says of itself, nothing but an error or a picture of its size comes out', async () => {
    const size = fc.oneof(fc.integer({ min: -2, max: 300 }), fc.constantFrom(Number.NaN, 1e9, 2 ** 31, 0.5));
    await fc.assert(
      fc.asyncProperty(size, size, fc.integer({ min: 0, max: 70_000 }), async (width, height, length) => {
        const hostile = { data: new Uint8Array(length).fill(90), width, height };
        const ended = await refusal(() => {
          const { pixels } = embed(hostile, { chips });
          expect([pixels.width, pixels.height, pixels.data.length]).toEqual([width, height, length]);
        });
        expect(['refused', 'answered']).toContain(ended);
      }),
      { numRuns: 100 },
    );
  });
});

test('a misspelt option is refused by every verb, not passed over', async () => {
  const misspelt = { mask: new Uint8Array(1) } as object;
  expect(() => prepareChips(key, 'view-1', misspelt)).toThrow(TypeError);
  expect(() => prepareChips(key, 'view-1', 'share' as never)).toThrow(TypeError);
  expect(() => embed(picture, { chips, ...misspelt })).toThrow(TypeError);
  expect(() => embed(picture, undefined as never)).toThrow(TypeError);
  expect(() => decode(picture, { keys: [key], ...misspelt })).toThrow(TypeError);
  await expect(trace(picture, picture, { key, candidates: ['view-1'], ...misspelt })).rejects.toThrow(TypeError);
});
