import { describe, expect, test } from 'vitest';
import { encodeTailBiting } from '../src/code/convolutional.js';
import { decodePayload, encodePayload } from '../src/code/payload.js';
import { prf } from '../src/code/prf.js';
import {
  blindId,
  buildTile,
  chipAt,
  decoyBits,
  ID_CHIPS,
  layoutOf,
  maskBits,
  SYNC_CHIPS,
  syncBits,
  TRACE_CHIPS,
  tileSign,
  traceBits,
} from '../src/code/tile.js';
import { type Chips, deriveImageKey, type Layer, prepareChips, WatermarkError } from '../src/index.js';
import { readChips } from '../src/prepare-chips.js';
import vectors from '../vectors/mark-v0.json' with { type: 'json' };
import { chipsOf } from './forge.js';

const key = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
const text = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value);
const fromHex = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16));

/** HMAC-SHA-256 by the platform, from the specification's pieces. */
async function hmac(secret: Uint8Array, ...parts: Uint8Array[]): Promise<Uint8Array> {
  const usage = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', secret.slice(), usage, false, ['sign']);
  const message = Uint8Array.from(parts.flatMap((part) => [...part]));
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, message));
}

const uint32 = (value: number): Uint8Array => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);

/** A stream as docs/spec/mark.md describes it. */
async function stream(layer: Layer, purpose: string, context: Uint8Array, bytes: number): Promise<Uint8Array> {
  const out: number[] = [];
  for (let block = 0; out.length < bytes; block++) {
    const label = text(`wardseal.org/mark/v0/${layer}/${purpose}`);
    out.push(...(await hmac(key, label, Uint8Array.of(0), uint32(context.length), context, uint32(block))));
  }
  return Uint8Array.from(out.slice(0, bytes));
}

/** The refusal of an act: its code and facts. */
function refusal(act: () => unknown): Partial<WatermarkError> & { message: string } {
  try {
    act();
  } catch (error) {
    if (!(error instanceof WatermarkError)) throw error;
    const { code, field, limit, actual, message } = error;
    return { code, message, ...(field && { field }), ...(limit && { limit }), ...(actual && { actual }) };
  }
  throw new Error('nothing was refused');
}

describe('the streams of a key', () => {
  test.each(['view', 'share'] as const)('are those of the specification, layer %s', async (layer) => {
    const nothing = new Uint8Array(0);
    expect(syncBits(key, layer)).toEqual(await stream(layer, 'sync', nothing, 64));
    expect(maskBits(key, layer)).toEqual(await stream(layer, 'mask', nothing, 192));
    expect(traceBits(key, layer, text('view-1'))).toEqual(await stream(layer, 'trace', text('view-1'), 256));
    expect(decoyBits(key, layer, uint32(258))).toEqual(await stream(layer, 'decoy', uint32(258), 256));
    expect(prf(key, layer, 'layout', nothing, 45)).toEqual(await stream(layer, 'layout', nothing, 45));
    const id = await hmac(key, text(`wardseal.org/mark/v0/${layer}/id`), Uint8Array.of(0), text('view-1'));
    expect(blindId(key, layer, text('view-1'))).toEqual(id.slice(0, 8));
  });

  test.each(['view', 'share'] as const)('lay the parts out as the specification says, layer %s', async (layer) => {
    const draws = await stream(layer, 'layout', new Uint8Array(0), 16_384);
    const draw = (i: number): number => new DataView(draws.buffer).getUint32(4 * i);
    const order = Array.from({ length: 4096 }, (_, i) => i);
    for (let i = 4095; i >= 1; i--) {
      const other = draw(i) % (i + 1);
      [order[i], order[other]] = [order[other]!, order[i]!];
    }
    const layout = layoutOf(key, layer);
    expect([...layout.sync, ...layout.id, ...layout.trace]).toEqual(order);
    expect([layout.sync.length, layout.id.length, layout.trace.length]).toEqual([512, 1536, 2048]);
    expect([SYNC_CHIPS, ID_CHIPS, TRACE_CHIPS]).toEqual([512, 1536, 2048]);
  });

  test('differ between purposes, layers, contexts and keys', () => {
    const other = deriveImageKey(new Uint8Array(32).fill(7), 'img-2');
    const all = [
      prf(key, 'view', 'trace', text('a'), 64),
      prf(key, 'view', 'decoy', text('a'), 64),
      prf(key, 'share', 'trace', text('a'), 64),
      prf(key, 'view', 'trace', text('b'), 64),
      prf(key, 'view', 'trace', text('a\0'), 64),
      prf(other, 'view', 'trace', text('a'), 64),
    ].map(String);
    expect(new Set(all).size).toBe(all.length);
    expect(prf(key, 'view', 'trace', text('a'), 100).slice(0, 64)).toEqual(prf(key, 'view', 'trace', text('a'), 64));
  });
});

