import { WatermarkError } from './errors.js';
import { MAX_PIXELS } from './limits.js';

/**
 * Where the mark may be strong: 0 leaves a pixel untouched, 255 gives it full strength. Any size: pixel (x, y) of the
 * picture looks at (floor(x * mask width / width), floor(y * mask height / height)).
 */
export interface Roi {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** A checked mask as a function that fills the strengths (0 to 1) of one row of the picture. */
export function roiRows(roi: Roi, width: number, height: number): (y: number, out: Float32Array) => void {
  const whole = (n: number): boolean => Number.isInteger(n) && n > 0;
  const shaped = typeof roi === 'object' && roi !== null && whole(roi.width) && whole(roi.height);
  if (
    !shaped ||
    roi.width * roi.height > MAX_PIXELS ||
    !(roi.data instanceof Uint8Array || roi.data instanceof Uint8ClampedArray) ||
    roi.data.length !== roi.width * roi.height
  ) {
    throw new WatermarkError('ROI_INVALID', 'a mask needs one byte for each of its width times height pixels', {
      field: 'roi',
    });
  }
  // A copy: a video's frames come later, and the caller may use the memory again.
  const mask = { data: roi.data.slice(), width: roi.width, height: roi.height };
  const columns = Uint32Array.from({ length: width }, (_, x) => Math.floor((x * mask.width) / width));
  return (y, out) => {
    const at = Math.floor((y * mask.height) / height) * mask.width;
    for (let x = 0; x < width; x++) out[x] = mask.data[at + columns[x]!]! / 255;
  };
}
