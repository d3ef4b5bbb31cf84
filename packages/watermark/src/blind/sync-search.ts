import { chipAt, type Layout, layoutOf, syncBits, TILE_CHIPS } from '../code/tile.js';
import { fft2 } from '../fft.js';
import { CHIP, TILE } from '../grid.js';
import { compose, type Homography, ORIENTATIONS } from '../register/homography.js';
import type { Layer } from '../version.js';

/** Where in a folded tile the sync chips lie. */
export interface SyncPeak {
  /** Quarter turns (0 to 3), after mirroring when 4 or more: an index of {@link ORIENTATIONS}. */
  readonly orientation: number;
  readonly x: number;
  readonly y: number;
  /** Deviations of the correlation surface, whichever sign it has when tiles change sign. */
  readonly height: number;
}

/** What a search needs of a key, made once: where its sync chips lie, and their spectra in all eight orientations. */
export interface SyncPattern {
  readonly layer: Layer;
  readonly layout: Layout;
  readonly bits: Uint8Array;
  /** The chips as they lie in the picture: a spectrum of the reversed pattern. */
  readonly upright: Spectrum;
  /** Two orientations in each, as real and imaginary part; the transform of the reversed pattern. */
  readonly spectra: readonly Spectrum[];
}

export interface Spectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Prepares the search for one key and layer. */
export function syncPattern(imageKey: Uint8Array, layer: Layer): SyncPattern {
  const layout = layoutOf(imageKey, layer);
  const bits = syncBits(imageKey, layer);
  const chips = new Float64Array(TILE * TILE);
  layout.sync.forEach((position, i) => {
    const at = Math.floor(position / TILE_CHIPS) * CHIP * TILE + (position % TILE_CHIPS) * CHIP;
    for (const offset of [0, 1, TILE, TILE + 1]) chips[at + offset] = chipAt(bits, i);
  });
  const spectra = [0, 2, 4, 6].map((first) =>
    spectrumOf(reversed(oriented(chips, first), layer), reversed(oriented(chips, first + 1), layer), layer),
  );
  return { layer, layout, bits, upright: spectrumOf(reversed(chips, layer), null, layer), spectra };
}

function oriented(chips: Float64Array, orientation: number): Float64Array {
  const [a, b, c, d] = ORIENTATIONS[orientation]!;
  const out = new Float64Array(chips.length);
  for (let y = 0; y < TILE; y++) {
    for (let x = 0; x < TILE; x++) {
      // Negated indices count from the other end: the centre of pixel i lies at i + 1/2.
      const u = a * x + b * y + (a + b < 0 ? TILE - 1 : 0);
      const v = c * x + d * y + (c + d < 0 ? TILE - 1 : 0);
      out[v * TILE + u] = chips[y * TILE + x]!;
    }
  }
  return out;
}

/** Index -i for i, as a convolution needs it; what leaves the tile comes back, with the other sign if signs alternate. */
function reversed(tile: Float64Array, layer: Layer): Float64Array {
  const out = new Float64Array(tile.length);
  for (let y = 0; y < TILE; y++) {
    for (let x = 0; x < TILE; x++) {
      const flips = layer === 'share' ? (x === 0 ? 0 : 1) + (y === 0 ? 0 : 1) : 0;
      out[((TILE - y) % TILE) * TILE + ((TILE - x) % TILE)] = tile[y * TILE + x]! * (flips === 1 ? -1 : 1);
    }
  }
  return out;
}

const TURNS_RE: Float64Array = Float64Array.from({ length: 2 * TILE }, (_, i) => Math.cos((Math.PI * i) / TILE));
const TURNS_IM: Float64Array = Float64Array.from({ length: 2 * TILE }, (_, i) => Math.sin((Math.PI * i) / TILE));

/** For alternating signs: half a turn along each axis makes a convolution that changes sign at the edge an ordinary one. */
function modulate(re: Float64Array, im: Float64Array, layer: Layer, direction: 1 | -1): void {
  if (layer !== 'share') return;
  for (let y = 0; y < TILE; y++) {
    for (let x = 0; x < TILE; x++) {
      const i = y * TILE + x;
      const c = TURNS_RE[x + y]!;
      const s = direction * TURNS_IM[x + y]!;
      const r = re[i]! * c - im[i]! * s;
      im[i] = re[i]! * s + im[i]! * c;
      re[i] = r;
    }
  }
}

/** The spectrum of one tile or, as real and imaginary part, of two. */
export function spectrumOf(tile: Float64Array, other: Float64Array | null, layer: Layer): Spectrum {
  const re = tile.slice();
  const im = other === null ? new Float64Array(tile.length) : other.slice();
  modulate(re, im, layer, -1);
  fft2(re, im, TILE, TILE);
  return { re, im };
}

/** How well the pattern fits at each shift. */
export function correlate(spectrum: Spectrum, pattern: Spectrum, layer: Layer): Spectrum {
  const re = new Float64Array(TILE * TILE);
  const im = new Float64Array(TILE * TILE);
  for (let i = 0; i < re.length; i++) {
    re[i] = spectrum.re[i]! * pattern.re[i]! - spectrum.im[i]! * pattern.im[i]!;
    im[i] = spectrum.re[i]! * pattern.im[i]! + spectrum.im[i]! * pattern.re[i]!;
  }
  fft2(re, im, TILE, TILE, true);
  modulate(re, im, layer, 1);
  return { re, im };
}

/** The best place over all shifts and orientations of a folded tile. */
export function searchTile(spectrum: Spectrum, pattern: SyncPattern): SyncPeak {
  let best: SyncPeak = { orientation: 0, x: 0, y: 0, height: 0 };
  pattern.spectra.forEach((pair, k) => {
    const surfaces = correlate(spectrum, pair, pattern.layer);
    for (const [half, surface] of [surfaces.re, surfaces.im].entries()) {
      const peak = highest(surface, pattern.layer);
      if (peak.height > best.height) best = { orientation: 2 * k + half, ...peak };
    }
  });
  return best;
}

function highest(surface: Float64Array, layer: Layer): Omit<SyncPeak, 'orientation'> {
  let squares = 0;
  let best = 0;
  let most = 0;
  for (let i = 0; i < surface.length; i++) {
    const value = surface[i]!;
    squares += value * value;
    const size = layer === 'share' ? Math.abs(value) : value;
    if (size > most) {
      most = size;
      best = i;
    }
  }
  const deviation = Math.sqrt(squares / surface.length);
  return { x: best % TILE, y: Math.floor(best / TILE), height: deviation === 0 ? 0 : most / deviation };
}

/** The map to canonical pixels of the picture itself, upright and unmirrored, once the pattern's place is known. */
export function settle(toTile: Homography, peak: SyncPeak): Homography {
  const [a, b, c, d] = ORIENTATIONS[peak.orientation]!;
  // The pattern's orientation maps p to M p; the inverse of M, a turn or a mirroring, is its transpose.
  const back: Homography = [a, c, -(a * peak.x + c * peak.y), b, d, -(b * peak.x + d * peak.y), 0, 0, 1];
  return compose(back, toTile);
}
