import { hkdfSha256, MerkleBuilder, sha256Large, TAG_BYTES } from '@wardseal/primitives';
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

/** The beginning of a payload: at most its first 16 bytes, and its length where that is known. */
export interface PayloadStart {
  readonly nonce: Uint8Array;
  readonly length: number | null;
}

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
export async function firstFault<T>(
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
