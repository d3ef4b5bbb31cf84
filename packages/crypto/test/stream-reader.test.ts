import { equal } from '@wardseal/primitives';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openRange, openReader, type RandomAccessSource, type SealedFile, seal } from '../src/index.js';
import { openUp, otherContent, rebuild } from './craft.js';
import { codeOf, content, IN_BROWSER, type World, world } from './world.js';

const CHUNK = 65_536;
const SEALED = CHUNK + 16;
const SIZE = 5 * CHUNK + 1000;
const data = content(SIZE);

let w: World;
let sealed: SealedFile;
beforeAll(async () => {
  w = await world('classic');
  sealed = await seal(data, w.sealing);
});

/** A source that notes what was read. */
function watched(bytes: Uint8Array) {
  const reads: [number, number][] = [];
  const source: RandomAccessSource = {
    size: bytes.length,
    async read(start, end) {
      reads.push([start, end]);
      return bytes.slice(start, end);
    },
  };
  return { reads, source };
}

describe('openReader', () => {
  it('gives exactly the bytes of any range, from every kind of source', async () => {
    const { header, payload, bytes } = sealed;
    const sources = [bytes, new Blob([bytes]), watched(bytes).source, { header, payload }];
    const more = [
      { header, payload: new Blob([payload]) },
      { header, payload: watched(payload).source },
    ];
    const readers = await Promise.all([...sources, ...more].map((source) => openReader(source, w.opening)));
    const edge = fc.constantFrom(0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 5 * CHUNK, SIZE - 1, SIZE);
    const place = fc.oneof(edge, fc.integer({ min: 0, max: SIZE }));
    await fc.assert(
      fc.asyncProperty(place, place, fc.nat(5), async (a, b, which) => {
        const [start, end] = a < b ? [a, b] : [b, a];
        const reader = readers[which]!;
        expect(reader.size).toBe(SIZE);
        expect(equal(await reader.range(start, end), data.subarray(start, end))).toBe(true);
      }),
      { numRuns: IN_BROWSER ? 50 : 150 },
    );
    expect(readers[0]!.file.sender.person).toBe('alice');
    expect(readers[0]!.file.root).toEqual(sealed.root);
  });

  it.each([0, 1, CHUNK, CHUNK + 1])('reads a file of %i bytes', async (size) => {
    const { bytes } = await seal(data.subarray(0, size), w.sealing);
    const reader = await openReader(bytes, w.opening);
    expect(await reader.range(0, size)).toEqual(data.subarray(0, size));
    expect(await reader.range(size, size)).toEqual(new Uint8Array(0));
  });

  it('judges the header once and reads only the chunks it needs, neighbours in one read', async () => {
    const { reads, source } = watched(sealed.payload);
    const reader = await openReader({ header: sealed.header, payload: source }, w.opening);
    expect(reads).toEqual([[0, 16]]);
    reads.length = 0;
    await reader.range(CHUNK + 5, CHUNK + 6);
    await reader.range(CHUNK - 1, 3 * CHUNK + 1);
    await reader.range(2 * CHUNK, 3 * CHUNK);
    await reader.range(7, 7);
    await reader.range(5 * CHUNK, SIZE);
    const at = (chunk: number) => 16 + chunk * SEALED;
    expect(reads).toEqual([
      [at(1), at(2)],
      [at(0), at(4)],
      [at(2), at(3)],
      [at(5), sealed.payload.length],
    ]);
  });

  it('finds the header of a whole file without reading the file', async () => {
    const { reads, source } = watched(sealed.bytes);
    await openReader(source, w.opening);
    expect(reads.reduce((sum, [start, end]) => sum + end - start, 0)).toBeLessThan(300_000);
  });

  it('serves ranges at the same time', async () => {
    const reader = await openReader(new Blob([sealed.bytes]), w.opening);
    const starts = Array.from({ length: 40 }, (_, i) => (i * 7919) % SIZE);
    const parts = await Promise.all(starts.map((start) => reader.range(start, SIZE)));
    for (const [i, part] of parts.entries()) expect(part).toEqual(data.subarray(starts[i]!));
  });

  it('refuses ranges outside the content', async () => {
    const reader = await openReader(sealed.bytes, w.opening);
    for (const [start, end] of [
      [-1, 1],
      [2, 1],
      [0, SIZE + 1],
      [0.5, 1],
      [0, Number.NaN],
      ['0', 1],
      [0, undefined],
    ])
      await expect(reader.range(start as number, end as number)).rejects.toThrow(RangeError);
  });

  it('after close gives nothing more, not even what was asked before', async () => {
    let answer: () => void = () => {};
    const waiting = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let slow = false;
    const { bytes } = sealed;
    const source = {
      size: bytes.length,
      async read(start: number, end: number) {
        if (slow) await waiting;
        return bytes.slice(start, end);
      },
    };
    const reader = await openReader(source, w.opening);
    slow = true;
    const pending = reader.range(0, 10);
    reader.close();
    reader.close();
    answer();
    await expect(pending).rejects.toThrow(new TypeError('reader is closed'));
    await expect(reader.range(0, 10)).rejects.toThrow(new TypeError('reader is closed'));
  });

  it('refuses a source that lies, and gives the rest all the same', async () => {
    const lying = sealed.bytes.slice();
    let shorter = 0;
    const source = {
      size: lying.length,
      read: async (start: number, end: number) => lying.slice(start, end - shorter),
    };
    const reader = await openReader(source, w.opening);
    expect(await reader.range(0, 10)).toEqual(data.subarray(0, 10));
    lying[sealed.header.length + 16 + 5]! ^= 1;
    expect(await codeOf(() => reader.range(0, 10))).toBe('PAYLOAD_INVALID');
    expect(await codeOf(() => reader.range(0, SIZE))).toBe('PAYLOAD_INVALID');
    expect(await reader.range(CHUNK, SIZE)).toEqual(data.subarray(CHUNK));
    shorter = 1;
    expect(await codeOf(() => reader.range(CHUNK, SIZE))).toBe('PAYLOAD_INVALID');
    shorter = -1;
    expect(await codeOf(() => reader.range(CHUNK, 2 * CHUNK))).toBe('PAYLOAD_INVALID');
    const text = { size: 100, read: async () => 'text' as unknown as Uint8Array };
    await expect(openReader(text, w.opening)).rejects.toThrow(TypeError);
    await expect(openReader({ size: -1, read: text.read }, w.opening)).rejects.toThrow(TypeError);
    const fails = new Error('line dropped');
    const dropped = { size: 100, read: () => Promise.reject(fails) };
    await expect(openReader(dropped, w.opening)).rejects.toBe(fails);
  });

  it('refuses chunks that a recipient replaced or moved, and only those', async () => {
    const inside = await openUp(sealed.bytes, w.bob.identity);
    const changed = data.slice();
    changed[3 * CHUNK]! ^= 1;
    const salt = Uint8Array.from(atob(inside.claims.salt.replaceAll('-', '+').replaceAll('_', '/')), (c) =>
      c.charCodeAt(0),
    );
    const { payload } = await otherContent(inside, changed, salt);
    const reader = await openReader(rebuild(inside, { payload }), w.opening);
    expect(await codeOf(() => reader.range(3 * CHUNK + 9, 3 * CHUNK + 10))).toBe('PAYLOAD_MISMATCH');
    expect(await reader.range(0, 3 * CHUNK)).toEqual(data.subarray(0, 3 * CHUNK));
    const swapped = sealed.payload.slice();
    swapped.set(sealed.payload.subarray(16, 16 + SEALED), 16 + SEALED);
    const moved = await openReader({ header: sealed.header, payload: swapped }, w.opening);
    expect(await codeOf(() => moved.range(CHUNK, CHUNK + 1))).toBe('PAYLOAD_INVALID');
  });

  it('refuses headers and lengths as open does, before any range', async () => {
    const { bytes, header, payload } = sealed;
    const ask = (source: Parameters<typeof openReader>[0], change: object = {}) =>
      codeOf(() => openReader(source, { ...w.opening, ...change }));
    expect(await ask(bytes.slice(0, -1))).toBe('PAYLOAD_INVALID');
    expect(await ask(bytes.slice(0, header.length + 3))).toBe('PAYLOAD_INVALID');
    expect(await ask({ header, payload: new Blob([payload, 'x']) })).toBe('PAYLOAD_INVALID');
    expect(await ask({ header: bytes, payload })).toBe('HEADER_INVALID');
    expect(await ask(content(5000))).toBe('HEADER_INVALID');
    expect(await ask(bytes, { identities: [w.mallory.identity] })).toBe('NO_MATCH');
    expect(await ask(bytes, { resolveSender: () => null })).toBe('SENDER_UNKNOWN');
    await expect(openReader('text' as never, w.opening)).rejects.toThrow(TypeError);
  });

  it('reads a stranger’s age file when asked to, if its length is proven', async () => {
    const inside = await openUp(sealed.bytes, w.bob.identity);
    const plain = rebuild(inside, { stanzas: inside.stanzas.filter(({ type }) => type === 'X25519') });
    expect(await codeOf(() => openReader(plain, w.opening))).toBe('UNSIGNED');
    const options = { identities: [w.bob.identity], allowUnsigned: true } as const;
    const reader = await openReader(plain, options);
    expect(reader.file.signed).toBe(false);
    expect(await reader.range(CHUNK - 5, SIZE)).toEqual(data.subarray(CHUNK - 5));
    for (const cut of [plain.slice(0, -1), plain.slice(0, -1016), plain.slice(0, -1016 - SEALED)])
      expect(await codeOf(() => openReader(cut, options))).toBe('PAYLOAD_INVALID');
    const headerOnly = plain.slice(0, plain.length - sealed.payload.length + 15);
    expect(await codeOf(() => openReader(headerOnly, options))).toBe('HEADER_INVALID');
    expect(await openRange(plain, 1, 3, options)).toEqual(data.subarray(1, 3));
  });
});

describe('openRange', () => {
  it('gives one part', async () => {
    expect(await openRange(new Blob([sealed.bytes]), CHUNK - 2, CHUNK + 2, w.opening)).toEqual(
      data.subarray(CHUNK - 2, CHUNK + 2),
    );
    await expect(openRange(sealed.bytes, 0, SIZE + 1, w.opening)).rejects.toThrow(RangeError);
  });
});
