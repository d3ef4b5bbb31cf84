import { checkPixels, type Pixels } from '../image.js';

/**
 * Pictures that belong to the call alone: copies, or with `transfer` the caller's own samples, which the caller then no
 * longer has. Samples that are a part of a larger or shared buffer are copied all the same: the rest of it is not ours.
 *
 * @throws {WatermarkError} IMAGE_INVALID, IMAGE_TOO_LARGE, IMAGE_TOO_SMALL: before anything is copied.
 */
export function handOver(named: Readonly<Record<string, Pixels>>, transfer: boolean): Pixels[] {
  for (const [name, pixels] of Object.entries(named)) checkPixels(pixels, name);
  const pictures = Object.values(named);
  return pictures.map(({ data, width, height }, index) => {
    const { buffer } = data;
    const again = pictures.slice(index + 1).some((other) => other.data.buffer === buffer);
    const whole = buffer instanceof ArrayBuffer && buffer.byteLength === data.byteLength;
    if (!transfer || again || !whole) return { data: data.slice(), width, height };
    const clamped = data instanceof Uint8ClampedArray;
    const moved = structuredClone(buffer, { transfer: [buffer] });
    return { data: clamped ? new Uint8ClampedArray(moved) : new Uint8Array(moved), width, height };
  });
}

/** Depth to which options are copied: a mask's samples and a corner's coordinates lie two below the options. */
const DEPTH = 3;

/**
 * Options that share nothing with the caller's. Bytes are cut out of the buffer they lie in: copying a view to another
 * thread would copy the whole buffer, whatever else it holds.
 */
export function ownCopy(value: unknown, depth: number = DEPTH): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (value instanceof Uint8ClampedArray) return new Uint8ClampedArray(value);
  if (typeof value !== 'object' || value === null || depth === 0) return value;
  if (Array.isArray(value)) return value.map((one) => ownCopy(one, depth - 1));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, ownCopy(one, depth - 1)]));
}
