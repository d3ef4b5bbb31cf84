import { aeadSealInto, TAG_BYTES } from '@wardseal/primitives';
import { CHUNK_BYTES } from './limits.js';
import {
  chunkCount,
  chunkNonce,
  firstFault,
  HASH_BYTES,
  leafHasher,
  PAYLOAD_NONCE_BYTES,
  payloadKey,
  READ_CHUNKS,
  SEALED_CHUNK_BYTES,
} from './payload.js';
import type { RandomAccessSource } from './source.js';

/** Seals the chunks of one payload in order and hashes them in the same pass. Whole files, streams and disks all go by it. */
export class PayloadSealer {
  readonly #key: Uint8Array<ArrayBuffer>;
  readonly #hash: ReturnType<typeof leafHasher>;
  #leaves: Uint8Array<ArrayBuffer> = new Uint8Array(READ_CHUNKS * HASH_BYTES);
  #chunks = 0;
  #size = 0;

  constructor(keys: { readonly fileKey: Uint8Array; readonly nonce: Uint8Array; readonly salt: Uint8Array }) {
    this.#key = payloadKey(keys.fileKey, keys.nonce);
    this.#hash = leafHasher(keys.salt);
  }

  /** Bytes sealed so far. */
  get size(): number {
    return this.#size;
  }

  /** The leaf hashes so far, in order. */
  get leaves(): Uint8Array<ArrayBuffer> {
    return this.#leaves.subarray(0, this.#chunks * HASH_BYTES);
  }

  /** Seals what comes next, whole chunks unless the plaintext `ended` with it, into the beginning of `out`; gives that part. */
  async seal(plaintext: Uint8Array, ended: boolean, out: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const first = this.#chunks;
    const count = ended ? chunkCount(plaintext.length) : plaintext.length / CHUNK_BYTES;
    this.#makeRoom((first + count) * HASH_BYTES);
    await firstFault(count, async (i) => {
      const chunk = plaintext.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES);
      const at = i * SEALED_CHUNK_BYTES;
      const leaf = this.#hash(chunk);
      const nonce = chunkNonce(first + i, ended && i === count - 1);
      await aeadSealInto(this.#key, nonce, chunk, out.subarray(at, at + chunk.length + TAG_BYTES));
      this.#leaves.set(await leaf, (first + i) * HASH_BYTES);
      return null;
    });
    this.#chunks += count;
    this.#size += plaintext.length;
    return out.subarray(0, plaintext.length + count * TAG_BYTES);
  }

  #makeRoom(bytes: number): void {
    if (bytes <= this.#leaves.length) return;
    const larger = new Uint8Array(Math.max(bytes, 2 * this.#leaves.length));
    larger.set(this.#leaves);
    this.#leaves = larger;
  }

  /** Wipes the key; nothing can be sealed afterwards. */
  wipe(): void {
    this.#key.fill(0);
  }
}

/** Gives exactly the plaintext bytes from `start` to `end`, or throws. */
export type ReadPlaintext = RandomAccessSource['read'];

/** Reads a source from its beginning to its end, so much at a time. */
export async function everyPart(
  read: ReadPlaintext,
  size: number,
  each: (part: Uint8Array, at: number, ended: boolean) => Promise<void>,
): Promise<void> {
  const step = READ_CHUNKS * CHUNK_BYTES;
  for (let at = 0; at === 0 || at < size; at += step) {
    const end = Math.min(size, at + step);
    await each(await read(at, end), at, end === size);
  }
}

/** Encrypts into `out` (payloadLength(size) bytes) and hashes in the same pass. Gives the leaf hashes in order. */
export async function sealPayload(
  read: ReadPlaintext,
  size: number,
  keys: { readonly fileKey: Uint8Array; readonly nonce: Uint8Array; readonly salt: Uint8Array },
  out: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const sealer = new PayloadSealer(keys);
  out.set(keys.nonce);
  try {
    await everyPart(read, size, async (part, at, ended) => {
      await sealer.seal(part, ended, out.subarray(PAYLOAD_NONCE_BYTES + (at / CHUNK_BYTES) * SEALED_CHUNK_BYTES));
    });
  } finally {
    sealer.wipe();
  }
  return sealer.leaves;
}
