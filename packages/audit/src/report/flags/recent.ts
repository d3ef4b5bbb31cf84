/** What was seen lately, under keys: remembers each value for a while after the log recorded it, then forgets. */
export class Recent<T> {
  readonly #keep: number;
  readonly #values: Map<string, [recordedAt: number, value: T][]>;
  #swept = 0;

  /** `keep`: ms of the log's clock. `saved`: what `save` gave. */
  constructor(keep: number, saved: readonly (readonly [string, readonly (readonly [number, T])[]])[] = []) {
    this.#keep = keep;
    this.#values = new Map(saved.map(([key, values]) => [key, values.map(([at, value]) => [at, value])]));
  }

  /** The values of a key that are still remembered at `now`, oldest first. */
  of(key: string, now: number): readonly T[] {
    return (this.#values.get(key) ?? []).filter(([at]) => this.#fresh(at, now)).map(([, value]) => value);
  }

  /** Remembers a value, instead of those that `replaced` names. */
  add(key: string, now: number, value: T, replaced: (value: T) => boolean = () => false): void {
    this.#sweep(now);
    const kept = (this.#values.get(key) ?? []).filter(([at, old]) => this.#fresh(at, now) && !replaced(old));
    kept.push([now, value]);
    this.#values.set(key, kept);
  }

  save(): [string, [number, T][]][] {
    return [...this.#values];
  }

  /** A clock that jumped back must not make it remember for ever. */
  #fresh(at: number, now: number): boolean {
    return Math.abs(now - at) <= this.#keep;
  }

  /** Forgets whole keys once in a while: nobody asks for those who left. */
  #sweep(now: number): void {
    if (this.#fresh(this.#swept, now)) return;
    this.#swept = now;
    for (const [key, values] of this.#values)
      if (!values.some(([at]) => this.#fresh(at, now))) this.#values.delete(key);
  }
}
