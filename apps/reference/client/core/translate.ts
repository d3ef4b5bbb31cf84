import { CoreError, type CoreErrorCode } from './errors.js';

/** What a package's code means at one place. The same code, SIGNATURE_INVALID say, means another thing of a receipt than of a file. */
type Meanings = Readonly<Record<string, CoreErrorCode>>;

const PLACES = {
  directory: {
    '': 'DIRECTORY_FORGED',
    ROLLBACK: 'DIRECTORY_ROLLED_BACK',
    SNAPSHOT_STALE: 'DIRECTORY_STALE',
    LIMIT: 'DIRECTORY_TOO_LARGE',
    'DELEGATION_INVALID root': 'DIRECTORY_OTHER_ROOT',
    'DELEGATION_INVALID organisation': 'DIRECTORY_OTHER_ORGANISATION',
    'DELEGATION_INVALID time': 'DIRECTORY_DELEGATION_ENDED',
    'SNAPSHOT_INVALID entries': 'DIRECTORY_CHANGED',
    'SNAPSHOT_INVALID recipient': 'DIRECTORY_KEY_SWAPPED',
    'SNAPSHOT_INVALID signingKey': 'DIRECTORY_KEY_SWAPPED',
    'SNAPSHOT_INVALID possession': 'DIRECTORY_KEY_SWAPPED',
  },
  enrolment: { '': 'ENROLMENT_REFUSED' },
  keys: { '': 'UNLOCK_FAILED', CODE_INVALID: 'RECOVERY_CODE_INVALID' },
  seal: {
    '': 'SEAL_REFUSED',
    SNAPSHOT_STALE: 'DIRECTORY_STALE',
    RECIPIENT_UNKNOWN: 'RECIPIENT_UNKNOWN',
    RECIPIENT_EXPIRED: 'RECIPIENT_EXPIRED',
    RECIPIENT_REVOKED: 'RECIPIENT_EXPIRED',
    SENDER_EXPIRED: 'NOT_IN_DIRECTORY',
    SENDER_REVOKED: 'NOT_IN_DIRECTORY',
    SENDER_UNKNOWN: 'NOT_IN_DIRECTORY',
  },
  receipt: {
    '': 'RECEIPT_FORGED',
    ORIGIN_MISMATCH: 'RECEIPT_OTHER_LOG',
    NONCE_MISMATCH: 'RECEIPT_OLD',
    OBJECT_MISMATCH: 'RECEIPT_OTHER_ITEM',
    ACTOR_MISMATCH: 'RECEIPT_OTHER_PERSON',
    HEADER_MISMATCH: 'RECEIPT_OTHER_HEADER',
    TYPE_MISMATCH: 'RECEIPT_OTHER_ACT',
    ORGANISATION_MISMATCH: 'RECEIPT_OTHER_ORGANISATION',
  },
  open: {
    '': 'FILE_INVALID',
    NO_MATCH: 'RELEASE_NEEDED',
    LABELS_MISMATCH: 'LABELS_CHANGED',
    PAYLOAD_MISMATCH: 'PICTURE_SWAPPED',
    PAYLOAD_INVALID: 'PICTURE_DAMAGED',
    SENDER_UNKNOWN: 'SENDER_UNKNOWN',
    SENDER_REVOKED: 'SENDER_REVOKED',
    SENDER_EXPIRED: 'SENDER_EXPIRED',
    SIGNATURE_INVALID: 'SIGNATURE_FORGED',
    RECIPIENTS_MISMATCH: 'RECIPIENTS_CHANGED',
    GRANT_INVALID: 'GRANT_REFUSED',
    ROLLBACK: 'HEADER_ROLLED_BACK',
    MAC_INVALID: 'HEADER_CHANGED',
  },
  mark: { '': 'MARK_REFUSED' },
  witnesses: { '': 'CHECKPOINT_FORGED', CONSISTENCY_INVALID: 'HISTORY_SPLIT' },
} as const satisfies Record<string, Meanings>;

/** Where in the core something failed. */
export type Place = keyof typeof PLACES;

/** Runs an act and gives what a package refuses it with the meaning it has here; every other error stays as it is. */
export async function at<T>(place: Place, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    const { code, what } = cause as { readonly code?: unknown; readonly what?: unknown };
    if (cause instanceof CoreError || typeof code !== 'string') throw cause;
    const meanings: Meanings = PLACES[place];
    const meaning = meanings[`${code} ${what}`] ?? meanings[code] ?? meanings[''];
    throw new CoreError(meaning as CoreErrorCode, (cause as Error).message, { cause });
  }
}
