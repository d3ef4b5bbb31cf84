import { parseRecipient } from '../keys/recipient.js';
import { MAX_CLOCK_SKEW_SECONDS } from '../limits.js';
import { checkLink, decodeMessage, type Enrolled, type EnrolmentOptions, refused, windowOf } from './enrolment.js';
import { provenAt } from './possession.js';

/** What a request claims, its MAC, its statement and its age checked. Throws ENROLMENT_INVALID, and as `checkLink`. */
export async function checkedRequest(request: Uint8Array, options: EnrolmentOptions): Promise<Enrolled> {
  checkLink(options);
  const { since, at } = windowOf(options);
  const { v: _, possession, ...keys } = decodeMessage('request', request, options.secret);
  try {
    parseRecipient(keys.recipient);
  } catch (cause) {
    throw refused('recipient', cause);
  }
  const claimed = { person: options.person, organisation: options.organisation, ...keys };
  const iat = await provenAt(possession, claimed, options.rootThumbprint);
  if (iat === null) throw refused('possession');
  if (iat < since || iat > at + MAX_CLOCK_SKEW_SECONDS) throw refused('time');
  return { ...claimed, possession };
}
