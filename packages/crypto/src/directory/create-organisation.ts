import { generateSigningKey, type SigningKeyPair } from '../keys/signing-key.js';

/**
 * Makes the root of an organisation's directory: an Ed25519 key pair that guardians keep offline and use for
 * `delegateDirectory` only. `thumbprint` (43 characters) is what every client pins; it is the root's `kid`.
 *
 * @throws SealError RANDOM_UNAVAILABLE where there is no secure random source.
 *
 * @example
 * const { root, thumbprint } = await createOrganisation();
 */
export async function createOrganisation(): Promise<{ readonly root: SigningKeyPair; readonly thumbprint: string }> {
  const root = await generateSigningKey();
  return { root, thumbprint: root.kid };
}
