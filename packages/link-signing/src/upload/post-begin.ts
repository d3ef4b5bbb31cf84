import { base64url, fromBase64url } from '@wardseal/primitives/base64';
import { jsonAnswer } from '../handler/headers.js';
import { RefusedRequest, readFields } from '../handler/json-request.js';
import { MAX_HANDLE_CHARACTERS } from '../handler/post-status.js';
import { refused } from '../handler/refusal.js';
import { MAX_UPLOAD_BYTES } from '../limits.js';
import type { UploadDesk, UploadHandlerOptions } from './options.js';
import { isSensitivity } from './sensitivity.js';

/** Where sealed files are posted. */
export const FILE_PATH = '/u/file';

const FIELDS = {
  handle: MAX_HANDLE_CHARACTERS,
  key: 64, // 32 bytes are 43 characters
  proof: 128, // 64 bytes are 86
  sensitivity: 32,
  passcode: 128, // twice the longest there is
};

/**
 * `POST /u/begin` `{handle, key, proof, sensitivity, passcode?}`: certifies a one-off key. 200 `{certificate, grant, expires,
 * put, maxBytes}`: where the sealed file goes, and how large it may be. Takes no use.
 */
export async function postBegin(desk: UploadDesk, options: UploadHandlerOptions, request: Request): Promise<Response> {
  let context: unknown;
  let handle: string | undefined;
  try {
    context = options.context?.(request);
    const fields = await readFields(request, options.origins, FIELDS);
    handle = fields.handle ?? '';
    const { passcode, sensitivity } = fields;
    const [key, proof] = [fromBase64url(fields.key ?? ''), fromBase64url(fields.proof ?? '')];
    if (key === null || proof === null || !isSensitivity(sensitivity)) throw new RefusedRequest(400, 'body');
    const { certificate, grant, expires } = await desk.uploads.begin(handle, {
      key,
      proof,
      sensitivity,
      ...(passcode !== undefined && { passcode }),
      context,
      authorize: options.authorize,
      ...(options.intimateUnder18 && { intimateUnder18: options.intimateUnder18 }),
    });
    const { maxBytes = MAX_UPLOAD_BYTES } = options;
    const told = { certificate: base64url(certificate), grant: base64url(grant), expires, put: FILE_PATH, maxBytes };
    return jsonAnswer(200, told);
  } catch (error) {
    return refused(error, { route: 'upload-begin', context, handle }, options);
  }
}
