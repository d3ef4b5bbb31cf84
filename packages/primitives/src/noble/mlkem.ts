import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import type { Bytes } from '../bytes.js';
import type { MlKem } from '../mlkem.js';

/** ML-KEM-768 (FIPS 203) in plain JavaScript. */
export const mlkem: MlKem = {
  prepare(seed64) {
    const { publicKey, secretKey } = ml_kem768.keygen(seed64);
    return {
      publicKey: () => publicKey as Bytes,
      decapsulate: (ciphertext) => ml_kem768.decapsulate(ciphertext, secretKey) as Bytes,
    };
  },
  encapsulate(publicKey, message) {
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(publicKey, message);
    return { ciphertext: cipherText as Bytes, shared: sharedSecret as Bytes };
  },
};
