import { canonicalJson, concat, fromUtf8, utf8 } from '@wardseal/primitives';
import { everyJsonMutation, HOSTILE_JSON_TEXTS } from '@wardseal/testkit';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { inspect, limits, open, openReader, openStream, SealError, seal } from '../src/index.js';
import { pieces, type Reader, ranged, readers, streamed } from './hostile-readers.js';
import { codeOf, content, IN_BROWSER, type World, world } from './world.js';

// Whatever the bytes, a reader of this package gives a result or one SealError: no other error, no hang.

let w: World;
let all: readonly Reader[];
/** What no error may repeat. */
let secrets: readonly string[];
beforeAll(async () => {
  w = await world('classic');
  all = await readers(w);
  const people = [w.alice, w.bob, w.mallory, w.custodian, ...w.guardians];
  secrets = [
    ...people.flatMap(({ identity, keys, entry }) => [identity, keys.secretKey, keys.kid, entry.recipient]),
    ...['alice', 'bob', 'mallory', 'case-1', 'forearm', 'complaint', 'filed'],
  ];
});

/** `accepted`, or the code; throws on any other error. */
async function outcome({ name, read, readText }: Reader, data: Uint8Array | string): Promise<string> {
  try {
    await (typeof data === 'string' ? readText?.(data) : read(data));
    return 'accepted';
  } catch (error) {
    if (error instanceof SealError) {
      const told = `${error.message} ${JSON.stringify(error)} ${String(error.cause)}`;
      for (const secret of secrets) if (told.includes(secret)) throw new Error(`${name} tells a secret or a name`);
      return error.code;
    }
    throw new Error(`${name} throws what is no SealError`, { cause: error });
  }
}

async function everyReader(each: (reader: Reader) => Promise<void>): Promise<void> {
  for (const reader of all) await each(reader);
}

/** Places in something `length` long: every one when it is short, else the ends and a sample; of these every so manieth. */
function places(length: number, every = 1): number[] {
  const step = Math.max(1, Math.floor(length / 60));
  return Array.from({ length }, (_, i) => i)
    .filter((i) => i < 40 || i >= length - 60 || i % step === 0)
    .filter((_, n) => n % every === 0);
}

