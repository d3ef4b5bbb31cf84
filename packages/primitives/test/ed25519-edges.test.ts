import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { seededRandom } from '@wardseal/testkit';
import { expect, test } from 'vitest';
import { concat, ed25519Verify, fromHex, hex, utf8 } from '../src/index.js';
import { BACKENDS, onAll } from './back-ends.js';

// Signatures that libraries are known to judge differently, made here from the group law.

const { Point } = ed25519;
type Point = InstanceType<typeof Point>;
const ORDER = Point.Fn.ORDER;
const PRIME = Point.Fp.ORDER;

function number(data: Uint8Array): bigint {
  return BigInt(`0x${hex(Uint8Array.from(data).reverse())}`);
}
function encode(value: bigint): Uint8Array<ArrayBuffer> {
  return fromHex(value.toString(16).padStart(64, '0'))!.reverse();
}
function challenge(r: Uint8Array, key: Uint8Array, message: Uint8Array): bigint {
  return number(sha512(concat(r, key, message))) % ORDER;
}
const times = (point: Point, n: bigint): Point => point.multiplyUnsafe(n);

const secret = number(seededRandom('edge key')(32)) % ORDER;
const nonce = number(seededRandom('edge nonce')(32)) % ORDER;
const honestKey = times(Point.BASE, secret);
const honestR = times(Point.BASE, nonce);
// A point of order eight: L times any point outside the prime-order group whose eightfold is the identity only at last.
const torsion = ((): Point => {
  for (let y = 2n; ; y++) {
    try {
      const candidate = Point.fromBytes(encode(y))
        .multiplyUnsafe(ORDER - 1n)
        .add(Point.fromBytes(encode(y)));
      if (!times(candidate, 4n).is0()) return candidate;
    } catch {
      // not on the curve
    }
  }
})();
const torsionPoints = Array.from({ length: 8 }, (_, i) => (i === 0 ? Point.ZERO : times(torsion, BigInt(i))));

/** A signature over `message` that satisfies S = nonce + k * secret for any R and key that are given. */
function signature(r: Uint8Array, key: Uint8Array, message: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(r, encode((nonce + challenge(r, key, message) * secret) % ORDER));
}

async function expectAll(verdict: boolean, key: Uint8Array, message: Uint8Array, signed: Uint8Array): Promise<void> {
  expect(await onAll(() => ed25519Verify(key, message, signed))).toEqual(BACKENDS.map(() => verdict));
}

const message = utf8('edge');
const key = honestKey.toBytes();
const good = signature(honestR.toBytes(), key, message);

test('the made-up signature is good, so what follows fails for its own reason', async () => {
  await expectAll(true, key, message, good);
  expect(new Set(torsionPoints.map((point) => hex(point.toBytes()))).size).toBe(8);
});

test('S with the group order added is refused', async () => {
  for (let s = number(good.subarray(32)) + ORDER; s < 2n ** 256n; s += ORDER) {
    await expectAll(false, key, message, concat(good.subarray(0, 32), encode(s)));
  }
  await expectAll(false, key, message, concat(good.subarray(0, 32), encode(ORDER)));
});

test('a key of small order is refused, even where the equation holds', async () => {
  for (const point of torsionPoints) {
    const small = point.toBytes();
    for (let i = 0; i < 12; i++) {
      const tried = utf8(`try ${i}`);
      const r = times(Point.BASE, nonce).toBytes();
      await expectAll(false, small, tried, concat(r, encode(nonce)));
    }
  }
});

test('R of small order is refused, even where the equation holds', async () => {
  for (const point of torsionPoints) {
    const r = point.toBytes();
    const s = (challenge(r, key, message) * secret) % ORDER;
    await expectAll(false, key, message, concat(r, encode(s)));
  }
});

test('encodings of a point with y not below p, or of -0, are refused for key and R', async () => {
  const odd = [0n, 1n, 2n, 3n, 9n, 18n].flatMap((y) => [encode(y + PRIME), encode(y + PRIME + (1n << 255n))]);
  odd.push(encode(1n + (1n << 255n)), encode(PRIME - 1n + (1n << 255n)));
  for (const bad of odd) {
    await expectAll(false, bad, message, signature(honestR.toBytes(), bad, message));
    await expectAll(false, key, message, signature(bad, key, message));
  }
});

test('bytes that are no point are refused for key and R', async () => {
  for (const bad of [encode(2n), encode(7n)]) {
    expect(() => Point.fromBytes(bad)).toThrow();
    await expectAll(false, bad, message, good);
    await expectAll(false, key, message, signature(bad, key, message));
  }
});

test('R with a part of small order is refused; noble alone, with its cofactor, would take it', async () => {
  for (const part of torsionPoints.slice(1)) {
    const r = honestR.add(part).toBytes();
    const mixed = signature(r, key, message);
    expect(ed25519.verify(mixed, message, key, { zip215: false })).toBe(true);
    await expectAll(false, key, message, mixed);
  }
});

test('a key with a part of small order: every back end gives the verdict without cofactor', async () => {
  // Not refused as such (that would cost a multiplication for each key): k * T vanishes for one message in eight, and
  // only then is the signature right. Nobody but the holder of the secret key can make such a signature.
  const verdicts = new Set<boolean>();
  const mixedKey = honestKey.add(torsion).toBytes();
  for (let i = 0; i < 40; i++) {
    const tried = utf8(`message ${i}`);
    const r = honestR.toBytes();
    const signed = signature(r, mixedKey, tried);
    const holds = challenge(r, mixedKey, tried) % 8n === 0n;
    expect(ed25519.verify(signed, tried, mixedKey, { zip215: false })).toBe(true);
    await expectAll(holds, mixedKey, tried, signed);
    verdicts.add(holds);
  }
  expect(verdicts.size).toBe(2);
});
