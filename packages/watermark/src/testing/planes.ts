import { WatermarkError } from '../errors.js';
import { checkPixels, type Pixels, type Plane, shrinkPlane } from '../image.js';

/** A picture as one plane a channel, so that each attack is written once. */
export function split(pixels: Pixels): Plane[] {
  const channels = checkPixels(pixels, 'pixels', 1);
  const { data, width, height } = pixels;
  return Array.from({ length: channels }, (_, c) => {
    const plane = new Float32Array(width * height);
    for (let i = 0; i < plane.length; i++) plane[i] = data[i * channels + c]!;
    return { data: plane, width, height };
  });
}

/** Planes as a picture, rounded and clamped to 8 bits. */
export function join(planes: readonly Plane[]): Pixels {
  const { width, height } = planes[0]!;
  const data = new Uint8ClampedArray(width * height * planes.length);
  planes.forEach((plane, c) => {
    for (let i = 0; i < plane.data.length; i++) data[i * planes.length + c] = plane.data[i]!;
  });
  return { data, width, height };
}

/** Scales to a size: area average when it shrinks, Catmull-Rom when it grows. */
export function scale(plane: Plane, width: number, height: number): Plane {
  if (!(width >= 1 && height >= 1)) throw new WatermarkError('IMAGE_TOO_SMALL', 'nothing would be left', { limit: 1 });
  if (width <= plane.width && height <= plane.height) return shrinkPlane(plane, width, height);
  const sx = plane.width / width;
  const sy = plane.height / height;
  return transform(plane, width, height, (x, y) => [x * sx, y * sy]);
}

/**
 * Looks each pixel up where `from` says (continuous coordinates, Catmull-Rom, borders repeated); points that lie outside
 * the picture take `outside`.
 */
export function transform(
  plane: Plane,
  width: number,
  height: number,
  from: (x: number, y: number) => readonly [number, number],
  outside = 0,
): Plane {
  const out = new Float32Array(width * height);
  const pixel = (x: number, y: number): number => {
    const i = Math.min(plane.width - 1, Math.max(0, x));
    const j = Math.min(plane.height - 1, Math.max(0, y));
    return plane.data[j * plane.width + i]!;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = from(x + 0.5, y + 0.5);
      if (u < 0 || v < 0 || u > plane.width || v > plane.height) {
        out[y * width + x] = outside;
        continue;
      }
      const i = Math.floor(u - 0.5);
      const j = Math.floor(v - 0.5);
      const across = weights(u - 0.5 - i);
      const down = weights(v - 0.5 - j);
      let sum = 0;
      for (let r = 0; r < 4; r++) {
        for (let c = 0; c < 4; c++) sum += down[r]! * across[c]! * pixel(i + c - 1, j + r - 1);
      }
      out[y * width + x] = sum;
    }
  }
  return { data: out, width, height };
}

function weights(f: number): readonly number[] {
  return [
    f * (-0.5 + f * (1 - 0.5 * f)),
    1 + f * f * (-2.5 + 1.5 * f),
    f * (0.5 + f * (2 - 1.5 * f)),
    f * f * (-0.5 + 0.5 * f),
  ];
}

/** A rectangle of a plane. */
export function cut(plane: Plane, left: number, top: number, width: number, height: number): Plane {
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const at = (top + y) * plane.width + left;
    data.set(plane.data.subarray(at, at + width), y * width);
  }
  return { data, width, height };
}
