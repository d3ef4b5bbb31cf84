import { base64url } from '@wardseal/primitives';
import { SealError } from '../errors.js';
import { type Stanza, stanzaDigest } from '../header.js';
import type { Manifest, SignedRecipient } from '../manifest-claims.js';
import { STANZA } from '../names.js';
import { nativeKind } from '../stanza/native.js';
import { recoveryHolds, recoverySetOf } from '../stanza/recovery.js';
import { isWrapping } from './rebuild.js';

/** Whether a signed line says of a stanza what the stanza itself shows. */
function describes({ role, thumbprint }: SignedRecipient, stanza: Stanza): boolean {
  if (stanza.type === STANZA.recovery || stanza.type === STANZA.link)
    return role === (stanza.type === STANZA.link ? 'link' : 'recovery') && thumbprint === stanza.args[1];
  return nativeKind(stanza) !== null && (role === 'member' || role === 'custodian');
}

/** Recipients stand first, one or more; then each of these, once at most. */
const BEHIND_RECIPIENTS: readonly string[] = [STANZA.recovery, STANZA.link, STANZA.manifest, STANZA.tree];
const RECIPIENT = -1;

/**
 * Checks the stanzas of the header that was signed: those that wrap the file key must be the signed ones, all of them, in order
 * and of the signed mode, and manifest and tree stand behind them. Gives the wrapping ones.
 */
export async function checkFirstHeader(
  stanzas: readonly Stanza[],
  claims: Manifest,
  fileKey: Uint8Array,
): Promise<readonly Stanza[]> {
  const wrapping = stanzas.filter(isWrapping);
  const same =
    wrapping.length === claims.stz.length &&
    new Set(claims.stz.map(({ thumbprint }) => thumbprint)).size === wrapping.length &&
    wrapping.every(
      (stanza, i) => base64url(stanzaDigest(stanza)) === claims.stz[i]!.digest && describes(claims.stz[i]!, stanza),
    );
  if (!same) throw new SealError('RECIPIENTS_MISMATCH', 'recipients are not the ones the sender signed');
  const kinds = new Set(wrapping.map(nativeKind).filter((kind) => kind !== null));
  const recovery = recoverySetOf({ stanzas });
  if (recovery !== null) kinds.add(recovery.kind);
  if ([...kinds].some((kind) => kind !== claims.mode))
    throw new SealError('MIXED_MODE', 'a recipient is not of the mode the sender signed');
  // One order, so that one list has one header.
  const places = stanzas.map(({ type }) => BEHIND_RECIPIENTS.indexOf(type));
  const follows = (place: number, before: number) => place > before || (place === RECIPIENT && before === RECIPIENT);
  if (!places.every((place, i) => (i === 0 ? place === RECIPIENT : follows(place, places[i - 1]!))))
    throw new SealError('RECIPIENTS_MISMATCH', 'stanzas are not in the one order', { what: 'order' });
  const signed = claims.recovery;
  const agrees =
    recovery === null
      ? signed === undefined
      : signed?.set === recovery.id &&
        signed.k === recovery.threshold &&
        signed.n === recovery.seats &&
        signed.seats.length === signed.n;
  if (!agrees) throw new SealError('MANIFEST_INVALID', 'recovery is not the one the sender signed');
  if (recovery !== null && !(await recoveryHolds(recovery, fileKey)))
    throw new SealError('RECOVERY_INVALID', 'guardians could not open this file', { what: STANZA.recovery });
  return wrapping;
}
