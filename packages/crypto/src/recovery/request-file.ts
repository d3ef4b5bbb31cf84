import { canonicalJson, fromUtf8, utf8 } from '@wardseal/primitives';
import { type Check, lazy, listOf, oneOf, readCanonical, record, text, textUpTo } from '../checks.js';
import { checkLimit, SealError } from '../errors.js';
import { checkEntry, type DirectoryEntry } from '../keys/directory-entry.js';
import { MAX_APPROVAL_BYTES, MAX_APPROVALS, MAX_GROUND_LENGTH, MAX_SHARE_REQUEST_BYTES } from '../limits.js';
import type { ShareRequest } from './verify-share-request.js';

const isEntry: Check = (value) => {
  try {
    checkEntry(value as DirectoryEntry, 'requester');
    return true;
  } catch {
    return false;
  }
};

const isRequest = /* @__PURE__ */ lazy(() =>
  record({
    v: oneOf(0),
    requester: isEntry,
    ground: textUpTo(MAX_GROUND_LENGTH),
    logEntry: text,
    approvals: listOf(textUpTo(MAX_APPROVAL_BYTES), 0, MAX_APPROVALS),
  }),
);

/**
 * A request as the file that guardians are sent: canonical JSON in UTF-8. It holds no secret.
 *
 * @throws TypeError when a part is missing, too long or of the wrong type.
 *
 * @example
 * await writeFile('request.json', encodeShareRequest({ requester, ground, logEntry, approvals }));
 */
export function encodeShareRequest({ requester, ground, logEntry, approvals }: ShareRequest): Uint8Array<ArrayBuffer> {
  const request = { v: 0, requester, ground, logEntry, approvals };
  if (!isRequest(request)) throw new TypeError('request has a part that is missing, too long or of the wrong type');
  return utf8(canonicalJson(request));
}

/**
 * Reads what `encodeShareRequest` wrote. Believes nothing: `openShare` judges it.
 *
 * @throws SealError APPROVAL_INVALID with `what` `request` when the bytes are not such a file, LIMIT above 256 KiB.
 *
 * @example
 * const request = decodeShareRequest(await readFile('request.json'));
 */
export function decodeShareRequest(data: Uint8Array): ShareRequest {
  if (!(data instanceof Uint8Array)) throw new TypeError('request must be a Uint8Array');
  checkLimit(data.length, MAX_SHARE_REQUEST_BYTES, 'MAX_SHARE_REQUEST_BYTES', 'request is too long');
  const request = readCanonical(fromUtf8(data), isRequest) as ShareRequest | undefined;
  if (request === undefined) throw new SealError('APPROVAL_INVALID', 'request is not one', { what: 'request' });
  const { requester, ground, logEntry, approvals } = request;
  return { requester, ground, logEntry, approvals };
}
