import { canonicalJson } from '@wardseal/primitives';
import type { PasskeyCredential } from '../keys/directory-entry.js';
import { type Identity, recipientOf } from '../keys/recipient.js';
import { type Signer, type SigningKeyPair, signerOf } from '../keys/signing-key.js';
import { nowOf } from '../time.js';
import { checkLink, type EnrolmentLink, encodeMessage, isCredentials } from './enrolment.js';
import { signPossession } from './possession.js';

/** What a person's device enrols. */
export interface EnrolmentRequestOptions extends EnrolmentLink {
  /** What the person receives with. */
  readonly identity: Identity;
  /** What the person signs with. */
  readonly keys: SigningKeyPair | Signer;
  /** The person's passkeys, at most 8. */
  readonly credentials?: readonly PasskeyCredential[];
  /** Seconds since 1970 (default: the clock). */
  readonly now?: number;
}

/**
 * First of three steps of enrolling, on the person's device: the public keys, a statement signed with the signing key that both
 * are this person's in this organisation under this root, and a MAC under the link's secret. Gives canonical JSON in UTF-8, at
 * most 32 KiB, for `challengeEnrolment`. That the receiving key is held is proven by answering the challenge.
 *
 * @throws SealError KEY_INVALID when `identity` or `keys` is not one; SIGNATURE_INVALID when a `Signer` gives a
 * signature that is not its key's.
 * @throws TypeError or RangeError when an option is missing, too long or of the wrong kind.
 *
 * @see docs/spec/directory.md, docs/decisions/0013.
 *
 * @example
 * const request = await createEnrolment({ secret, person: 'p-1', organisation: 'ZZZ01', rootThumbprint, identity, keys });
 */
export async function createEnrolment(options: EnrolmentRequestOptions): Promise<Uint8Array<ArrayBuffer>> {
  checkLink(options);
  const { secret, person, organisation, rootThumbprint, identity, credentials } = options;
  if (credentials !== undefined && !isCredentials(credentials))
    throw new TypeError('credentials must be at most 8 pairs of id and publicKey in base64url');
  const iat = nowOf(options);
  const signer = await signerOf(options.keys);
  const passkeys = credentials && (JSON.parse(canonicalJson(credentials)) as readonly PasskeyCredential[]);
  const keys = {
    recipient: await recipientOf(identity),
    signingKey: signer.publicKey,
    ...(passkeys === undefined ? {} : { credentials: passkeys }),
  };
  const possession = await signPossession({ ...keys, person, organisation }, rootThumbprint, iat, signer);
  return encodeMessage('request', { v: 0, ...keys, possession }, secret);
}
