import {
  answerChallenge,
  createEnrolment,
  generateIdentity,
  generateRecoveryCode,
  generateSigningKey,
  protectKeys,
  type UnprotectBy,
  unprotectKeys,
} from '@wardseal/crypto';
import { base64url, fromBase64url } from '@wardseal/primitives';
import type { Wrap } from '../../src/wire/api.js';
import type { Pin } from '../../src/wire/user-handle.js';
import type { Core, EnrolmentLink } from './core.js';
import { setPin } from './directory.js';
import { CoreError } from './errors.js';
import { myEntry, type NewKeys, pinned, type Session } from './session.js';
import { at } from './translate.js';

type Unlock = Parameters<Core['unlock']>[0];

/** What a wrap made by recovery code is called: it is bound to the name, as a passkey's is to the credential. */
const RECOVERY_CODE = 'recovery-code';

/** Whose wraps they are. Bound into each: people of two trusts may have the same id. */
const subjectOf = ({ organisation, person }: Pin): string => `${organisation}/${person}`;

/** Makes somebody's keys, here, and the request that enrols them. */
export async function createKeys(session: Session, link: EnrolmentLink): Promise<{ request: Uint8Array<ArrayBuffer> }> {
  const { secret, organisation, person, rootThumbprint, credential } = link;
  setPin(session, link);
  const [{ identity }, signing] = await Promise.all([generateIdentity(), generateSigningKey()]);
  const about = { secret, organisation, person, rootThumbprint, credentials: [credential] };
  const request = await at('enrolment', () => createEnrolment({ ...about, identity, keys: signing }));
  session.enrolling = { link, keys: { identity, signing }, request };
  return { request: request.slice() };
}

export function answer(session: Session, challenge: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const { link, keys, request } = enrolling(session);
  const { identity } = keys;
  return at('enrolment', () => answerChallenge(challenge, { secret: link.secret, identity, request }));
}

/** Wraps the new keys for their owner and forgets them: from now on they are unlocked like anybody's. */
export async function protect(
  session: Session,
  { passkeyPrf, credential }: Parameters<Core['protect']>[0],
): Promise<{ wraps: Wrap[]; recoveryCode: string }> {
  try {
    checkPrf(passkeyPrf);
    const { link, keys } = enrolling(session);
    const person = subjectOf(link);
    const recoveryCode = generateRecoveryCode();
    const [byPasskey, byCode] = await Promise.all([
      protectKeys(keys, { passkeyPrf }, { person, credential }),
      protectKeys(keys, { recoveryCode }, { person, credential: RECOVERY_CODE }),
    ]);
    link.secret.fill(0);
    session.enrolling = null;
    const wraps: Wrap[] = [
      { credential, method: 'passkey', wrapped: base64url(byPasskey) },
      { credential: RECOVERY_CODE, method: 'recovery-code', wrapped: base64url(byCode) },
    ];
    return { wraps, recoveryCode };
  } finally {
    passkeyPrf.fill(0);
  }
}

/** Unwraps the keys, which must be those that the signed directory names for this person. */
export async function unlock(session: Session, by: Unlock): Promise<void> {
  try {
    const entry = myEntry(session);
    const person = subjectOf(pinned(session));
    const [method, credential] = 'passkeyPrf' in by ? ['passkey', by.credential] : [RECOVERY_CODE, RECOVERY_CODE];
    const wrap = by.wraps.find((one) => one.method === method && one.credential === credential);
    if (wrap === undefined) throw new CoreError('WRAP_MISSING', 'the server has no keys wrapped this way');
    if ('passkeyPrf' in by) checkPrf(by.passkeyPrf);
    const secret: UnprotectBy = 'passkeyPrf' in by ? { passkeyPrf: by.passkeyPrf } : { recoveryCode: by.recoveryCode };
    const wrapped = fromBase64url(wrap.wrapped) ?? new Uint8Array(0);
    session.keys = await at('keys', () =>
      unprotectKeys(wrapped, secret, { person, credential: wrap.credential, entry }),
    );
  } finally {
    if ('passkeyPrf' in by) by.passkeyPrf.fill(0);
  }
}

/** Some authenticators answer without PRF although they said that they have it; what comes then would wrap nothing. */
function checkPrf(prf: unknown): asserts prf is Uint8Array<ArrayBuffer> {
  if (!(prf instanceof Uint8Array) || prf.length !== 32 || prf.every((byte) => byte === 0))
    throw new CoreError('PASSKEY_WITHOUT_PRF', 'the passkey gave no key');
}

function enrolling({ enrolling: found }: Session): NewKeys {
  if (found === null) throw new CoreError('ENROLMENT_REFUSED', 'no keys were made');
  return found;
}
