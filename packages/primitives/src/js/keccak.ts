import type { Bytes } from '../bytes.js';

// FIPS 202: SHA3-256 and SHAKE256 are the sponge with 512 bits of capacity, told apart by their padding.
const RATE_BYTES = 136;
const ROUNDS = 24;

/** Where each lane goes and how far it turns (sections 3.2.2 and 3.2.3), and the round constants (section 3.2.5). */
function tables(): { lanes: number[]; turns: number[]; constants: Int32Array } {
  const lanes: number[] = [];
  const turns: number[] = [];
  const constants = new Int32Array(ROUNDS * 2);
  let [x, y, register] = [1, 0, 1];
  for (let t = 0; t < ROUNDS; t++) {
    [x, y] = [y, (2 * x + 3 * y) % 5];
    lanes.push(2 * (5 * y + x));
    turns.push((((t + 1) * (t + 2)) / 2) % 64);
    for (let j = 0; j < 7; j++) {
      const bit = 2 ** j - 1;
      if (register & 1) constants[2 * t + (bit >> 5)]! ^= 1 << (bit & 31);
      register = (register << 1) ^ (register & 0x80 ? 0x171 : 0);
    }
  }
  return { lanes, turns, constants };
}
const { lanes, turns, constants } = /* @__PURE__ */ tables();

/** Keccak-f[1600] (section 3.3). A lane of 64 bits is two numbers, its low half first. No branch depends on the data. */
function permute(s: Int32Array): void {
  const c = new Int32Array(10);
  for (let round = 0; round < ROUNDS; round++) {
    for (let x = 0; x < 10; x++) c[x] = s[x]! ^ s[x + 10]! ^ s[x + 20]! ^ s[x + 30]! ^ s[x + 40]!;
    for (let x = 0; x < 10; x += 2) {
      const before = (x + 8) % 10;
      const after = (x + 2) % 10;
      const low = c[before]! ^ ((c[after]! << 1) | (c[after + 1]! >>> 31));
      const high = c[before + 1]! ^ ((c[after + 1]! << 1) | (c[after]! >>> 31));
      for (let y = x; y < 50; y += 10) {
        s[y]! ^= low;
        s[y + 1]! ^= high;
      }
    }
    let low = s[2]!;
    let high = s[3]!;
    for (let t = 0; t < ROUNDS; t++) {
      const lane = lanes[t]!;
      const turn = turns[t]! & 31; // never 0
      const near = turns[t]! < 32 ? low : high;
      const far = turns[t]! < 32 ? high : low;
      low = s[lane]!;
      high = s[lane + 1]!;
      s[lane] = (near << turn) | (far >>> (32 - turn));
      s[lane + 1] = (far << turn) | (near >>> (32 - turn));
    }
    for (let y = 0; y < 50; y += 10) {
      for (let x = 0; x < 10; x++) c[x] = s[y + x]!;
      for (let x = 0; x < 10; x++) s[y + x]! ^= ~c[(x + 2) % 10]! & c[(x + 4) % 10]!;
    }
    s[0]! ^= constants[2 * round]!;
    s[1]! ^= constants[2 * round + 1]!;
  }
}

function sponge(data: Uint8Array, suffix: number, length: number): Bytes {
  const state = new Int32Array(50);
  const padded = new Uint8Array(data.length + RATE_BYTES - (data.length % RATE_BYTES));
  padded.set(data);
  padded[data.length] = suffix;
  padded[padded.length - 1]! |= 0x80;
  for (let at = 0; at < padded.length; at += RATE_BYTES) {
    for (let i = 0; i < RATE_BYTES; i++) state[i >> 2]! ^= padded[at + i]! << ((i & 3) * 8);
    permute(state);
  }
  const out = new Uint8Array(length);
  for (let at = 0; at < length; at++) {
    if (at > 0 && at % RATE_BYTES === 0) permute(state);
    const i = at % RATE_BYTES;
    out[at] = state[i >> 2]! >>> ((i & 3) * 8);
  }
  padded.fill(0);
  state.fill(0);
  return out;
}

/** SHA3-256 (FIPS 202 section 6.1) in plain JavaScript: WebCrypto's has no synchronous form, and browsers have none. */
export function sha3(data: Uint8Array): Bytes {
  return sponge(data, 0x06, 32);
}

/** SHAKE256 (FIPS 202 section 6.2) in plain JavaScript: `length` bytes. */
export function shake256(data: Uint8Array, length: number): Bytes {
  return sponge(data, 0x1f, length);
}
