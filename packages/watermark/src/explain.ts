import { blur, boxMean, gaussian } from './filters.js';
import { gauss } from './gauss.js';
import type { Plane } from './image.js';

/** Widths of the blurs that together imitate what resampling and compression did, in canonical pixels. */
const BLURS: readonly number[] = [0.6, 1.1, 2];
/** Radius of the window in which brightness and contrast are fitted, in canonical pixels. */
const FIT_RADIUS = 14;
/** Steadies the local contrast in flat areas, in squared luma levels. */
const FLAT = 4;

/**
 * The suspect minus the best account of it from the original alone: one blend of blurs for the whole picture (least
 * squares), then brightness and contrast by neighbourhood. Outside the suspect the difference is zero.
 */
export function explain(original: Plane, suspect: Plane, inside: Uint8Array): Float32Array {
  const { width, height } = original;
  const covered = boxMean({ data: Float32Array.from(inside), width, height }, FIT_RADIUS).data;
  const local = (data: Float32Array): Float32Array => {
    const masked = new Float32Array(data.length);
    for (let i = 0; i < data.length; i++) masked[i] = inside[i] === 0 ? 0 : data[i]!;
    const mean = boxMean({ data: masked, width, height }, FIT_RADIUS).data;
    for (let i = 0; i < data.length; i++) masked[i] = inside[i] === 0 ? 0 : masked[i]! - mean[i]! / covered[i]!;
    return masked;
  };
  const target = local(suspect.data);
  const basis = [local(original.data)];
  for (const sigma of BLURS) basis.push(local(blur(original, gaussian(sigma)).data));
  const weights = leastSquares(basis, target);
  const model = new Float32Array(target.length);
  basis.forEach((plane, k) => {
    for (let i = 0; i < model.length; i++) model[i]! += weights[k]! * plane[i]!;
  });

  const product = new Float32Array(target.length);
  const square = new Float32Array(target.length);
  for (let i = 0; i < target.length; i++) {
    product[i] = model[i]! * target[i]!;
    square[i] = model[i]! * model[i]!;
  }
  const products = boxMean({ data: product, width, height }, FIT_RADIUS).data;
  const squares = boxMean({ data: square, width, height }, FIT_RADIUS).data;
  for (let i = 0; i < target.length; i++) {
    const contrast = (products[i]! + FLAT) / (squares[i]! + FLAT);
    product[i] = inside[i] === 0 ? 0 : target[i]! - contrast * model[i]!;
  }
  return product;
}

/** Weights of the planes whose sum comes closest to the target (normal equations). */
function leastSquares(basis: readonly Float32Array[], target: Float32Array): number[] {
  return gauss(
    basis.map((plane, r) => [...basis.map((other, c) => dot(plane, other) + (r === c ? 1 : 0)), dot(plane, target)]),
  );
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
