import {
  aeadOpenInto,
  aeadSealInto,
  equal,
  hkdfSha256,
  MerkleBuilder,
  sha256Large,
  TAG_BYTES,
} from '@wardseal/primitives';
import { SealError } from './errors.js';
import { CHUNK_BYTES } from './limits.js';
import { INFO } from './names.js';

// age's payload: a 16-byte nonce, then chunks of 64 KiB under ChaCha20-Poly1305 with a counter nonce whose last byte marks
// the last chunk (the STREAM construction). Beside it the salted tree: leaf = SHA-256(0x00 || salt || chunk).

export const PAYLOAD_NONCE_BYTES = 16;
export const SALT_BYTES = 32;
export const HASH_BYTES = 32;
/** A whole chunk with its tag. */
export const SEALED_CHUNK_BYTES: number = CHUNK_BYTES + TAG_BYTES;

/** What is read of a source at a time, 1 MiB: a Blob answers slowly, a disk likes long reads, and memory stays small. */
export const READ_CHUNKS = 16;

// WebCrypto answers from a thread pool: with a few chunks in flight Chromium and Node work at twice the speed of one.
const IN_FLIGHT = 4;

/** Chunks of a plaintext: at least one, for an empty file too. */
export function chunkCount(size: number): number {
  return Math.max(1, Math.ceil(size / CHUNK_BYTES));
}

/** Bytes of the payload (nonce included) of a plaintext. */
export function payloadLength(size: number): number {
  return PAYLOAD_NONCE_BYTES + size + chunkCount(size) * TAG_BYTES;
}

/** Bytes of the plaintext of a payload. Throws HEADER_INVALID without a whole nonce, PAYLOAD_INVALID on an impossible length. */
export function plaintextSize(length: number): number {
  const rest = length - PAYLOAD_NONCE_BYTES;
  // The age test suite counts a missing nonce as a fault of the header.
  if (rest < 0) throw new SealError('HEADER_INVALID', 'payload nonce is cut short', { what: 'payload nonce' });
  const last = rest % SEALED_CHUNK_BYTES;
  const full = (rest - last) / SEALED_CHUNK_BYTES;
  if (rest < TAG_BYTES || (last > 0 && (last < TAG_BYTES || (last === TAG_BYTES && full > 0))))
    throw new SealError('PAYLOAD_INVALID', 'payload is cut short or extended', { what: 'length', found: length });
  return full * CHUNK_BYTES + Math.max(0, last - TAG_BYTES);
}

/** The payload key of a file key and nonce. */
export function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Uint8Array<ArrayBuffer> {
  return hkdfSha256(fileKey, nonce, INFO.payload, 32);
}

