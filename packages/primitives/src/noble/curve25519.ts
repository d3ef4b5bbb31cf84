import { eddsa, edwards } from '@noble/curves/abstract/edwards.js';
import { Field } from '@noble/curves/abstract/modular.js';
import { montgomery } from '@noble/curves/abstract/montgomery.js';
import { bytesToNumberLE, concatBytes, equalBytes } from '@noble/curves/utils.js';
import { sha512 } from '@noble/hashes/sha2.js';
import type { Bytes } from '../bytes.js';
import type { Ed25519 } from '../ed25519.js';
import type { X25519 } from '../x25519.js';

// noble's ready-made ed25519.js sets up further protocols when it is loaded and needs TextEncoder for that, which a bare
// realm has not. Here noble's generic curves get the numbers of the two RFCs; a test keeps them equal to the ready-made.

// This file takes nothing from the rest: what both used, a bundler would put into a third file that every page loads.
const PRIME = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const field = Field(PRIME);
const SQRT_MINUS_ONE = field.pow(2n, (PRIME - 1n) / 4n);

/** A square root of u/v, the even one (RFC 8032 section 5.1.3, steps 2 and 3). */
function rootOfRatio(u: bigint, v: bigint): { isValid: boolean; value: bigint } {
  const v3 = field.mul(field.sqr(v), v);
  const v7 = field.mul(field.sqr(v3), v);
  const candidate = field.mul(field.mul(u, v3), field.pow(field.mul(u, v7), (PRIME - 5n) / 8n));
  const square = field.mul(v, field.sqr(candidate));
  const direct = square === u;
  const turned = square === field.neg(u);
  const root = direct ? candidate : field.mul(candidate, SQRT_MINUS_ONE);
  return { isValid: direct || turned, value: root % 2n === 0n ? root : field.neg(root) };
}

/** The scalar's fixed bits (RFC 7748 section 5, decodeScalar25519). Changes the given bytes. */
function clamp(scalar: Uint8Array): Uint8Array {
  scalar[0]! &= 248;
  scalar[31] = (scalar[31]! & 127) | 64;
  return scalar;
}

// Points of edwards25519 (RFC 8032 section 5.1).
const Point = edwards(
  {
    p: PRIME,
    n: ORDER,
    h: 8n,
    a: PRIME - 1n,
    d: 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n,
    Gx: 0x216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51an,
    Gy: 0x6666666666666666666666666666666666666666666666666666666666666658n,
  },
  { uvRatio: rootOfRatio },
);

const eddsa25519 = eddsa(Point, sha512, { adjustScalarBytes: clamp });

const montgomery25519 = montgomery({
  P: PRIME,
  type: 'x25519',
  adjustScalarBytes: clamp,
  powPminus2: (x) => field.pow(x, PRIME - 2n),
});

/** X25519 (RFC 7748) in plain JavaScript. */
export const x25519: X25519 = {
  prepare: (secretKey) => ({
    publicKey: () => montgomery25519.getPublicKey(secretKey) as Bytes,
    shared: (publicKey) => montgomery25519.getSharedSecret(secretKey, publicKey) as Bytes,
  }),
};

/** Ed25519 (RFC 8032) in plain JavaScript. */
export const ed25519: Ed25519 = {
  publicKey: (secretKey) => eddsa25519.getPublicKey(secretKey) as Bytes,
  signer: (secretKey) => (message) => eddsa25519.sign(message, secretKey) as Bytes,
  verifier(publicKey) {
    const key = Point.fromBytes(publicKey); // throws when it is no point: the caller turns that into a refusal
    return (message, signature) => {
      // noble's own verify() multiplies by the cofactor, so it takes signatures with a mixed-order key or R that
      // OpenSSL and BoringSSL refuse. Theirs is the check without cofactor: encode(S*B - k*A) is R, byte for byte.
      const r = signature.subarray(0, 32);
      const k = bytesToNumberLE(sha512(concatBytes(r, publicKey, message))) % ORDER;
      const expected = Point.BASE.multiplyUnsafe(bytesToNumberLE(signature.subarray(32))).subtract(
        key.multiplyUnsafe(k),
      );
      return equalBytes(expected.toBytes(), r);
    };
  },
};
