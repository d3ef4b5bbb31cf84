import { base64url, fromBase64url } from '@wardseal/primitives/base64';
import { createRedeemer, type OpenedAnswer, openAnswer, type Redeemer } from '../answer.js';
import { openingToken } from '../proof/opening-token.js';
import { ask, type Failure, NotGiven } from './ask.js';
import type { OpenerModule } from './opener.js';

/** What an opening gave. */
export interface Released {
  readonly answer: OpenedAnswer;
  readonly location: string | null;
  readonly obligations: readonly unknown[];
  readonly use: number;
  readonly of: number;
}

/** What goes with a request to open, besides its key. */
export interface Knock {
  readonly handle: string;
  readonly passcode: string | undefined;
  /** Given when the link asks for a proof of a key. */
  readonly prove: OpenerModule['prove'] | undefined;
  /** For that proof. */
  readonly nonce: string | undefined;
}

const PATH = '/o/redeem';
const LOST = new Set<Failure>(['unavailable', 'unreachable']);
let key: Redeemer | undefined;
/** Whether a request with this key may have arrived without our having its answer. */
let pending = false;

/**
 * Asks for one opening. A lost answer is asked for again with the same key, which is the same opening as long as the service
 * keeps it, about a minute; when it no longer does, a new key is a new opening, which a link that opens once refuses.
 * Throws NotGiven.
 */
export async function knock(given: Knock): Promise<Released> {
  try {
    return await once(given);
  } catch (error) {
    if (!(error instanceof NotGiven)) throw error;
    // The page stood open for longer than its nonce is good: the refusal brings a new one.
    if (error.failure === 'proof' && error.nonce !== undefined) return once({ ...given, nonce: error.nonce });
    if (error.failure !== 'gone' || !pending) throw error;
    forget();
    return once(given);
  }
}

async function once({ handle, passcode, prove, nonce }: Knock): Promise<Released> {
  key ??= await createRedeemer();
  const { publicKey, secretKey } = key;
  const fields: Record<string, string> = { handle, ephemeralKey: base64url(publicKey) };
  if (passcode !== undefined) fields['passcode'] = passcode;
  if (prove) {
    const url = `${location.origin}${PATH}`;
    const token = openingToken(handle, publicKey);
    fields['proof'] = await prove({ method: 'POST', url, handle, ephemeralKey: publicKey, token, nonce }).catch(() => {
      throw new NotGiven('proof');
    });
  }
  let given: Record<string, unknown>;
  try {
    given = await ask(PATH, fields);
  } catch (error) {
    if (error instanceof NotGiven && LOST.has(error.failure)) pending = true;
    throw error;
  }
  const sealed = fromBase64url(String(given['sealed']));
  if (sealed === null) throw new NotGiven('unavailable');
  const answer = await openAnswer(sealed, secretKey, handle);
  forget();
  const { location: place, obligations, use, of } = given;
  return {
    answer,
    location: typeof place === 'string' ? place : null,
    obligations: Array.isArray(obligations) ? obligations : [],
    use: Number(use),
    of: Number(of),
  };
}

function forget(): void {
  key?.secretKey.fill(0);
  key = undefined;
  pending = false;
}
