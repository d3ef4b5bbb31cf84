/** Solves a symmetric positive system (upper half given) by Cholesky; null when it is singular. */
export function solve(normal: Float64Array, right: Float64Array, size: number): Float64Array | null {
  const l = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = normal[j * size + i]! + (i === j ? 1e-6 * normal[i * size + i]! + 1e-9 : 0);
      for (let k = 0; k < j; k++) sum -= l[i * size + k]! * l[j * size + k]!;
      if (i === j) {
        if (!(sum > 0)) return null;
        l[i * size + i] = Math.sqrt(sum);
      } else l[i * size + j] = sum / l[j * size + j]!;
    }
  }
  const out = Float64Array.from(right);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) out[i]! -= l[i * size + k]! * out[k]!;
    out[i]! /= l[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) out[i]! -= l[k * size + i]! * out[k]!;
    out[i]! /= l[i * size + i]!;
  }
  return out;
}
