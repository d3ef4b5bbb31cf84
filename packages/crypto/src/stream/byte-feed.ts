import { CHUNK_BYTES } from '../limits.js';
import { NO_BYTES } from '../names.js';
import { type ByteStream, isStream, type RandomAccessSource } from '../source.js';

/** Bytes from a stream or another source, one behind the other, in lengths of the reader's own. */
export class ByteFeed {
  readonly #next: () => Promise<Uint8Array | null | undefined>;
  readonly #stop: (reason: unknown) => Promise<void>;
  #held: Uint8Array = NO_BYTES;
  #stopped = false;

  /** Throws TypeError when a stream is locked to another reader. */
  constructor(source: ByteStream | RandomAccessSource) {
    if (isStream(source)) {
      const reader = source.getReader();
      this.#next = async () => {
        const { done, value } = await reader.read();
        return done ? null : value;
      };
      this.#stop = (reason) => reader.cancel(reason);
    } else {
      let at = 0;
      this.#next = async () => {
        if (at === source.size) return null;
        const end = Math.min(source.size, at + 2 * CHUNK_BYTES);
        const part = await source.read(at, end);
        at = end;
        return part;
      };
      this.#stop = async () => {};
    }
  }

  /** The next bytes as they come, never none; null at the end. */
  async take(): Promise<Uint8Array | null> {
    if (this.#held.length > 0) {
      const held = this.#held;
      this.#held = NO_BYTES;
      return held;
    }
    for (;;) {
      const piece = await this.#next();
      // A cancelled stream answers waiting readers as if it had come to its end.
      if (this.#stopped) throw new TypeError('stream was cancelled');
      if (piece === null) return null;
      if (!(piece instanceof Uint8Array)) throw new TypeError('stream must give Uint8Arrays');
      if (piece.length > 0) return piece;
    }
  }

  /** Gives back the rest of what `take` gave last. */
  putBack(rest: Uint8Array): void {
    this.#held = rest;
  }

  /** Fills `into` from its beginning and gives how many bytes that were: fewer than it holds only at the end. */
  async fill(into: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < into.length) {
      const piece = await this.take();
      if (piece === null) break;
      const part = piece.subarray(0, into.length - filled);
      into.set(part, filled);
      filled += part.length;
      this.putBack(piece.subarray(part.length));
    }
    return filled;
  }

  /** Whether nothing follows; waits until that is known. */
  async atEnd(): Promise<boolean> {
    const piece = await this.take();
    if (piece !== null) this.putBack(piece);
    return piece === null;
  }

  /** Lets the source go: its reads still waiting fail. */
  async cancel(reason: unknown): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#held = NO_BYTES;
    await this.#stop(reason);
  }
}
