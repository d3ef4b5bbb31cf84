/** A time of the caller's, whole seconds since 1970; the clock's when there is none. Throws RangeError. */
export function secondsOf(given: number | undefined, title: string): number {
  const seconds = given ?? Math.floor(Date.now() / 1000);
  if (!Number.isSafeInteger(seconds) || seconds < 0) throw new RangeError(`${title} must be whole seconds since 1970`);
  return seconds;
}
