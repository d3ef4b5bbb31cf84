import { base64url, fromBase64url } from '@wardseal/primitives/base64';
import { MAX_PROOF_CHARACTERS } from '../limits.js';
import type { RedeemRequest } from '../redeem.js';
import { jsonAnswer } from './headers.js';
import { RefusedRequest, readFields } from './json-request.js';
import { formatLocation, LOCATION_SECONDS } from './location.js';
import type { HandlerOptions, LinkDesk } from './options.js';
import { MAX_HANDLE_CHARACTERS } from './post-status.js';
import { ContentMissing, refused } from './refusal.js';

/** Where links are opened; proofs name it. */
export const REDEEM_PATH = '/o/redeem';

const FIELDS = {
  handle: MAX_HANDLE_CHARACTERS,
  ephemeralKey: 2048,
  passcode: 128, // twice the longest there is
  proof: MAX_PROOF_CHARACTERS,
};

/** What the handler keeps beside its options. */
export interface RedeemState {
  readonly clock: () => number;
  /** Keys of locations; undefined when the handler serves no content. */
  readonly keys: readonly Uint8Array[] | undefined;
}

/**
 * `POST /o/redeem` `{handle, ephemeralKey, passcode?, proof?}`: opens the link once, or answers the same opening again.
 * 200 `{sealed, use, of, obligations, location?}`, where `sealed` opens with the page's one-opening key alone.
 */
export async function postRedeem(
  desk: LinkDesk,
  options: HandlerOptions,
  state: RedeemState,
  request: Request,
): Promise<Response> {
  let context: unknown;
  let handle: string | undefined;
  try {
    context = options.context?.(request);
    const fields = await readFields(request, options.origins, FIELDS);
    handle = fields.handle ?? '';
    const ephemeralKey = fromBase64url(fields.ephemeralKey ?? '');
    if (ephemeralKey === null) throw new RefusedRequest(400, 'body');
    let object: Uint8Array | undefined;
    const authorize: RedeemRequest['authorize'] = async (facts) => {
      ({ object } = facts.claims);
      if (options.content && (await options.content.size(object)) === null)
        throw new ContentMissing('sealed file is missing');
      return options.authorize(facts);
    };
    const { sealed, use, of, obligations } = await desk.redeem(handle, {
      ephemeralKey,
      ...(fields.passcode !== undefined && { passcode: fields.passcode }),
      // A DPoP proof for the issuer itself, or what the issuer's `verifyEvidence` understands.
      ...(fields.proof !== undefined && {
        proof: { jwt: fields.proof, method: 'POST', url: `${request.headers.get('origin')}${REDEEM_PATH}` },
        evidence: fields.proof,
      }),
      context,
      authorize,
    });
    const key = state.keys?.[0];
    const token = key && object && formatLocation(object, state.clock() + LOCATION_SECONDS, key);
    return jsonAnswer(200, {
      sealed: base64url(sealed),
      use,
      of,
      obligations,
      ...(token !== undefined && { location: `/o/content/${token}` }),
    });
  } catch (error) {
    return refused(error, { route: 'redeem', context, handle }, options, () => desk.proofNonce?.());
  }
}
