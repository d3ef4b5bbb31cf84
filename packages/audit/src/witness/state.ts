/**
 * What a witness remembers: for each log the newest checkpoint it signed. This is all that stands between a log and two
 * histories, so it is never restored from a backup: a witness that forgot signs a rolled-back log.
 */
export interface WitnessState {
  /** The newest checkpoint of that origin, a note with the log's and the witness's signatures; null when there is none. */
  read(origin: string): Promise<string | null>;
  /**
   * Runs `work` with the newest checkpoint and puts in its place what `work` gives, in one durable step; null changes
   * nothing. For one origin one `work` runs at a time.
   */
  update(origin: string, work: (latest: string | null) => Promise<string | null>): Promise<void>;
  /** Gives back what opening took. */
  close(): Promise<void>;
}

/** Runs what is asked for the same name one after the other. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.#last.get(name) ?? Promise.resolve()).then(work, work);
    this.#last.set(name, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(name) === mine) this.#last.delete(name);
    }
  }
}

/**
 * A state that ends with the process: for tests only. A witness that forgets is none.
 *
 * @example
 * const witness = createWitness({ signer, logs: [vkey], state: memoryWitnessState() });
 */
export function memoryWitnessState(): WitnessState {
  const checkpoints = new Map<string, string>();
  const turns = new Turns();
  return {
    read: async (origin) => checkpoints.get(origin) ?? null,
    update: (origin, work) =>
      turns.run(origin, async () => {
        const next = await work(checkpoints.get(origin) ?? null);
        if (next !== null) checkpoints.set(origin, next);
      }),
    close: async () => undefined,
  };
}
