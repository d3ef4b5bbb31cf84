/** Work that has begun and that somebody may have to wait for. */
export class UnderWay {
  readonly #works = new Set<Promise<unknown>>();

  /** Remembers a piece of work until it ends, and gives it back. */
  add<T>(work: Promise<T>): Promise<T> {
    const done = (): void => {
      this.#works.delete(work);
    };
    this.#works.add(work);
    work.then(done, done);
    return work;
  }

  /** Resolves when everything that is under way now has ended, one way or the other. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#works);
  }
}
