import type { Clock } from './app.js';

/** What another process said is asked again after this long, ms. */
export const FRESH_MS = 5_000;
/** A restart of that process stops nobody's work; whoever left is out within this and what follows, whatever fails, ms. */
export const STALE_MS = 45_000;

/**
 * What was read at most `FRESH_MS` ago, or anew, also when asked for it `fresh`. When reading fails: what was read at most
 * `STALE_MS` ago, but not to who asks for it fresh. One reads for all who wait.
 *
 * @example
 * const rota = remembered(() => custodian.rota(), clock);
 */
export function remembered<T>(read: () => Promise<T>, clock: Clock): (fresh?: boolean) => Promise<T> {
  let held: { readonly value: T; readonly at: number } | null = null;
  let reading: Promise<void> | null = null;
  const age = (): number => (held === null ? Number.POSITIVE_INFINITY : Math.abs(clock.now() - held.at));
  const refresh = async (): Promise<void> => {
    const at = clock.now();
    held = { value: await read(), at };
  };
  return async (fresh = false) => {
    if (held !== null && age() < FRESH_MS && !fresh) return held.value;
    // One that began before may not know what has just changed.
    if (fresh) await reading?.catch(() => {});
    reading ??= refresh().finally(() => {
      reading = null;
    });
    await reading.catch((error) => {
      if (age() >= STALE_MS || fresh) throw error;
    });
    return (held as unknown as { value: T }).value;
  };
}
