import { base64url, fromBase64url } from '@wardseal/primitives/base64';
import { jsonAnswer } from '../handler/headers.js';
import { RefusedRequest, requireOwnPage } from '../handler/json-request.js';
import { refused } from '../handler/refusal.js';
import { MAX_UPLOAD_BYTES } from '../limits.js';
import type { UploadDesk, UploadHandlerOptions } from './options.js';

/** Names the certificate and the file's signature, each in base64url, with a dot between. */
export const UPLOAD_HEADER = 'wardseal-upload';
/** Characters of it: a certificate of the longest names has 620. */
const MAX_HEADER_CHARACTERS = 1200;

/** The two parts of the header. Throws RefusedRequest. */
function credentials(headers: Headers): [certificate: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>] {
  const text = headers.get(UPLOAD_HEADER) ?? '';
  const parts = text.length <= MAX_HEADER_CHARACTERS ? text.split('.').map(fromBase64url) : [];
  const [certificate, signature] = parts;
  if (!certificate || !signature || parts.length !== 2) throw new RefusedRequest(400, 'body');
  return [certificate, signature];
}

/**
 * `POST /u/file`, the sealed file as its body, certificate and signature in the header `wardseal-upload`: takes one use and
 * delivers it. 200 `{use, of, digest}`; the same file again has the same answer.
 */
export async function postFile(desk: UploadDesk, options: UploadHandlerOptions, request: Request): Promise<Response> {
  let context: unknown;
  try {
    context = options.context?.(request);
    const { headers } = request;
    requireOwnPage(request, options.origins);
    if (headers.get('content-type') !== 'application/octet-stream' || headers.has('content-encoding'))
      throw new RefusedRequest(415, 'type');
    const { maxBytes = MAX_UPLOAD_BYTES, deposit, audit, authorize } = options;
    if (Number(headers.get('content-length') ?? 0) > maxBytes) throw new RefusedRequest(413, 'size');
    const [certificate, signature] = credentials(headers);
    const { body } = request;
    const received = await desk.uploads.receive({ certificate, signature, body, maxBytes, deposit, audit, context, authorize }); // biome-ignore format: one upload
    const { use, of, digest } = received;
    return jsonAnswer(200, { use, of, digest: base64url(digest) });
  } catch (error) {
    return refused(error, { route: 'upload-file', context }, options);
  }
}
