import { SealError } from '../errors.js';

// What a refusal means for the person in front of the page, and what to do. The code stays beside it, for whoever is asked.

const WORDS: Readonly<Record<string, string>> = {
  'APPROVAL_INVALID request':
    'This is not a request as the trust’s tools write it, or a part of it was lost. Ask for the file again.',
  'APPROVAL_INVALID approval': 'One of the approvals is not a signed approval. Ask for the request again.',
  'APPROVAL_INVALID signature':
    'One of the approvals was not signed by the person it names. Somebody may have changed the request: tell the information governance lead.',
  'APPROVAL_INVALID file':
    'An approval is for another file than the header you chose. Check that header and request belong together; the file’s recipients may also have changed since, then new approvals are needed.',
  'APPROVAL_INVALID requester':
    'An approval is for another person than the one who asks, or the one who asks is a guardian, who may not. Tell the information governance lead.',
  'APPROVAL_INVALID ground':
    'An approval was given for another reason or another entry of the log. Ask for new approvals.',
  'APPROVAL_INVALID time':
    'An approval is older than 7 days or dated in the future. Check this computer’s date; if it is right, ask for new approvals.',
  'APPROVAL_INVALID approver':
    'One of the approvers may not approve this: they are not in the directory now, or are the one who asks, a guardian, or from outside. Ask for another approver.',
  'APPROVAL_INVALID people': 'The same person approved twice. Two different people are needed.',
  'APPROVAL_INVALID count': 'Too few people approved. At least two are needed.',
  CODE_INVALID:
    'The recovery code is mistyped or incomplete. Check it against your paper; it has 36 letters and digits.',
  DELEGATION_INVALID:
    'This directory is not your organisation’s, or the permission to sign it has run out. Ask for the current one.',
  HEADER_INVALID: 'This is not a sealed file or its header. Check that you chose the right file.',
  KEY_INVALID: 'A key in the file is not one. Ask for the file again.',
  LIMIT: 'The file is larger than such a file can be. Check that you chose the right one.',
  MIXED_MODE:
    'The person who asks has an older kind of key than the file. They need a new key before you can give them a share.',
  NO_MATCH: 'This file holds no share for your seat.',
  PROTECTED_KEYS_INVALID:
    'Your seat did not open: the code belongs to another seat file, or the file was changed or is not a seat file.',
  RECIPIENT_EXPIRED: 'The person who asks is outside the time for which the directory lists them.',
  RECIPIENT_REVOKED: 'The person who asks has been removed from the directory.',
  RECIPIENT_UNKNOWN: 'The person who asks is not in the directory in this form. Tell the information governance lead.',
  RECOVERY_INVALID:
    'Your share in this file is useless: whoever sealed the file did not put a working one in. Tell the information governance lead which file it is.',
  ROLLBACK: 'The directory is older than the one the approvers saw. Ask for the current one.',
  SNAPSHOT_INVALID: 'This is not the signed directory, or it was changed. Ask for the current one.',
  SNAPSHOT_STALE:
    'The directory is out of date, or this computer’s date is wrong. Check the date; if it is right, ask for the current directory.',
  UNSUPPORTED: 'This file has no recovery: nobody gave its guardians a share when it was sealed.',
};

/** One or two sentences for the person, the code behind them. */
export function wordsFor(error: unknown): string {
  if (!(error instanceof SealError)) return 'Something went wrong in this page. Reload it and try again.';
  const words = WORDS[`${error.code} ${error.what ?? 'signature'}`] ?? WORDS[error.code];
  return `${words ?? 'This was refused.'} (${error.code}${error.what === undefined ? '' : `, ${error.what}`})`;
}
