import { seededNumbers } from '@wardseal/testkit';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  attachHeader,
  open,
  openStream,
  type SealedFile,
  seal,
  sealStream,
  signingKeyThumbprint,
} from '../src/index.js';
import { forceBackend, forceRandomness } from '../src/testing.js';
import { openUp, otherContent, rebuild, withClaims, withTree } from './craft.js';
import { codeOf, content, IN_BROWSER, type World, world } from './world.js';

const SIZES = [0, 1, 65_535, 65_536, 65_537, 131_072];
const CHUNK = 65_536;
const SEALED = CHUNK + 16;

let w: World;
let pq: World;
let sealed: SealedFile;
/** Six chunks: more than are worked on at a time. */
const SIX = 5 * CHUNK + 1000;
beforeAll(async () => {
  w = await world('classic');
  pq = await world('pq');
  sealed = await seal(content(SIX), w.sealing);
});
afterEach(() => {
  forceBackend();
  forceRandomness();
});

/** A stream of `bytes` in pieces whose lengths come from a seed; watches how it is used. */
function streamOf(bytes: Uint8Array, seed = 1, most = 100_000) {
  const next = seededNumbers(`pieces ${seed}`);
  const seen = { given: 0, cancelled: undefined as unknown };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        // Now and then an empty piece: streams may give them.
        const piece = bytes.slice(seen.given, seen.given + (next() % 5 === 0 ? 0 : 1 + (next() % most)));
        seen.given += piece.length;
        controller.enqueue(piece);
        if (seen.given === bytes.length) controller.close();
      },
      cancel(reason) {
        seen.cancelled = reason;
      },
    },
    { highWaterMark: 0 },
  );
  return Object.assign(seen, { stream });
}

/** Everything a stream gives, and the code it failed with. */
async function drained(stream: ReadableStream<Uint8Array>): Promise<{ bytes: Uint8Array; code: string }> {
  const parts: Uint8Array[] = [];
  const reader = stream.getReader();
  const code = await codeOf(async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) parts.push(part.value);
  });
  return { bytes: new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer()), code };
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const { bytes, code } = await drained(stream);
  expect(code).toBe('accepted');
  return bytes;
}

const size = fc.oneof(fc.constantFrom(...SIZES), fc.integer({ min: 0, max: 400_000 }));

