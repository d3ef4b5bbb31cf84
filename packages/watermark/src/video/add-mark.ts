import { bytesOf, type Pixels, type Plane } from '../image.js';
import { addRow, axis, roundRow, stretch } from '../residual.js';
import { type Pattern, UNIT } from './phase-planes.js';

/** What is added to a frame. */
export interface Mark {
  /** Amplitude by cell, in luma levels of 0 to 255. */
  readonly strength: Plane;
  readonly pattern: Pattern;
  /** Levels of the samples for one level of luma. */
  readonly gain: number;
  /** Fills the strengths (0 to 1) that regions allow in one row. */
  readonly strengths: ((y: number, out: Float32Array) => void) | undefined;
}

/** A copy of the frame with the mark, and the squared changes of its colour samples. */
export function addMark(
  pixels: Pixels,
  channels: number,
  { strength, pattern, gain, strengths }: Mark,
): { marked: Uint8ClampedArray<ArrayBuffer>; squares: number } {
  const { width, height } = pixels;
  const marked = new Uint8ClampedArray(pixels.data.length);
  const bytes = new Uint8Array(marked.buffer);
  const source = bytesOf(pixels);
  const columns = axis(width, strength.width);
  const rows = axis(height, strength.height);
  const line = new Float32Array(strength.width);
  const exact = new Float32Array(width);
  const region = new Float32Array(width);
  const changes = new Int8Array(width);
  let squares = 0;
  for (let y = 0; y < height; y++) {
    const at = rows.index[y]! * strength.width;
    const lower = gain * UNIT * rows.fraction[y]!;
    const upper = gain * UNIT - lower;
    for (let x = 0; x < line.length; x++) {
      line[x] = upper * strength.data[at + x]! + lower * strength.data[at + line.length + x]!;
    }
    stretch(line, columns, exact);
    shape(exact, pattern, y * width);
    if (strengths !== undefined) {
      strengths(y, region);
      for (let x = 0; x < width; x++) exact[x]! *= region[x]!;
    }
    roundRow(exact, y, changes);
    const [from, to] = [y * width * channels, (y + 1) * width * channels];
    squares += addRow(source.subarray(from, to), changes, channels, bytes.subarray(from, to));
  }
  return { marked, squares };
}

/** Gives a row of amplitudes the pattern's signs. */
function shape(exact: Float32Array, [first, second]: Pattern, from: number): void {
  const { plane, weight } = first!;
  if (second === undefined) {
    for (let x = 0; x < exact.length; x++) exact[x]! *= plane[from + x]!;
    return;
  }
  for (let x = 0; x < exact.length; x++) {
    exact[x]! *= weight * plane[from + x]! + second.weight * second.plane[from + x]!;
  }
}
