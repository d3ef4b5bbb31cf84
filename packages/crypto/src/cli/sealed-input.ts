import { type Input, openInput, peek, readAll, readSmall, streamOf } from '@wardseal/primitives/cli';
import { decodeArmor, detachHeader, limits, type StreamedSource } from '../index.js';
import { isArmored } from './armor.js';

// Armor is for mail and chat; it is decoded in one piece.
const MAX_ARMOR = 268_435_456;
const ARMOR_START = 256;

/** A header and what follows it. */
export interface Parts {
  readonly header: Uint8Array<ArrayBuffer>;
  readonly payload: AsyncIterable<Uint8Array>;
  /** Where it is known without reading. */
  readonly payloadBytes: number | null;
}

/** A sealed input, armored or not, whole or with its header apart. */
export interface SealedInput {
  readonly armored: boolean;
  /** Bytes of the file, where that is known. */
  readonly size: number | undefined;
  /** As a source for `openStream`. */
  source(): StreamedSource;
  /** Taken apart. */
  parts(): Promise<Parts>;
  close(): Promise<void>;
}

/** Opens a sealed file; `headerPath` is its header, when that is kept apart. */
export async function openSealed(path: string | undefined, headerPath?: string): Promise<SealedInput> {
  const apart = headerPath === undefined ? null : await readSmall(headerPath, 'the header');
  const input = await openInput(path, 'the sealed file');
  try {
    const { start, all } = await peekAt(input);
    if (!isArmored(start)) return unarmored(input, all, apart);
    const bytes = decodeArmor(await readAll(all, MAX_ARMOR, 'the armored file'));
    return {
      armored: true,
      size: bytes.length,
      source: () => (apart === null ? bytes : { header: apart, payload: bytes }),
      parts: async () =>
        apart === null ? takeHeader(once(bytes), bytes.length) : wholePayload(apart, once(bytes), bytes.length),
      close: () => input.close(),
    };
  } catch (error) {
    await input.close();
    throw error;
  }
}

async function peekAt(input: Input): Promise<{ start: Uint8Array; all: AsyncIterable<Uint8Array> }> {
  const { regular } = input;
  if (regular === null) return peek(input.chunks(), ARMOR_START);
  return { start: await input.read(0, Math.min(ARMOR_START, regular.size)), all: input.chunks() };
}

function unarmored(input: Input, all: AsyncIterable<Uint8Array>, apart: Uint8Array<ArrayBuffer> | null): SealedInput {
  const size = input.regular?.size;
  return {
    armored: false,
    size,
    source() {
      // A file says how long it is, so that one that was cut is refused before anything of it is released.
      const payload =
        size === undefined ? streamOf(all) : { size, read: (start: number, end: number) => input.read(start, end) };
      return apart === null ? payload : { header: apart, payload };
    },
    parts: async () => (apart === null ? takeHeader(all, size ?? null) : wholePayload(apart, all, size ?? null)),
    close: () => input.close(),
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function wholePayload(
  header: Uint8Array<ArrayBuffer>,
  payload: AsyncIterable<Uint8Array>,
  payloadBytes: number | null,
): Parts {
  return { header, payload, payloadBytes };
}

/** Takes the header off a file that flows by. */
async function takeHeader(chunks: AsyncIterable<Uint8Array>, size: number | null): Promise<Parts> {
  const { start, all } = await peek(chunks, limits.MAX_HEADER_BYTES + 1);
  const { header } = await detachHeader(start);
  return {
    header,
    payload: after(all, header.length),
    payloadBytes: size === null ? null : size - header.length,
  };
}

async function* after(chunks: AsyncIterable<Uint8Array>, skip: number): AsyncGenerator<Uint8Array> {
  let left = skip;
  for await (const chunk of chunks) {
    if (chunk.length > left) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
