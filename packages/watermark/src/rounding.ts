/** Side of the threshold pattern, a power of two. */
export const DITHER = 64;
/**
 * How far thresholds spread around one half. Spread 1 would keep the mean of the weakest mark, but its noise takes a
 * sixth of a squared level from what the picture may bear: a quarter of all in a smooth one. Half of that keeps edges of
 * the rounding unseen and leaves 4 to 6 % more mark.
 */
const SPREAD = 0.5;

/** Thresholds without visible structure (interleaved gradient noise): a change v becomes floor(v + threshold). */
export const THRESHOLDS: Float32Array = Float32Array.from({ length: DITHER * DITHER }, (_, i) => {
  const mixed = 0.06711056 * (i % DITHER) + 0.00583715 * Math.floor(i / DITHER);
  const scaled = 52.9829189 * (mixed - Math.floor(mixed));
  return 0.5 + SPREAD * (scaled - Math.floor(scaled) - 0.5);
});

/** What a change becomes on average over all thresholds, squared. */
export function roundedSquare(change: number): number {
  const whole = Math.floor(change);
  const up = Math.min(1, Math.max(0, 0.5 + (change - whole - 0.5) / SPREAD));
  return whole * whole + (2 * whole + 1) * up;
}
