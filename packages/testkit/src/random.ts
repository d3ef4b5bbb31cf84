function seeds(seed: number | string): [number, number, number, number] {
  // FNV-1a over the seed's text, so that neighbouring seeds start far apart.
  let hash = 0x811c9dc5;
  for (const char of String(seed)) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193) >>> 0;
  return [hash, 0x9e3779b9, 0x243f6a88, 1];
}

/** The same stream of 32-bit unsigned integers for the same seed (Chris Doty-Humphrey's sfc32). For tests only. */
export function seededNumbers(seed: number | string): () => number {
  let [a, b, c, counter] = seeds(seed);
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 16; i++) next(); // the first ones still show the seed
  return next;
}

/**
 * A source of bytes that gives the same ones for the same seed and the same calls: hand it over wherever randomness is
 * injected. Anybody who knows the seed knows the bytes: for tests only.
 *
 * @example
 * const random = seededRandom(7);
 * random(32); // 32 bytes, the same in every run
 */
export function seededRandom(seed: number | string): (length: number) => Uint8Array<ArrayBuffer> {
  const next = seededNumbers(seed);
  return (length) => {
    const out = new Uint8Array(length);
    let word = 0;
    for (let i = 0; i < length; i++) {
      if (i % 4 === 0) word = next();
      out[i] = word >>> (8 * (i % 4));
    }
    return out;
  };
}
