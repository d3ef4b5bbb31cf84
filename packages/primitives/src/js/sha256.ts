import type { Bytes } from '../bytes.js';
import type { Sha256Stream } from '../sha256.js';
import { fromHex } from '../text.js';

const BLOCK_BYTES = 64;

function words(hexadecimal: string): Int32Array {
  const view = new DataView(fromHex(hexadecimal)!.buffer);
  return Int32Array.from({ length: view.byteLength / 4 }, (_, i) => view.getInt32(i * 4));
}

// FIPS 180-4 section 4.2.2: fractional parts of the cube roots of the first 64 primes.
const K = /* @__PURE__ */ words(
  '428a2f9871374491b5c0fbcfe9b5dba53956c25b59f111f1923f82a4ab1c5ed5d807aa9812835b01243185be550c7dc3' +
    '72be5d7480deb1fe9bdc06a7c19bf174e49b69c1efbe47860fc19dc6240ca1cc2de92c6f4a7484aa5cb0a9dc76f988da' +
    '983e5152a831c66db00327c8bf597fc7c6e00bf3d5a7914706ca63511429296727b70a852e1b21384d2c6dfc53380d13' +
    '650a7354766a0abb81c2c92e92722c85a2bfe8a1a81a664bc24b8b70c76c51a3d192e819d6990624f40e3585106aa070' +
    '19a4c1161e376c082748774c34b0bcb5391c0cb34ed8aa4a5b9cca4f682e6ff3748f82ee78a5636f84c878148cc70208' +
    '90befffaa4506cebbef9a3f7c67178f2',
);
// Section 5.3.3: fractional parts of the square roots of the first 8 primes.
const START = /* @__PURE__ */ words('6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19');
// The message schedule, one for all: nothing here is interrupted. Wiped with every digest.
const W = new Int32Array(64);

/** Section 6.2.2, one block at `at`. */
function compress(state: Int32Array, data: Uint8Array, at: number): void {
  for (let i = 0, p = at; i < 16; i++, p += 4)
    W[i] = (data[p]! << 24) | (data[p + 1]! << 16) | (data[p + 2]! << 8) | data[p + 3]!;
  for (let i = 16; i < 64; i++) {
    const x = W[i - 15]!;
    const y = W[i - 2]!;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    W[i] = (W[i - 16]! + s0 + W[i - 7]! + s1) | 0;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i]! + W[i]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
  state[5]! += f;
  state[6]! += g;
  state[7]! += h;
}

/**
 * Starts SHA-256 (FIPS 180-4) in plain JavaScript: WebCrypto's has no synchronous form. No branch and no table index
 * depends on the data. `update` and `digest` throw Error after `digest`.
 */
export function createSha256(): Sha256Stream {
  const state = new Int32Array(START);
  const block = new Uint8Array(BLOCK_BYTES);
  let filled = 0;
  let length = 0;
  let done = false;
  const self: Sha256Stream = {
    update(data) {
      if (done) throw new Error('digest was already taken');
      length += data.length;
      let at = 0;
      if (filled > 0) {
        at = Math.min(BLOCK_BYTES - filled, data.length);
        block.set(data.subarray(0, at), filled);
        filled += at;
        if (filled < BLOCK_BYTES) return self;
        compress(state, block, 0);
      }
      for (; at + BLOCK_BYTES <= data.length; at += BLOCK_BYTES) compress(state, data, at);
      filled = data.length - at;
      if (filled > 0) block.set(at === 0 ? data : data.subarray(at));
      return self;
    },
    digest() {
      if (done) throw new Error('digest was already taken');
      done = true;
      // Section 5.1.1: a one bit, zeros, and the length in bits as a 64-bit number, to a whole block.
      block.fill(0, filled);
      block[filled] = 0x80;
      if (filled >= BLOCK_BYTES - 8) {
        compress(state, block, 0);
        block.fill(0);
      }
      for (let i = 1, rest = length * 8; rest > 0; i++, rest = Math.floor(rest / 256)) block[BLOCK_BYTES - i] = rest;
      compress(state, block, 0);
      const out = new Uint8Array(32);
      for (let i = 0; i < 32; i++) out[i] = state[i >> 2]! >>> (24 - (i & 3) * 8);
      state.fill(0);
      block.fill(0);
      W.fill(0);
      return out;
    },
  };
  return self;
}

/** HMAC-SHA-256 (RFC 2104) in plain JavaScript. */
export function hmac(key: Uint8Array, data: Uint8Array): Bytes {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? createSha256().update(key).digest() : key);
  for (let i = 0; i < BLOCK_BYTES; i++) block[i]! ^= 0x36;
  const inner = createSha256().update(block).update(data).digest();
  for (let i = 0; i < BLOCK_BYTES; i++) block[i]! ^= 0x36 ^ 0x5c;
  const outer = createSha256().update(block).update(inner).digest();
  block.fill(0);
  return outer;
}
