/** How often each count occurred: enough for an exact median, and small however long it grows. */
export class Histogram {
  readonly #counts: Map<number, number>;
  #total = 0;
  #median: number | undefined;

  constructor(saved: readonly (readonly [count: number, times: number])[] = []) {
    this.#counts = new Map(saved);
    for (const [, times] of saved) this.#total += times;
  }

  /** How many counts went in. */
  get total(): number {
    return this.#total;
  }

  add(count: number): void {
    this.#counts.set(count, (this.#counts.get(count) ?? 0) + 1);
    this.#total++;
    this.#median = undefined;
  }

  /** The middle count, the lower one of two; 0 when it is empty. */
  get median(): number {
    if (this.#median === undefined) {
      let left = Math.ceil(this.#total / 2);
      this.#median = 0;
      for (const [count, times] of [...this.#counts].sort(([a], [b]) => a - b)) {
        this.#median = count;
        left -= times;
        if (left <= 0) break;
      }
    }
    return this.#median;
  }

  save(): [number, number][] {
    return [...this.#counts];
  }
}
