import { gone } from '../errors.js';
import { jsonAnswer } from './headers.js';
import { readFields } from './json-request.js';
import type { HandlerOptions, LinkDesk } from './options.js';
import { refused } from './refusal.js';

/** Characters of a handle's field: it has 76, and a longer one is answered like any that does not exist. */
export const MAX_HANDLE_CHARACTERS = 128;

/**
 * `POST /o/status` `{handle}`: what the page says before anything is opened. To whoever holds a link that would open:
 * 200 `{expires, binding, withShare, nonce?}`. To anybody else, for whatever reason, the one 404. It takes no use, and tells
 * nothing that an attempt to open without a passcode would not tell as well.
 */
export async function postStatus(desk: LinkDesk, options: HandlerOptions, request: Request): Promise<Response> {
  let context: unknown;
  let handle: string | undefined;
  try {
    context = options.context?.(request);
    handle = (await readFields(request, options.origins, { handle: MAX_HANDLE_CHARACTERS })).handle ?? '';
    const { state, expires, claims, withShare = false } = await desk.inspect(handle);
    if (state !== 'live' || claims === undefined) throw gone(state === 'live' ? 'unknown' : state);
    if (claims.permissions.includes('upload')) throw gone('wrong-direction');
    const nonce = claims.binding === 'holder-of-key' ? desk.proofNonce?.() : undefined;
    return jsonAnswer(200, { expires, binding: claims.binding, withShare, ...(nonce !== undefined && { nonce }) });
  } catch (error) {
    return refused(error, { route: 'status', context, handle }, options);
  }
}
