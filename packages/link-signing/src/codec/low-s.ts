import { concat, fromHex, hex } from '@wardseal/primitives';

// The order of P-256. An ECDSA signature has a twin with the order less s; of the two only the lower is written, so that a
// grant cannot be turned into another one that says the same.
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function sOf(signature: Uint8Array): bigint {
  return BigInt(`0x${hex(signature.subarray(32))}`);
}

/** Whether a signature is the one form of its pair. Ed25519 has one form only. */
export function isCanonical(algorithm: 'EdDSA' | 'ES256', signature: Uint8Array): boolean {
  return algorithm === 'EdDSA' || sOf(signature) <= ORDER / 2n;
}

/** A signature in the one form of its pair. */
export function canonical(algorithm: 'EdDSA' | 'ES256', signature: Uint8Array): Uint8Array {
  if (isCanonical(algorithm, signature)) return signature;
  return concat(signature.subarray(0, 32), fromHex((ORDER - sOf(signature)).toString(16).padStart(64, '0'))!);
}
