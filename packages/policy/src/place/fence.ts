/** WGS 84, degrees. */
export interface Point {
  readonly lat: number;
  readonly lon: number;
}

/** A position as the W3C Geolocation API gives it. */
export interface Fix extends Point {
  /** Metres: the device claims to be within it 95 times in 100. */
  readonly accuracy: number;
  /** When it was taken, ms since 1970. */
  readonly at: number;
}

export type FenceState = 'inside' | 'outside' | 'uncertain';

/** Widest fence, metres: a site, not a county; within it a flat map is right to one part in a hundred. */
export const MAX_FENCE_METRES = 50_000;
/** Most corners of a fence: more than any site plan has. */
export const MAX_FENCE_POINTS = 1_000;
/** Two honest clocks may differ by this much, ms; a fix from further in the future is no evidence. */
const AHEAD_MS = 120_000;
/** Metres: no phone knows better where it is. */
const LEAST_RADIUS = 1;
/** The flat map and the round Earth make distances up to 25 km wrong by less than this. */
const SLACK = 1.01;
const METRES_PER_DEGREE = 111_195;

/** Beyond this a degree of longitude is too short for the map to be right. */
const MAX_LATITUDE = 75;

/**
 * Refuses a fence that could not be judged rightly.
 *
 * @throws RangeError with fewer than 3 or more than 1,000 corners, a corner that is no position or beyond 75 degrees of
 * latitude, or corners more than 50 km apart.
 */
export function checkFence(polygon: readonly Point[]): void {
  if (!Array.isArray(polygon) || polygon.length < 3 || polygon.length > MAX_FENCE_POINTS)
    throw new RangeError(`a fence has 3 to ${MAX_FENCE_POINTS} corners`);
  if (!polygon.every(isPoint)) throw new RangeError('a corner of a fence is no position');
  const span = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
  const height = span(polygon.map(({ lat }) => lat)) * METRES_PER_DEGREE;
  const width = span(polygon.map(({ lon }) => lon)) * METRES_PER_DEGREE * shrink(polygon[0]!.lat);
  if (Math.hypot(height, width) > MAX_FENCE_METRES)
    throw new RangeError(`a fence is at most ${MAX_FENCE_METRES} metres wide`);
}

/**
 * Where a fix lies, as far as it tells: `inside` when the whole circle of its accuracy is inside the fence, `outside` when
 * the whole circle is outside, else `uncertain`; also `uncertain` when it is older than `maxAgeSeconds`, from the future,
 * or no fix at all. An honest device is wrong up to one time in twenty, a dishonest one whenever it likes.
 *
 * @param polygon - the corners in order, not closed; edges are straight in latitude and longitude (RFC 7946 section 3.1.1),
 * and a fence that crosses itself holds what an odd number of its turns surround. It must have passed `checkFence`.
 * @param fix - from the device; whatever shape it has, nothing is thrown.
 * @example
 * ```ts
 * fenceState(site, { lat: 53.4, lon: -2.2, accuracy: 12, at: Date.now() }, { now: Date.now(), maxAgeSeconds: 600 });
 * ```
 */
export function fenceState(
  polygon: readonly Point[],
  fix: Fix,
  { now, maxAgeSeconds }: { readonly now: number; readonly maxAgeSeconds: number },
): FenceState {
  if (!isFresh(fix, now, maxAgeSeconds)) return 'uncertain';
  // A map around the fix: what is near, and so decides, is drawn best.
  const scale = shrink(fix.lat);
  const corners = polygon.map(({ lat, lon }) => ({
    x: (lon - fix.lon) * METRES_PER_DEGREE * scale,
    y: (lat - fix.lat) * METRES_PER_DEGREE,
  }));
  let odd = false;
  let nearest = Number.POSITIVE_INFINITY;
  corners.forEach((a, i) => {
    const b = corners[(i + 1) % corners.length]!;
    // The ray from the fix towards the east.
    if (a.y > 0 !== b.y > 0 && a.x - (a.y * (b.x - a.x)) / (b.y - a.y) > 0) odd = !odd;
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const along = Math.min(1, Math.max(0, -(a.x * dx + a.y * dy) / (dx * dx + dy * dy || 1)));
    nearest = Math.min(nearest, Math.hypot(a.x + along * dx, a.y + along * dy));
  });
  if (nearest < Math.max(fix.accuracy, LEAST_RADIUS) * SLACK) return 'uncertain';
  return odd ? 'inside' : 'outside';
}

/** Whether a fix is one, and neither too old nor from the future. */
export function isFresh(fix: unknown, now: number, maxAgeSeconds: number): fix is Fix {
  if (!isPoint(fix)) return false;
  const { accuracy, at } = fix as Partial<Fix>;
  return Number.isFinite(accuracy) && accuracy! >= 0 && isRecent(at, now, maxAgeSeconds);
}

/** Whether a moment (ms) is neither too long ago nor to come. */
export function isRecent(at: unknown, now: number, maxAgeSeconds: number): at is number {
  return typeof at === 'number' && now - at <= maxAgeSeconds * 1_000 && at - now <= AHEAD_MS;
}

function isPoint(point: unknown): point is Point {
  if (typeof point !== 'object' || point === null) return false;
  const { lat, lon } = point as Partial<Point>;
  return Number.isFinite(lat) && Math.abs(lat!) <= MAX_LATITUDE && Number.isFinite(lon) && Math.abs(lon!) <= 180;
}

/** How much shorter a degree of longitude is than one of latitude. */
function shrink(lat: number): number {
  return Math.cos((lat * Math.PI) / 180);
}
