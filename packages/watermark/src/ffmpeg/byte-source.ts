import type { Readable } from 'node:stream';

/** A stream that is read by counts of bytes. What is not asked for stays in the pipe, so that its writer waits. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #stalled: () => void;
  readonly #patience: number;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;

  /** `stalled` is called when nothing has come for `patience` milliseconds; it must end the stream. */
  constructor(stream: Readable, patience: number, stalled: () => void) {
    this.#chunks = stream[Symbol.asyncIterator]();
    this.#patience = patience;
    this.#stalled = stalled;
  }

  /** Whether nothing is left. */
  async atEnd(): Promise<boolean> {
    while (this.#at === this.#chunk.length) {
      const timer = setTimeout(this.#stalled, this.#patience);
      try {
        const { done, value } = await this.#chunks.next();
        if (done) return true;
        this.#chunk = value;
        this.#at = 0;
      } finally {
        clearTimeout(timer);
      }
    }
    return false;
  }

  /** The next bytes, in an array of their own. Fewer when the stream ends before. */
  async bytes(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const out = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      if (this.#at === this.#chunk.length && (await this.atEnd())) return out.subarray(0, filled);
      const part = this.#chunk.subarray(this.#at, this.#at + count - filled);
      out.set(part, filled);
      filled += part.length;
      this.#at += part.length;
    }
    return out;
  }
}
