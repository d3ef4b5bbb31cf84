// Shamir's secret sharing (Communications of the ACM 22/11, 1979), each byte on its own over GF(2^8) with AES's polynomial
// x^8 + x^4 + x^3 + x + 1. No tables: a table lookup by a secret byte would show in the cache.

/** One share: `x` is the seat (1 to 255), `y` has the secret's length. */
export interface ShamirShare {
  readonly x: number;
  readonly y: Uint8Array<ArrayBuffer>;
}

function multiply(a: number, b: number): number {
  let product = 0;
  let left = a;
  for (let bit = 0; bit < 8; bit++) {
    product ^= left & -((b >> bit) & 1);
    left = ((left << 1) ^ (0x11b & -(left >> 7))) & 0x1ff;
  }
  return product;
}

/** a^254 = a^-1 in a field of 256 elements. */
function invert(a: number): number {
  let power = a;
  let result = 1;
  for (let i = 0; i < 7; i++) {
    power = multiply(power, power);
    result = multiply(result, power);
  }
  return result;
}

/** Splits a secret so that any `threshold` of `count` shares give it back and fewer say nothing about it. */
export function split(
  secret: Uint8Array,
  threshold: number,
  count: number,
  random: (length: number) => Uint8Array,
): ShamirShare[] {
  if (!(threshold >= 1 && threshold <= count && count <= 255)) throw new RangeError('threshold must be 1 to count');
  const coefficients = Array.from({ length: threshold - 1 }, () => random(secret.length));
  return Array.from({ length: count }, (_, seat) => {
    const x = seat + 1;
    const y = new Uint8Array(secret.length);
    // Horner's rule, highest power first; the secret is the constant term.
    for (const coefficient of coefficients)
      for (let i = 0; i < y.length; i++) y[i] = multiply(y[i]! ^ coefficient[i]!, x);
    for (let i = 0; i < y.length; i++) y[i]! ^= secret[i]!;
    return { x, y };
  });
}

/** The secret of exactly as many shares as the threshold, with different `x`: Lagrange's value at 0. */
export function join(shares: readonly ShamirShare[]): Uint8Array<ArrayBuffer> {
  const secret = new Uint8Array(shares[0]?.y.length ?? 0);
  for (const { x, y } of shares) {
    let weight = 1;
    for (const other of shares) {
      if (other.x !== x) weight = multiply(weight, multiply(other.x, invert(other.x ^ x)));
    }
    for (let i = 0; i < secret.length; i++) secret[i]! ^= multiply(y[i]!, weight);
  }
  return secret;
}
