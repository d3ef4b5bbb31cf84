import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js';
import type { Bytes } from '../bytes.js';
import type { MlDsa } from '../mldsa.js';

/** ML-DSA-44 (FIPS 204) in plain JavaScript. */
export const mldsa: MlDsa = {
  publicKey: (seed) => ml_dsa44.keygen(seed).publicKey as Bytes,
  signer(seed, entropy) {
    const { secretKey } = ml_dsa44.keygen(seed);
    return (message) => ml_dsa44.sign(message, secretKey, { extraEntropy: entropy ? entropy() : false }) as Bytes;
  },
  verifier: (publicKey) => (message, signature) => ml_dsa44.verify(signature, message, publicKey),
};