describe('sealStream', () => {
  it('makes the same bytes as seal from the same randomness, however the source is cut', async () => {
    forceBackend('noble');
    forceRandomness((length) => new Uint8Array(length).fill(9));
    await fc.assert(
      fc.asyncProperty(size, fc.nat(), fc.constantFrom(10, 1000, 70_000, 300_000), async (length, seed, most) => {
        const data = content(Math.min(length, most * 3000));
        const whole = await seal(data, w.sealing);
        const made = await sealStream(streamOf(data, seed, most).stream, w.sealing);
        expect(await bytesOf(made.payload)).toEqual(whole.payload);
        const { bytes: _, payload: __, ...rest } = whole;
        expect(await made.sealed).toEqual(rest);
      }),
      { numRuns: 12, examples: SIZES.map((exact) => [exact, exact, 70_000]) },
    );
  });

  it.each(['stream', 'Blob', 'bytes'])('takes a %s, and open proves it', async (kind) => {
    const data = content(SIX);
    const source = { stream: streamOf(data).stream, Blob: new Blob([data]), bytes: data }[kind]!;
    const made = await sealStream(source, pq.sealing);
    const payload = await bytesOf(made.payload);
    const { header, size: length } = await made.sealed;
    expect(length).toBe(SIX);
    const opened = await open(attachHeader(header, payload), pq.opening);
    expect(opened.plaintext).toEqual(data);
    expect(opened.manifest.size).toBe(SIX);
  });

  it('reads nothing before it is asked and never more than a few chunks ahead', async () => {
    const data = content(30 * CHUNK);
    const source = streamOf(data, 3, 10_000);
    const { payload } = await sealStream(source.stream, w.sealing);
    await new Promise((done) => setTimeout(done, 5));
    expect(source.given).toBe(0);
    const reader = payload.getReader();
    let taken = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      taken += part.value.length;
      await new Promise((done) => setTimeout(done, 0));
      expect(source.given - taken).toBeLessThan(10_000);
    }
    expect(taken).toBe(16 + 30 * SEALED);
  });

  it('fails with the source’s own error, in both places, and gives no header', async () => {
    const broken = new Error('camera unplugged');
    let given = 0;
    const source = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (given++ < 3) controller.enqueue(content(CHUNK));
        else controller.error(broken);
      },
    });
    const made = await sealStream(source, w.sealing);
    await expect(made.payload.pipeTo(new WritableStream())).rejects.toBe(broken);
    await expect(made.sealed).rejects.toBe(broken);
  });

  it('cancelled, lets the source go and gives no header, also while it waits for the source', async () => {
    const source = streamOf(content(SIX), 1, 1000);
    const made = await sealStream(source.stream, w.sealing);
    const reader = made.payload.getReader();
    await reader.read();
    await reader.cancel('no longer wanted');
    expect(source.cancelled).toBe('no longer wanted');
    await expect(made.sealed).rejects.toBe('no longer wanted');

    let cancelled = false;
    const silent = new ReadableStream<Uint8Array>({
      cancel() {
        cancelled = true;
      },
    });
    let signed = 0;
    const { publicKey } = w.alice.keys;
    const sign = async () => {
      signed++;
      return new Uint8Array(64);
    };
    const keys = { kid: signingKeyThumbprint(publicKey), publicKey, sign };
    const waiting = await sealStream(silent, { ...w.sealing, sender: { ...w.sealing.sender, keys } });
    const other = waiting.payload.getReader();
    await other.read(); // the nonce
    const pending = other.read();
    await other.cancel();
    expect(cancelled).toBe(true);
    expect(await pending).toEqual({ done: true, value: undefined });
    await expect(waiting.sealed).rejects.toThrow(new TypeError('payload was cancelled'));
    await new Promise((done) => setTimeout(done, 10));
    expect(signed).toBe(0); // a part is nothing to sign
  });

  it('cancelled while the last bytes are being sealed, asks for no signature', async () => {
    const { publicKey } = w.alice.keys;
    let cancelled = false;
    let late = 0;
    const sign = async () => {
      if (cancelled) late++;
      return new Uint8Array(64);
    };
    const keys = { kid: signingKeyThumbprint(publicKey), publicKey, sign };
    for (let ticks = 0; ticks < 30; ticks++) {
      cancelled = false;
      const made = await sealStream(content(100_000), { ...w.sealing, sender: { ...w.sealing.sender, keys } });
      const reader = made.payload.getReader();
      await reader.read(); // the nonce
      const pending = reader.read().catch(() => {});
      for (let i = 0; i < ticks; i++) await null;
      cancelled = true;
      await reader.cancel().catch(() => {});
      await pending;
      await made.sealed.catch(() => {});
      await new Promise((done) => setTimeout(done, 1));
    }
    expect(late).toBe(0);
  });

  it('fails before the end when the signer signs wrongly', async () => {
    const { publicKey } = w.alice.keys;
    const keys = { kid: signingKeyThumbprint(publicKey), publicKey, sign: async () => new Uint8Array(64) };
    const made = await sealStream(content(10), { ...w.sealing, sender: { ...w.sealing.sender, keys } });
    expect((await drained(made.payload)).code).toBe('SIGNATURE_INVALID');
    expect(await codeOf(() => made.sealed)).toBe('SIGNATURE_INVALID');
  });

  it('refuses wrong options without touching the source, and wrong sources', async () => {
    const source = streamOf(content(10));
    expect(await codeOf(() => sealStream(source.stream, { ...w.sealing, mode: 'pq' }))).toBe('MIXED_MODE');
    expect([source.stream.locked, source.given]).toEqual([false, 0]);
    source.stream.getReader();
    await expect(sealStream(source.stream, w.sealing)).rejects.toThrow(/locked/);
    await expect(sealStream('text' as never, w.sealing)).rejects.toThrow(TypeError);
    const letters = new ReadableStream({
      start(controller) {
        controller.enqueue('a');
      },
    });
    const made = await sealStream(letters, w.sealing);
    expect((await drained(made.payload)).code).toMatch(/TypeError: stream must give Uint8Arrays/);
    const shrunk = { size: 10, slice: () => new Blob(['x']), arrayBuffer: async () => new ArrayBuffer(0) };
    const short = await sealStream(shrunk as unknown as Blob, w.sealing);
    expect((await drained(short.payload)).code).toMatch(/RangeError: source changed its size/);
  });
});

