/** What is known for a while and then forgotten; the oldest goes first when there is too much of it. */
export class Recent<T> {
  readonly #life: number;
  readonly #most: number;
  readonly #now: () => number;
  readonly #values = new Map<string, { readonly value: T; readonly until: number }>();

  constructor(lifeMilliseconds: number, most: number, now: () => number) {
    this.#life = lifeMilliseconds;
    this.#most = most;
    this.#now = now;
  }

  set(key: string, value: T): void {
    const until = this.#values.get(key)?.until ?? 0;
    this.#values.delete(key);
    const now = this.#now();
    this.#values.set(key, { value, until: until > now ? until : now + this.#life });
    const oldest = this.#values.keys().next().value;
    if (this.#values.size > this.#most && oldest !== undefined) this.#values.delete(oldest);
  }

  get(key: string): T | null {
    const found = this.#values.get(key);
    if (found === undefined) return null;
    if (found.until > this.#now()) return found.value;
    this.#values.delete(key);
    return null;
  }

  /** Once only. */
  take(key: string): T | null {
    const value = this.get(key);
    this.#values.delete(key);
    return value;
  }
}
