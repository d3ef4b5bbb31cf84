import { afterEach, describe, expect, it } from 'vitest';
import { open, openRange, openReader, requireNative, seal } from '../../src/index.js';
import { forceBackend, forceRandomness } from '../../src/testing.js';
import { content, type World, world } from '../world.js';

const BACKENDS = ['node', 'webcrypto', 'noble'] as const;

afterEach(() => {
  forceBackend();
  forceRandomness();
});

describe('back ends', () => {
  it.each(BACKENDS.flatMap((writer) => BACKENDS.map((reader) => [writer, reader] as const)))(
    '%s seals what %s opens',
    async (writer, reader) => {
      forceBackend(writer);
      const w: World = await world('pq');
      const sealed = await seal(content(200_000), w.sealing);
      forceBackend(reader);
      expect((await open(sealed.bytes, w.opening)).plaintext).toEqual(content(200_000));
    },
  );

  it.each(BACKENDS)('%s seals and reads shared memory, as threads and WebAssembly have it', async (backend) => {
    forceBackend(backend);
    const w = await world('classic');
    const shared = (bytes: Uint8Array) => {
      const view = new Uint8Array(new SharedArrayBuffer(bytes.length));
      view.set(bytes);
      return view;
    };
    const { bytes } = await seal(shared(content(200_000)), w.sealing);
    expect((await open(shared(bytes), w.opening)).plaintext).toEqual(content(200_000));
    const reader = await openReader(shared(bytes), w.opening);
    expect(await reader.range(60_000, 140_000)).toEqual(content(200_000).subarray(60_000, 140_000));
    const sealed = shared(bytes);
    const from = { size: sealed.length, read: (start: number, end: number) => sealed.subarray(start, end) };
    expect(await openRange(from, 0, 10, w.opening)).toEqual(content(10));
  });

  it('replays a whole file from a seed on noble', async () => {
    const once = async () => {
      let state = 7;
      forceBackend('noble');
      forceRandomness((length) =>
        Uint8Array.from({ length }, () => {
          state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
          return state >>> 24;
        }),
      );
      const w = await world('pq');
      return (await seal(content(70_000), w.sealing)).bytes;
    };
    expect(await once()).toEqual(await once());
  });

  it('refuses to run in JavaScript where native was asked for', async () => {
    await requireNative(); // Node has everything, or this test says what it lacks
    forceBackend('noble');
    for (const kind of ['hash', 'aead', 'kem', 'sign'] as const)
      await expect(requireNative([kind])).rejects.toMatchObject({ code: 'UNSUPPORTED', what: kind });
    await requireNative([]);
    await expect(requireNative(['speed' as 'hash'])).rejects.toThrow(TypeError);
  });
});
