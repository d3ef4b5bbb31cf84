import { checkText } from '../checks.js';
import { parseSigningPublicKey, type Signer, type SigningKeyPair, signerOf } from '../keys/signing-key.js';
import { MAX_DELEGATION_SECONDS } from '../limits.js';
import { signStatement } from '../statement.js';
import { nowOf, secondsOf } from '../time.js';
import { DELEGATION, type Delegation } from './delegation.js';

/** For whom and how long a root delegates. Times are seconds since 1970. */
export interface DelegationOptions {
  /** Opaque id of the organisation, such as an ODS code. */
  readonly organisation: string;
  /** First second at which it counts (default: `now`). */
  readonly from?: number;
  /** First second at which it no longer counts: at most 90 days after `from`. */
  readonly until: number;
  /** Default: the clock. */
  readonly now?: number;
}

/**
 * The guardians' act, offline: lets a custodian's directory key (`directoryKey`, its public half in base64url) sign the
 * snapshots of one organisation for at most 90 days. Gives a compact JWS that every snapshot carries. A later delegation takes the
 * place of an earlier one: a client that has seen it refuses the other, as after a theft of the directory key.
 *
 * @throws SealError KEY_INVALID when a key is not one or its parts do not belong together; SIGNATURE_INVALID when a
 * `Signer` gives a signature that is not its key's.
 * @throws TypeError when `organisation` is not a text of 1 to 256 characters, or `directoryKey` is the root's own;
 * RangeError when a time is not whole seconds or `until` is not within 90 days after `from`.
 *
 * @see RFC 7515 (JWS); docs/spec/directory.md.
 *
 * @example
 * const delegation = await delegateDirectory(root, directoryKey.publicKey, {
 *   organisation: 'ZZZ01', until: now + 60 * 86_400,
 * });
 */
export async function delegateDirectory(
  root: SigningKeyPair | Signer,
  directoryKey: string,
  options: DelegationOptions,
): Promise<string> {
  const { organisation } = options;
  const iat = nowOf(options);
  const from = secondsOf(options.from ?? iat, 'from');
  const until = secondsOf(options.until, 'until');
  checkText(organisation, 'organisation');
  if (until <= from || until - from > MAX_DELEGATION_SECONDS)
    throw new RangeError('until must be at most 90 days after from');
  parseSigningPublicKey(directoryKey);
  const signer = await signerOf(root);
  if (directoryKey === signer.publicKey) throw new TypeError('directoryKey must be another key than the root');
  const claims: Delegation = { v: 0, organisation, root: signer.publicKey, directoryKey, from, until, iat };
  return signStatement(DELEGATION, claims, signer);
}
