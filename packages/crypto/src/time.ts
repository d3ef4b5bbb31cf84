/** A time of the caller's. Throws RangeError unless it is whole seconds since 1970: null out of a database is no time. */
export function secondsOf(given: unknown, title: string): number {
  if (!Number.isSafeInteger(given) || (given as number) < 0)
    throw new RangeError(`${title} must be whole seconds since 1970`);
  return given as number;
}

/** The time of an act: the caller's, or the system's clock. Throws RangeError as `secondsOf`. */
export function nowOf({ now }: { readonly now?: number }): number {
  return secondsOf(now ?? Math.floor(Date.now() / 1000), 'now');
}
