/**
 * The items of arrays that come one after the other. An item that is there already costs one turn of the queue; a chain
 * of async generators costs several for each.
 */
export function flatten<T>(chunks: AsyncGenerator<readonly T[]>): AsyncIterableIterator<T> {
  let chunk: readonly T[] = [];
  let at = 0;
  async function refill(): Promise<IteratorResult<T>> {
    for (;;) {
      const step = await chunks.next();
      if (step.done) return { done: true, value: undefined };
      chunk = step.value;
      at = 0;
      if (chunk.length > 0) return { done: false, value: chunk[at++]! };
    }
  }
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => (at < chunk.length ? Promise.resolve({ done: false, value: chunk[at++]! }) : refill()),
    async return() {
      chunk = [];
      await chunks.return(undefined);
      return { done: true, value: undefined };
    },
  };
}