describe('every reader', () => {
  it('takes what is valid', async () => {
    await everyReader(async (reader) =>
      expect([reader.name, await outcome(reader, reader.valid)]).toEqual([reader.name, 'accepted']),
    );
  });

  it('refuses what is cut anywhere', async () => {
    await everyReader(async (reader) => {
      const { valid, name } = reader;
      for (const end of places(valid.length, IN_BROWSER ? 5 : 1)) {
        const told = await outcome(reader, valid.subarray(0, end));
        // Without its payload a file still shows its header; the end of the armor is a line end, which may be missing.
        const harmless =
          /^(inspect|detachHeader)$/.test(name) || (/^decodeArmor/.test(name) && end === valid.length - 1);
        if (!harmless) expect(`${name} cut at ${end}: ${told}`).not.toMatch(/accepted$/);
      }
    });
  });

  it('refuses what is longer, by a byte or by megabytes', async () => {
    await everyReader(async (reader) => {
      const { valid, name } = reader;
      for (const more of [
        Uint8Array.of(0),
        utf8('A'),
        utf8('='),
        utf8('}'),
        valid,
        new Uint8Array(1_000_000).fill(65),
      ]) {
        const told = await outcome(reader, concat(valid, more));
        const harmless = /^(inspect|detachHeader)$/.test(name);
        if (!harmless) expect(`${name} with ${more.length} bytes more: ${told}`).not.toMatch(/accepted$/);
      }
    });
  });

  it('gives a result or a SealError, whatever the bytes', async () => {
    const any = fc.uint8Array({ maxLength: 300 });
    const place = fc.record({ at: fc.nat(), remove: fc.nat(40), put: fc.uint8Array({ maxLength: 40 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        any,
        fc.array(place, { minLength: 1, maxLength: 3 }),
        async (which, bytes, changes) => {
          const reader = all[which % all.length]!;
          await outcome(reader, bytes);
          let changed = reader.valid;
          for (const { at, remove, put } of changes) {
            const from = at % (changed.length + 1);
            changed = concat(changed.subarray(0, from), put, changed.subarray(from + remove));
          }
          await outcome(reader, changed);
        },
      ),
      { numRuns: 600 },
    );
  });

  it('refuses JSON that is another, another spelling of the same, or none', async () => {
    await everyReader(async (reader) => {
      const { valid, name } = reader;
      const text = fromUtf8(valid) ?? '';
      if (!text.startsWith('{')) return;
      const value = JSON.parse(text) as Record<string, unknown>;
      const backwards = Object.fromEntries(Object.entries(value).reverse());
      const spellings = [
        ` ${text}`,
        `${text}\n`,
        JSON.stringify(value, null, 1),
        JSON.stringify(backwards),
        `\ufeff${text}`,
      ];
      for (const other of [...spellings, ...HOSTILE_JSON_TEXTS])
        expect(`${name}: ${await outcome(reader, utf8(other))}`).not.toMatch(/accepted$/);
      for (const { what, path, value: changed } of everyJsonMutation(value)) {
        let encoded: string;
        try {
          encoded = canonicalJson(changed as never);
        } catch {
          continue; // cannot be written in canonical form, and other forms are refused above
        }
        if (encoded === text) continue;
        const told = await outcome(reader, utf8(encoded));
        // A request to guardians is only carried; what it says is judged where it is used.
        if (name !== 'decodeShareRequest') expect(`${name} ${path} ${what}: ${told}`).not.toMatch(/accepted$/);
      }
    });
  });

  it('survives text that is no text', async () => {
    const texts = [
      '',
      ' ',
      '\0',
      '\ud800',
      '\u212a',
      'é',
      '１',
      '='.repeat(43),
      '1'.repeat(100_000),
      '.'.repeat(70_000),
      'age1',
      'AGE-SECRET-KEY-1',
    ];
    await everyReader(async (reader) => {
      for (const value of texts)
        if (reader.readText) expect(`${reader.name}: ${await outcome(reader, value)}`).not.toMatch(/accepted$/);
    });
  });
});

it('whole, as a stream and as a range a file gets the same verdict', async () => {
  const link = { id: 'link-1', key: new Uint8Array(32) };
  const files = [
    (await seal(content(70_000), { ...w.sealing, link })).bytes,
    (await seal(content(9), w.sealing)).bytes,
  ] as const;
  const change = fc.record({ at: fc.nat(), remove: fc.nat(40), put: fc.uint8Array({ maxLength: 40 }) });
  await fc.assert(
    fc.asyncProperty(fc.nat(1), fc.boolean(), fc.array(change, { maxLength: 2 }), async (which, inHeader, changes) => {
      let file: Uint8Array = files[which]!;
      for (const { at, remove, put } of changes) {
        const from = inHeader ? at % 2500 : at % (file.length + 1);
        file = concat(file.subarray(0, from), put, file.subarray(from + remove));
      }
      const verdict = await codeOf(() => open(file, w.opening));
      expect(await codeOf(() => streamed(file, w.opening))).toBe(verdict);
      expect(await codeOf(() => ranged(file, w.opening))).toBe(verdict);
    }),
    { numRuns: 150 },
  );
});

it('a byte put into the nonce gets the same verdict, though a stream does not know its length', async () => {
  const { bytes, header } = await seal(content(9), w.sealing);
  const file = concat(bytes.subarray(0, header.length + 3), Uint8Array.of(0), bytes.subarray(header.length + 3));
  for (const act of [open, streamed, ranged]) expect(await codeOf(() => act(file, w.opening))).toBe('PAYLOAD_MISMATCH');
});

describe('what claims to be more than anybody can hold', () => {
  const GIGABYTE = 1_000_000_000;
  const VERSION = 'age-encryption.org/v1\n';
  /** A file of a gigabyte that begins so and goes on with lines of a stanza's body; counts what is read of it. */
  function huge(start: string) {
    const head = utf8(start);
    const line = utf8(`${'A'.repeat(64)}\n`);
    const source = {
      size: GIGABYTE,
      most: 0,
      total: 0,
      async read(from: number, to: number): Promise<Uint8Array> {
        source.most = Math.max(source.most, to - from);
        source.total += to - from;
        const out = new Uint8Array(to - from);
        for (let i = 0; i < out.length; i++) out[i] = head[from + i] ?? line[(from + i - head.length) % 65]!;
        return out;
      },
    };
    return source;
  }
  // What is read ahead of the limit: one piece.
  const AHEAD = 2_097_152;

  it.each([
    ['a stanza of a gigabyte', `${VERSION}-> x\n`],
    ['ten thousand stanzas', `${VERSION}${'-> x\n\n'.repeat(10_000)}`],
  ])('%s is refused after the limit', async (_, start) => {
    for (const reading of [openStream, openReader]) {
      const source = huge(start);
      expect(await codeOf(() => reading(source, w.opening))).toBe('LIMIT');
      expect(source.total).toBeLessThanOrEqual(limits.MAX_HEADER_BYTES + AHEAD);
    }
    let pulled = 0;
    let cancelled = false;
    const source = huge(start);
    const endless = new ReadableStream<Uint8Array>({
      async pull(controller) {
        controller.enqueue(await source.read(pulled, pulled + 10_000));
        pulled += 10_000;
      },
      cancel() {
        cancelled = true;
      },
    });
    expect(await codeOf(() => openStream(endless, w.opening))).toBe('LIMIT');
    expect(pulled).toBeLessThanOrEqual(limits.MAX_HEADER_BYTES + AHEAD);
    expect(cancelled).toBe(true);
  });

  it('a gigabyte that is no age file is refused at once', async () => {
    for (const reading of [openStream, openReader]) {
      const source = huge('-----BEGIN AGE ENCRYPTED FILE-----\n');
      expect(await codeOf(() => reading(source, w.opening))).toBe('HEADER_INVALID');
      expect(source.total).toBeLessThanOrEqual(AHEAD);
    }
  });

  it('in memory too', async () => {
    const lines = utf8(`${'A'.repeat(64)}\n`.repeat(100_000));
    const file = concat(utf8(`${VERSION}-> x\n`), lines);
    expect(await codeOf(() => open(file, w.opening))).toBe('LIMIT');
    expect(await codeOf(() => inspect(file))).toBe('LIMIT');
    expect(await codeOf(() => streamed(file, w.opening))).toBe('LIMIT');
    expect(await codeOf(() => openStream(pieces(utf8('x'.repeat(100_000))), w.opening))).toBe('HEADER_INVALID');
  });
});