describe('openStream', () => {
  it('gives what was sealed, whole or in two parts, however the file is cut', async () => {
    await fc.assert(
      fc.asyncProperty(size, fc.nat(), fc.constantFrom(10, 1000, 70_000, 300_000), async (length, seed, most) => {
        const data = content(Math.min(length, most * 3000));
        const { bytes, header, payload, root } = await seal(data, w.sealing);
        for (const file of [
          streamOf(bytes, seed, most).stream,
          { header, payload: streamOf(payload, seed, most).stream },
          { header, payload: new Blob([payload]) },
          new Blob([bytes]),
          bytes,
        ]) {
          const opened = await openStream(file, w.opening);
          expect(await bytesOf(opened.plaintext)).toEqual(data);
          expect(opened.sender.person).toBe('alice');
          expect([opened.root, opened.originRoot]).toEqual([root, root]);
        }
      }),
      { numRuns: 12, examples: SIZES.map((exact) => [exact, exact, 70_000]) },
    );
  });

  it('reads one byte at a time', async () => {
    const { bytes } = await seal(content(70_000), pq.sealing);
    const opened = await openStream(streamOf(bytes, 1, 1).stream, pq.opening);
    expect(await bytesOf(opened.plaintext)).toEqual(content(70_000));
  });

  it('never releases what is not proven, and says why it stops', async () => {
    const { header, payload } = sealed;
    const chunk = (index: number) => payload.subarray(16 + index * SEALED, 16 + (index + 1) * SEALED);
    const nonce = payload.subarray(0, 16);
    const all = [0, 1, 2, 3, 4, 5].map(chunk);
    const flipped = (index: number) => {
      const changed = chunk(index).slice();
      changed[7]! ^= 1;
      return changed;
    };
    const cases: [string, Uint8Array[], number][] = [
      ['first chunk changed', [nonce, flipped(0), ...all.slice(1)], 0],
      ['fifth chunk changed', [nonce, ...all.slice(0, 4), flipped(4), chunk(5)], 4],
      ['last chunk changed', [nonce, ...all.slice(0, 5), flipped(5)], 5],
      ['cut after a chunk', [nonce, ...all.slice(0, 5)], 5],
      ['cut after the fourth', [nonce, ...all.slice(0, 4)], 4],
      ['cut inside a chunk', [nonce, ...all.slice(0, 2), chunk(2).subarray(0, 999)], 2],
      ['last byte cut', [nonce, ...all.slice(0, 5), chunk(5).subarray(0, -1)], 5],
      ['no chunk', [nonce], 0],
      ['extended by a byte', [nonce, ...all, new Uint8Array(1)], 5],
      ['extended by a chunk', [nonce, ...all, chunk(0)], 5],
      ['two swapped', [nonce, chunk(1), chunk(0), ...all.slice(2)], 0],
      ['one doubled', [nonce, chunk(0), chunk(0), ...all.slice(2)], 1],
      ['one left out', [nonce, chunk(0), ...all.slice(2)], 1],
    ];
    for (const [name, parts, released] of cases) {
      const body = new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
      for (const most of [1000, 400_000]) {
        const opened = await openStream({ header, payload: streamOf(body, 1, most).stream }, w.opening);
        const { bytes, code } = await drained(opened.plaintext);
        expect([name, code, bytes.length]).toEqual([name, 'PAYLOAD_INVALID', released * CHUNK]);
        expect(bytes).toEqual(content(SIX).subarray(0, bytes.length));
      }
      // Where the length is known beforehand, a wrong one is refused before anything is opened.
      const code = await codeOf(async () => {
        const opened = await openStream({ header, payload: new Blob([body]) }, w.opening);
        await bytesOf(opened.plaintext);
      });
      if (body.length !== payload.length) expect([name, code]).toEqual([name, 'PAYLOAD_INVALID']);
    }
  });

  it('refuses what a recipient put in the place of the content', async () => {
    const inside = await openUp(sealed.bytes, w.bob.identity);
    const { salt } = inside.claims;
    const bytes = (text: string) =>
      Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const changed = content(SIX);
    changed[3 * CHUNK]! ^= 1;
    const other = await otherContent(inside, changed, bytes(salt));
    const replaced = await openStream(streamOf(rebuild(inside, { payload: other.payload })).stream, w.opening);
    const { bytes: before, code } = await drained(replaced.plaintext);
    expect([code, before.length]).toEqual(['PAYLOAD_MISMATCH', 3 * CHUNK]);
    // the same with a tree that fits it
    const withOther = rebuild(inside, { payload: other.payload, stanzas: await withTree(inside, other.leaves) });
    expect(await codeOf(() => openStream(streamOf(withOther).stream, w.opening))).toBe('TREE_INVALID');
    // another nonce
    const again = await otherContent(inside, content(SIX), bytes(salt), new Uint8Array(16));
    const moved = rebuild(inside, { payload: again.payload });
    expect(await codeOf(() => openStream(streamOf(moved).stream, w.opening))).toBe('PAYLOAD_MISMATCH');
    // a sender who signs a size that is not the content's
    const lying = rebuild(inside, { stanzas: await withClaims(inside, w.alice.keys, { size: SIX - 1 }) });
    const opened = await openStream(streamOf(lying).stream, w.opening);
    expect((await drained(opened.plaintext)).code).toBe('PAYLOAD_INVALID');
  });

  it('judges the header before a byte of the payload, and lets the source go when it refuses', async () => {
    const { header, payload } = sealed;
    const refusals: [string, object][] = [
      ['SENDER_UNKNOWN', { resolveSender: () => null }],
      ['NO_MATCH', { identities: [w.mallory.identity] }],
      ['LABELS_MISMATCH', { expectLabels: {} }],
    ];
    for (const [code, change] of refusals) {
      const source = streamOf(payload);
      const options = { ...w.opening, ...change };
      expect(await codeOf(() => openStream({ header, payload: source.stream }, options))).toBe(code);
      expect(source.given).toBe(0);
      expect((source.cancelled as { code: string }).code).toBe(code);
    }
    const whole = streamOf(sealed.bytes, 1, 50);
    expect(await codeOf(() => openStream(whole.stream, { ...w.opening, identities: [w.mallory.identity] }))).toBe(
      'NO_MATCH',
    );
    expect(whole.given).toBeLessThan(header.length + 50);
  });

  it('comes to the same verdict on a header as open, also when it is cut or spoilt anywhere', async () => {
    const { bytes, header } = await seal(content(100), { ...w.sealing, link: { id: 'x', key: new Uint8Array(32) } });
    const streamed = async (file: Uint8Array) => {
      let code = '';
      const refused = await codeOf(async () => {
        code = (await drained((await openStream(streamOf(file, 1, 64).stream, w.opening)).plaintext)).code;
      });
      return code || refused;
    };
    const stanza = new TextEncoder().encode('-> joint\nAAAA\n');
    const version = bytes.subarray(0, 22);
    const many = new Blob([version, ...Array.from({ length: 10_000 }, () => stanza), bytes.subarray(22)]);
    const long = new Uint8Array(3_000_000).fill(65);
    long.set(version);
    const lines = long.map((byte, at) => (at >= 22 && at % 65 === 0 ? 10 : byte));
    const files = [new Uint8Array(await many.arrayBuffer()), long, lines, new Uint8Array(0), version, content(5000)];
    for (let at = 0; at < header.length + 20; at += IN_BROWSER ? 35 : 7) {
      files.push(bytes.slice(0, at));
      const changed = bytes.slice();
      changed[at] = [10, 45, 32, 0][at % 4]!;
      files.push(changed);
    }
    for (const file of files) expect(await streamed(file)).toBe(await codeOf(() => open(file, w.opening)));
  });

  it('looks for the end of a header no further than a header may be long', async () => {
    let given = 0;
    const version = new TextEncoder().encode('age-encryption.org/v1\n');
    const endless = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const line = new Uint8Array(65_000).fill(65).map((byte, at) => (at % 65 === 64 ? 10 : byte));
          controller.enqueue(given === 0 ? version : line);
          given += 65_000;
        },
      },
      { highWaterMark: 0 },
    );
    expect(await codeOf(() => openStream(endless, w.opening))).toBe('HEADER_INVALID');
    expect(given).toBeLessThan(2_097_152 + 3 * 65_000);
  });

  it('read in part never says that it is complete', async () => {
    const source = streamOf(sealed.bytes, 2, 5000);
    const { plaintext } = await openStream(source.stream, w.opening);
    const reader = plaintext.getReader();
    const first = await reader.read();
    expect(first.done).toBe(false);
    expect(first.value).toEqual(content(SIX).subarray(0, first.value!.length));
    await reader.cancel('enough');
    expect(source.cancelled).toBe('enough');
    expect(source.given).toBeLessThan(sealed.bytes.length);

    const cut = streamOf(sealed.bytes.slice(0, -SEALED));
    const opened = await openStream(cut.stream, w.opening);
    expect((await drained(opened.plaintext)).code).toBe('PAYLOAD_INVALID');
    const broken = new Error('line dropped');
    const half = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(sealed.bytes.slice(0, -10));
      },
      pull(controller) {
        controller.error(broken);
      },
    });
    const dropped = await openStream(half, w.opening);
    await expect(dropped.plaintext.pipeTo(new WritableStream())).rejects.toBe(broken);
  });

  it('opens a stranger’s age file only when asked to', async () => {
    // What a plain age client writes: the recipient stanza and nothing of ours.
    const inside = await openUp(sealed.bytes, w.bob.identity);
    const plain = rebuild(inside, { stanzas: inside.stanzas.filter(({ type }) => type === 'X25519') });
    expect(await codeOf(() => openStream(streamOf(plain).stream, w.opening))).toBe('UNSIGNED');
    const options = { identities: [w.bob.identity], allowUnsigned: true } as const;
    const opened = await openStream(streamOf(plain).stream, options);
    expect(opened.signed).toBe(false);
    expect(await bytesOf(opened.plaintext)).toEqual(content(SIX));
    const cut = await openStream(streamOf(plain.slice(0, -1016)).stream, options);
    const { bytes, code } = await drained(cut.plaintext);
    expect([code, bytes.length]).toEqual(['PAYLOAD_INVALID', 5 * CHUNK]);
  });
});
