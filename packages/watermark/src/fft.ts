/** Complex fast Fourier transforms in place, radix 2; `inverse` leaves out the factor 1 / n. */
export function fft2(re: Float64Array, im: Float64Array, width: number, height: number, inverse = false): void {
  const rows = plan(width, inverse);
  for (let y = 0; y < height; y++) {
    rows(re.subarray(y * width, (y + 1) * width), im.subarray(y * width, (y + 1) * width));
  }
  const columns = width === height ? rows : plan(height, inverse);
  // Eight columns at a time keep to the lines that the memory fetches anyway.
  const BLOCK = 8;
  const a = Array.from({ length: BLOCK }, () => new Float64Array(height));
  const b = Array.from({ length: BLOCK }, () => new Float64Array(height));
  for (let x = 0; x < width; x += BLOCK) {
    for (let y = 0; y < height; y++) {
      for (let k = 0; k < BLOCK; k++) {
        a[k]![y] = re[y * width + x + k]!;
        b[k]![y] = im[y * width + x + k]!;
      }
    }
    for (let k = 0; k < BLOCK; k++) columns(a[k]!, b[k]!);
    for (let y = 0; y < height; y++) {
      for (let k = 0; k < BLOCK; k++) {
        re[y * width + x + k] = a[k]![y]!;
        im[y * width + x + k] = b[k]![y]!;
      }
    }
  }
}

type Transform = (re: Float64Array, im: Float64Array) => void;
/** Two directions of two sizes are all that a search needs: made once. */
const plans = new Map<number, Transform>();

function plan(n: number, inverse: boolean): Transform {
  const kept = plans.get(inverse ? -n : n);
  if (kept !== undefined) return kept;
  const made = makePlan(n, inverse);
  plans.set(inverse ? -n : n, made);
  return made;
}

function makePlan(n: number, inverse: boolean): Transform {
  const bits = Math.log2(n);
  const reversed = new Uint32Array(n);
  for (let i = 0; i < n; i++) reversed[i] = (reversed[i >> 1]! >> 1) | (i & 1 ? 1 << (bits - 1) : 0);
  const cos = new Float64Array(n / 2);
  const sin = new Float64Array(n / 2);
  for (let k = 0; k < n / 2; k++) {
    cos[k] = Math.cos((2 * Math.PI * k) / n);
    sin[k] = (inverse ? 1 : -1) * Math.sin((2 * Math.PI * k) / n);
  }
  return (re, im) => {
    for (let i = 0; i < n; i++) {
      const j = reversed[i]!;
      if (j <= i) continue;
      const r = re[i]!;
      const m = im[i]!;
      re[i] = re[j]!;
      im[i] = im[j]!;
      re[j] = r;
      im[j] = m;
    }
    for (let half = 1; half < n; half *= 2) {
      const step = n / (2 * half);
      for (let start = 0; start < n; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          const c = cos[k * step]!;
          const s = sin[k * step]!;
          const i = start + k;
          const j = i + half;
          const r = re[j]! * c - im[j]! * s;
          const m = re[j]! * s + im[j]! * c;
          re[j] = re[i]! - r;
          im[j] = im[i]! - m;
          re[i]! += r;
          im[i]! += m;
        }
      }
    }
  };
}
