import { gone } from '../errors.js';
import { jsonAnswer } from '../handler/headers.js';
import { readFields } from '../handler/json-request.js';
import { MAX_HANDLE_CHARACTERS } from '../handler/post-status.js';
import { refused } from '../handler/refusal.js';
import type { UploadDesk, UploadHandlerOptions } from './options.js';

/**
 * `POST /u/status` `{handle}`: what the page says before anything is sent. To whoever holds an upload link that is alive: 200
 * `{expires, binding, purpose, intimateUnder18?}`, and nothing about the patient. To anybody else the one 404. Takes no use.
 */
export async function postUploadStatus(
  desk: UploadDesk,
  options: UploadHandlerOptions,
  request: Request,
): Promise<Response> {
  let context: unknown;
  let handle: string | undefined;
  try {
    context = options.context?.(request);
    handle = (await readFields(request, options.origins, { handle: MAX_HANDLE_CHARACTERS })).handle ?? '';
    const { state, expires, claims } = await desk.inspect(handle);
    if (state !== 'live' || claims === undefined) throw gone(state === 'live' ? 'unknown' : state);
    if (!claims.permissions.includes('upload')) throw gone('wrong-direction');
    const { binding, purpose } = claims;
    const allowed = await options.intimateUnder18?.(claims);
    return jsonAnswer(200, { expires, binding, purpose, ...(allowed && { intimateUnder18: allowed }) });
  } catch (error) {
    return refused(error, { route: 'upload-status', context, handle }, options);
  }
}
