/** Every way in which the core refuses. Stable; client/words.ts has a plain sentence for each. */
export type CoreErrorCode =
  // how the core was called
  | 'ABORTED'
  | 'CORE_FAILED'
  | 'LOCKED'
  | 'PIN_NEEDED'
  | 'DIRECTORY_NEEDED'
  // the directory
  | 'DIRECTORY_FORGED'
  | 'DIRECTORY_CHANGED'
  | 'DIRECTORY_KEY_SWAPPED'
  | 'DIRECTORY_OTHER_ROOT'
  | 'DIRECTORY_OTHER_ORGANISATION'
  | 'DIRECTORY_DELEGATION_ENDED'
  | 'DIRECTORY_ROLLED_BACK'
  | 'DIRECTORY_STALE'
  | 'DIRECTORY_TOO_LARGE'
  | 'DIRECTORY_INCOMPLETE'
  | 'NOT_IN_DIRECTORY'
  // keys
  | 'ENROLMENT_REFUSED'
  | 'PASSKEY_WITHOUT_PRF'
  | 'RECOVERY_CODE_INVALID'
  | 'WRAP_MISSING'
  | 'UNLOCK_FAILED'
  // preparing and sealing
  | 'VIDEO_LATER'
  | 'PICTURE_HEIC'
  | 'PICTURE_EMPTY'
  | 'PICTURE_UNSUPPORTED'
  | 'PICTURE_TRUNCATED'
  | 'PICTURE_MALFORMED'
  | 'PICTURE_TOO_LARGE'
  | 'PICTURE_TOO_SMALL'
  | 'PICTURE_CODEC_FAILED'
  | 'PICTURE_GONE'
  | 'RECIPIENT_UNKNOWN'
  | 'TEAM_EMPTY'
  | 'RECIPIENT_EXPIRED'
  | 'SEAL_REFUSED'
  | 'LABELS_INVALID'
  | 'CLINICAL_INVALID'
  // the receipt of an opening
  | 'RECEIPT_FORGED'
  | 'RECEIPT_OTHER_LOG'
  | 'RECEIPT_OLD'
  | 'RECEIPT_OTHER_ITEM'
  | 'RECEIPT_OTHER_PERSON'
  | 'RECEIPT_OTHER_HEADER'
  | 'RECEIPT_OTHER_ACT'
  | 'RECEIPT_OTHER_ORGANISATION'
  | 'RECEIPT_OTHER_VIEWING'
  // the item
  | 'RELEASE_NEEDED'
  | 'LABELS_CHANGED'
  | 'ITEM_SWAPPED'
  | 'PICTURE_SWAPPED'
  | 'PICTURE_DAMAGED'
  | 'SENDER_UNKNOWN'
  | 'SENDER_REVOKED'
  | 'SENDER_EXPIRED'
  | 'SIGNATURE_FORGED'
  | 'RECIPIENTS_CHANGED'
  | 'GRANT_REFUSED'
  | 'HEADER_ROLLED_BACK'
  | 'HEADER_CHANGED'
  | 'FILE_INVALID'
  | 'ORIGINAL_NEEDED'
  | 'ADVICE_ON_ANOTHER'
  | 'MARK_REFUSED'
  // witnesses
  | 'VIEWING_UNKNOWN'
  | 'HISTORY_SPLIT'
  | 'CHECKPOINT_FORGED';

/** What the core refuses with. `message` is for developers and names nobody. */
export class CoreError extends Error {
  readonly code: CoreErrorCode;

  constructor(code: CoreErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'CoreError';
    this.code = code;
  }
}