/** The nonce of chunk `index`: 11 bytes of counter, one of "last". */
export function chunkNonce(index: number, last: boolean): Uint8Array<ArrayBuffer> {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setBigUint64(3, BigInt(index));
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/** A function that hashes leaves of one file. Its buffer is reused: every back end copies at the call. */
export function leafHasher(salt: Uint8Array): (chunk: Uint8Array) => Uint8Array | Promise<Uint8Array> {
  const buffer = new Uint8Array(1 + SALT_BYTES + CHUNK_BYTES);
  buffer.set(salt, 1);
  return (chunk) => {
    buffer.set(chunk, 1 + SALT_BYTES);
    return sha256Large(buffer.subarray(0, 1 + SALT_BYTES + chunk.length));
  };
}

/** The root of a list of leaf hashes, 32 bytes each, one behind the other. */
export function rootOf(leaves: Uint8Array): Uint8Array<ArrayBuffer> {
  const builder = new MerkleBuilder();
  for (let at = 0; at < leaves.length; at += HASH_BYTES) builder.append(leaves.subarray(at, at + HASH_BYTES));
  return builder.root();
}

/** Runs `each` for every chunk, a few at a time, until one gives a fault; gives the first. */
async function firstFault<T>(
  count: number,
  each: (index: number) => Promise<T | null>,
): Promise<{ readonly at: number; readonly fault: T } | null> {
  for (let from = 0; from < count; from += IN_FLIGHT) {
    const batch: Promise<T | null>[] = [];
    for (let index = from; index < Math.min(from + IN_FLIGHT, count); index++) batch.push(each(index));
    const faults = await Promise.all(batch);
    const bad = faults.findIndex((fault) => fault !== null);
    if (bad >= 0) return { at: from + bad, fault: faults[bad]! };
  }
  return null;
}

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

/** Gives the plaintext bytes from `start` to `end`. */
export type ReadPlaintext = (start: number, end: number) => Promise<Uint8Array> | Uint8Array;

/** Reads a source from end to end, so much at a time. Throws RangeError when it gives more or less than asked. */
export async function everyPart(
  read: ReadPlaintext,
  size: number,
  each: (part: Uint8Array, at: number, ended: boolean) => Promise<void>,
): Promise<void> {
  const step = READ_CHUNKS * CHUNK_BYTES;
  for (let at = 0; at === 0 || at < size; at += step) {
    const end = Math.min(size, at + step);
    const part = await read(at, end);
    // Otherwise the file would be written without an error and open for nobody.
    if (part.length !== end - at) throw new RangeError('source changed its size while it was read');
    await each(part, at, end === size);
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

/** What a sender signed of the content. */
export interface SignedContent {
  readonly salt: Uint8Array;
  readonly leaves: Uint8Array;
  readonly size: number;
}

interface Fault {
  readonly failure: SealError;
  /** Whether the chunk itself is right, and only the payload around it cut or extended. */
  readonly released: boolean;
}

function invalid(index: number): Fault {
  const failure = new SealError('PAYLOAD_INVALID', 'payload was changed', { what: 'chunk', found: index });
  return { failure, released: false };
}

/** Opens chunks of one payload, in any order: each by the cipher and, when signed, by its leaf. */
export class PayloadOpener {
  readonly #key: Uint8Array<ArrayBuffer>;
  readonly #signed: SignedContent | null;
  readonly #hash: ReturnType<typeof leafHasher> | null;

  constructor(fileKey: Uint8Array, nonce: Uint8Array, signed: SignedContent | null) {
    this.#key = payloadKey(fileKey, nonce);
    this.#signed = signed;
    this.#hash = signed && leafHasher(signed.salt);
  }

  /** Opens one chunk into `out`. `last` says whether the payload ends with it. Null when all is right. */
  async #chunk(index: number, last: boolean, sealed: Uint8Array, out: Uint8Array): Promise<Fault | null> {
    const signed = this.#signed;
    const count = signed && chunkCount(signed.size);
    if (sealed.length < TAG_BYTES || (sealed.length === TAG_BYTES && index > 0)) return invalid(index);
    if (signed && sealed.length !== Math.min(CHUNK_BYTES, signed.size - index * CHUNK_BYTES) + TAG_BYTES)
      return invalid(index);
    // The nonce says whether a chunk is the last. A signature says so too; without one, whichever opens is what the writer
    // meant: a cut or an extension is told apart from a change, and what was right before it is released, as age does.
    const likely = count === null ? last : index === count - 1;
    const either = count === null && sealed.length === SEALED_CHUNK_BYTES;
    let meant = likely;
    if (!(await aeadOpenInto(this.#key, chunkNonce(index, likely), sealed, out))) {
      meant = !likely;
      if (!either || !(await aeadOpenInto(this.#key, chunkNonce(index, meant), sealed, out))) return invalid(index);
    }
    if (signed && this.#hash) {
      const leaf = await this.#hash(out);
      if (!equal(leaf, signed.leaves.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES))) {
        out.fill(0);
        const facts = { what: 'chunk', found: index };
        return { failure: new SealError('PAYLOAD_MISMATCH', 'payload is not what was signed', facts), released: false };
      }
    }
    if (meant === last) return null;
    const failure = new SealError('PAYLOAD_INVALID', 'payload is cut short or extended', {
      what: 'chunk',
      found: index,
    });
    return { failure, released: true };
  }

  /**
   * Opens the chunks from `index` on, one behind the other in `sealed`, into the beginning of `out`. `ended` says whether the
   * payload ends with them. Gives what may be released, and why there is no more: PAYLOAD_INVALID when a chunk does not
   * open or the payload is cut or extended, PAYLOAD_MISMATCH when a chunk opens but is not what was signed.
   */
  async open(
    index: number,
    ended: boolean,
    sealed: Uint8Array,
    out: Uint8Array<ArrayBuffer>,
  ): Promise<{ readonly plaintext: Uint8Array<ArrayBuffer>; readonly failure: SealError | null }> {
    const count = Math.max(1, Math.ceil(sealed.length / SEALED_CHUNK_BYTES));
    const found = await firstFault(count, (i) => {
      const part = sealed.subarray(i * SEALED_CHUNK_BYTES, (i + 1) * SEALED_CHUNK_BYTES);
      const place = out.subarray(i * CHUNK_BYTES, i * CHUNK_BYTES + Math.max(0, part.length - TAG_BYTES));
      return this.#chunk(index + i, ended && i === count - 1, part, place);
    });
    const total = Math.max(0, sealed.length - count * TAG_BYTES);
    if (found === null) return { plaintext: out.subarray(0, total), failure: null };
    const { at, fault } = found;
    const good = Math.min(total, (fault.released ? at + 1 : at) * CHUNK_BYTES);
    out.fill(0, good);
    return { plaintext: out.subarray(0, good), failure: fault.failure };
  }

  /** Opens a whole payload, nonce included. All or nothing: throws what `open` gives as failure. */
  async whole(payload: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const plaintext = new Uint8Array(plaintextSize(payload.length));
    const { failure } = await this.open(0, true, payload.subarray(PAYLOAD_NONCE_BYTES), plaintext);
    if (failure === null) return plaintext;
    plaintext.fill(0);
    throw failure;
  }

  /** Wipes the key; nothing can be opened afterwards. */
  wipe(): void {
    this.#key.fill(0);
  }
}
