import { aeadOpenInto, equal, TAG_BYTES } from '@wardseal/primitives';
import { SealError } from './errors.js';
import { CHUNK_BYTES } from './limits.js';
import {
  chunkCount,
  chunkNonce,
  firstFault,
  HASH_BYTES,
  leafHasher,
  PAYLOAD_NONCE_BYTES,
  payloadKey,
  plaintextSize,
  SEALED_CHUNK_BYTES,
} from './payload.js';

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
    if (found === null) return { plaintext: out.subarray(0, sealed.length - count * TAG_BYTES), failure: null };
    const { at, fault } = found;
    const right = fault.released ? at + 1 : at; // a chunk with a successor is whole, and so is one that is right but misplaced
    const good = right * CHUNK_BYTES;
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
