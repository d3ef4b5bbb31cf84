import { ecdsa, weierstrass } from '@noble/curves/abstract/weierstrass.js';
import { concatBytes } from '@noble/curves/utils.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { P256 } from '../p256.js';

// The curve's numbers (FIPS 186-5, SP 800-186 section 3.2.1.3). As with curve25519, noble's ready-made file would set up
// more at load than a bare realm has; a test keeps this equal to the platform's.
const Point = weierstrass({
  p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
  n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  h: 1n,
  a: 0xffffffff00000001000000000000000000000000fffffffffffffffffffffffcn,
  b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  Gx: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  Gy: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
});
const scheme = ecdsa(Point, sha256);

export const p256: P256 = {
  verifier(publicKey) {
    const key = concatBytes(Uint8Array.of(4), publicKey);
    Point.fromBytes(key).assertValidity();
    return (message, signature) => {
      try {
        return scheme.verify(signature, message, key, { lowS: false });
      } catch {
        return false; // r or s is zero or not below the order
      }
    };
  },
};