describe('a tile', () => {
  test('holds sync, masked id and tracing chips at their places', () => {
    for (const layer of ['view', 'share'] as const) {
      const chips = chipsOf(prepareChips(key, 'view-1', { layer }));
      const { sync, id, trace } = layoutOf(key, layer);
      const coded = encodePayload(blindId(key, layer, text('view-1')));
      const bits = {
        sync: syncBits(key, layer),
        mask: maskBits(key, layer),
        trace: traceBits(key, layer, text('view-1')),
      };
      sync.forEach((at, i) => void expect(chips[at]).toBe(chipAt(bits.sync, i)));
      trace.forEach((at, i) => void expect(chips[at]).toBe(chipAt(bits.trace, i)));
      id.forEach((at, i) => void expect(chips[at]).toBe(chipAt(bits.mask, i) * (coded[i % 384] ? -1 : 1)));
    }
  });

  test('is all zero bits for chips that are all +1', () => {
    const zero = new Uint8Array(256);
    const layout = layoutOf(key, 'view');
    const tile = buildTile(layout, { sync: zero, mask: zero, id: new Uint8Array(8), trace: zero });
    const ones = tile.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
    // Only the id's CRC is not zero: its coded bits four times each.
    expect(ones).toBe(4 * encodePayload(new Uint8Array(8)).reduce((sum, bit) => sum + bit, 0));
  });

  test('of the share layer changes sign from neighbour to neighbour', () => {
    const signs = (layer: Layer): number[] => [
      ...[0, 1, 2, 3].map((i) => tileSign(layer, i, 0)),
      ...[0, 1, 2, 3].map((j) => tileSign(layer, 1, j)),
    ];
    expect(signs('share')).toEqual([1, -1, 1, -1, -1, 1, -1, 1]);
    expect(signs('view')).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  });

  test('has the golden chips of the vectors', () => {
    const imageKey = deriveImageKey(fromHex(vectors.tenantSecret), vectors.imageId);
    for (const { viewingId, layer, chips } of vectors.chips) {
      expect(prepareChips(imageKey, viewingId, { layer: layer as Layer })).toEqual(chips);
    }
  });
});

describe('the payload', () => {
  const id = Uint8Array.of(1, 2, 3, 4, 0xfe, 0x80, 0, 9);
  const soft = (): Float64Array => Float64Array.from(encodePayload(id), (bit) => (bit ? -1 : 1));

  test('counts the coded bits that were wrong', () => {
    expect(decodePayload(soft())).toEqual({ id, errors: 0 });
    const values = soft();
    for (const at of [0, 100, 383]) values[at]! *= -1;
    expect(decodePayload(values)).toEqual({ id, errors: 3 });
  });

  test('is refused when its CRC does not fit', () => {
    const message = Uint8Array.from({ length: 96 }, (_, i) => (i < 64 ? (id[i >> 3]! >> (7 - (i & 7))) & 1 : 0));
    expect(decodePayload(Float64Array.from(encodeTailBiting(message), (bit) => (bit ? -1 : 1)))).toBeNull();
  });
});

describe('what is refused says why', () => {
  test('secrets', () => {
    const secret = (bytes: number) => () => deriveImageKey(new Uint8Array(bytes), 'img-1');
    for (const bytes of [31, 1025]) {
      expect(refusal(secret(bytes))).toEqual({
        code: 'KEY_INVALID',
        field: 'tenantSecret',
        limit: 32,
        message: 'a tenant secret is 32 to 1024 bytes in a Uint8Array',
      });
    }
    expect([secret(32)(), secret(1024)()].map((one) => one.length)).toEqual([32, 32]);
  });

  test('image keys', () => {
    const wrong = {
      code: 'KEY_INVALID',
      field: 'imageKey',
      limit: 32,
      message: 'an image key is 32 bytes in a Uint8Array, as deriveImageKey gives it',
    };
    for (const bytes of [0, 31, 33]) expect(refusal(() => prepareChips(new Uint8Array(bytes), 'v'))).toEqual(wrong);
    expect(refusal(() => prepareChips([...key] as never, 'v'))).toEqual(wrong);
  });

  test('ids, by their bytes', () => {
    const limits = {
      code: 'ID_INVALID',
      limit: 512,
      message: '`viewingId`: an id is 1 to 512 bytes of text without control characters',
    };
    for (const id of ['', 'x'.repeat(513), 'a\u0000', '\u001f', 'a\u007fb', 7, null]) {
      expect(refusal(() => prepareChips(key, id as string))).toEqual({ ...limits, field: 'viewingId' });
    }
    expect(refusal(() => prepareChips(key, 'é'.repeat(257)))).toEqual({ ...limits, field: 'viewingId', actual: 514 });
    expect(refusal(() => deriveImageKey(key, '\ud800'))).toEqual({
      code: 'ID_INVALID',
      field: 'imageId',
      message: '`imageId` is not well-formed text',
    });
    expect(() => prepareChips(key, '\udfff')).toThrow(expect.objectContaining({ cause: expect.anything() }));
    for (const id of ['x', ' ', '\u0080', 'x'.repeat(512), 'é'.repeat(256)]) prepareChips(key, id);
  });

  test('layers and chips', () => {
    const chips = prepareChips(key, 'view-1');
    expect(refusal(() => prepareChips(key, 'v', { layer: 'both' as Layer }))).toEqual({
      code: 'CHIPS_INVALID',
      field: 'layer',
      message: "the layer must be 'view' or 'share'",
    });
    const cases: [unknown, string, string][] = [
      [null, 'chips', 'chips must be the object that prepareChips made, not its JSON text'],
      ['x', 'chips', 'chips must be the object that prepareChips made, not its JSON text'],
      [Promise.resolve(chips), 'chips', 'chips are a promise: await them'],
      [{ ...chips, more: 1 }, 'chips', 'chips hold an unknown field'],
      [{ ...chips, version: 'v9' }, 'version', 'chips are of another version'],
      [{ ...chips, layer: 'share' }, 'layer', "chips are of another layer than `layer`, which is 'view'"],
      [{ ...chips, tile: chips.tile.slice(1) }, 'tile', 'a tile is 512 bytes in base64url'],
      [{ ...chips, tile: `${chips.tile.slice(0, -1)}*` }, 'tile', 'a tile is 512 bytes in base64url'],
      [{ ...chips, tile: [...chips.tile] }, 'tile', 'a tile is 512 bytes in base64url'],
    ];
    for (const [one, field, message] of cases) {
      expect(refusal(() => readChips(one as Chips, 'view'))).toEqual({ code: 'CHIPS_INVALID', field, message });
    }
    expect(readChips(chips, 'view')).toHaveLength(512);
  });
});
