import type { Clock } from '../clock.js';

/** Delays before trying again: the first, and the longest, in milliseconds. */
export interface RetryDelays {
  readonly first: number;
  readonly longest: number;
}

/** From a hiccup of a second to a collector that is down over night: it is asked every five minutes then. */
export const DELIVERY_RETRY: RetryDelays = { first: 1000, longest: 300_000 };

/** Waits, longer after every failure in a row, and can be told to stop in the middle. */
export class Attempts {
  readonly #clock: Clock;
  readonly #delays: RetryDelays;
  readonly #onRetry: ((error: unknown, delay: number) => void) | undefined;
  #failures = 0;
  #wake: (() => void) | undefined;
  stopped = false;

  constructor(clock: Clock, delays: RetryDelays, onRetry: ((error: unknown, delay: number) => void) | undefined) {
    this.#clock = clock;
    this.#delays = delays;
    this.#onRetry = onRetry;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** Tells of the failure and waits: twice as long each time. */
  async failed(error: unknown): Promise<void> {
    const delay = Math.min(this.#delays.first * 2 ** this.#failures++, this.#delays.longest);
    this.#onRetry?.(error, delay);
    await this.wait(delay);
  }

  wait(ms: number): Promise<void> {
    if (this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  stop(): void {
    this.stopped = true;
    this.#wake?.();
  }
}
