import { type Directory, type DirectoryEntry, recipientThumbprint } from '@wardseal/crypto';
import { base64url, fromBase64url, fromUtf8, utf8 } from '@wardseal/primitives';
import { CoreError } from './errors.js';
import { seconds } from './session.js';

/** Whom the browser believes about the log: signed by the custodian in its own entry, never told by the server (0070). */
export interface TrustAnchors {
  readonly custodian: DirectoryEntry;
  readonly custodianRecipient: string;
  /** Public keys of this year's log and the next one's. */
  readonly logs: readonly string[];
  readonly emergency: string;
  /** The witness policy's text. */
  readonly witnesses: string;
}

const CUSTODIAN = 'custodian';

/** Whether an entry is the custodian's: now, or before one of its monthly rotations. */
export function isCustodian({ person, roles }: DirectoryEntry): boolean {
  return person === CUSTODIAN && roles?.includes(CUSTODIAN) === true;
}

/** Throws DIRECTORY_INCOMPLETE when the custodian's entry does not name log, emergency journal and witnesses. */
export function anchorsIn(directory: Directory): TrustAnchors {
  const custodian = directory.person(CUSTODIAN, seconds());
  const named = new Map(custodian?.credentials?.map(({ id, publicKey }) => [id, publicKey]));
  const read = (name: string): string | null => {
    const bytes = fromBase64url(named.get(base64url(utf8(name))) ?? '');
    return bytes === null || bytes.length === 0 ? null : fromUtf8(bytes);
  };
  const logs = ['log', 'log-next'].map(read).filter((key) => key !== null);
  const [emergency, witnesses] = [read('emergency'), read('witnesses')];
  const whole = custodian !== null && isCustodian(custodian) && logs.length > 0;
  if (!whole || emergency === null || witnesses === null)
    throw new CoreError('DIRECTORY_INCOMPLETE', 'the directory names no custodian with log, journal and witnesses');
  return { custodian, custodianRecipient: recipientThumbprint(custodian.recipient), logs, emergency, witnesses };
}

/** The name in a note's key, which is the origin of the log that signs with it (C2SP signed-note). */
export function originOf(vkey: string): string {
  return vkey.slice(0, Math.max(0, vkey.indexOf('+')));
}
