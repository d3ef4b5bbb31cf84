import { hex } from '@wardseal/primitives/text';
import type { LinkError, LinkErrorCode } from '../errors.js';
import { parseHandle } from '../handle.js';
import { jsonAnswer } from './headers.js';
import { RefusedRequest } from './json-request.js';
import type { HandlerOptions, LinkEvent } from './options.js';

const GONE = [404, 'gone'] as const;
const UNAVAILABLE = [503, 'unavailable'] as const;

// One constant answer each. What is not listed is ours to repair, and says so.
const ANSWERS: Partial<Record<LinkErrorCode, readonly [status: number, told: string]>> = {
  LINK_GONE: GONE,
  HANDLE_INVALID: GONE,
  GRANT_INVALID: GONE,
  GRANT_UNTRUSTED: GONE,
  ENCODING_INVALID: GONE,
  PASSCODE_REFUSED: [401, 'passcode'],
  EVIDENCE_REFUSED: [401, 'proof'],
  PROOF_INVALID: [401, 'proof'],
  PROOF_REFUSED: [401, 'proof'],
  DENIED: [403, 'denied'],
  EPHEMERAL_KEY_INVALID: [400, 'body'],
  UPLOAD_CERTIFICATE_INVALID: GONE,
  UPLOAD_KEY_INVALID: [400, 'body'],
  UPLOAD_DECLINED: [403, 'face-to-face'],
  UPLOAD_TOO_LARGE: [413, 'size'],
  UPLOAD_CHANGED: [422, 'changed'],
};

/** The sealed file of a link is not there; thrown into the decision, so that no use is taken. */
export class ContentMissing extends Error {
  override readonly name = 'ContentMissing';
}

/** Known by its name: a bundler may give the issuer another copy of the class than this one. */
function asLinkError(error: unknown): LinkError | null {
  return error instanceof Error && error.name === 'LinkError' ? (error as LinkError) : null;
}

function answerOf(error: unknown): readonly [status: number, told: string] {
  if (error instanceof RefusedRequest) return [error.status, error.error];
  const ours = asLinkError(error);
  // A policy that could not be asked has not said no.
  if (ours === null || (ours.code === 'DENIED' && ours.cause !== undefined)) return UNAVAILABLE;
  return ANSWERS[ours.code] ?? UNAVAILABLE;
}

function idOf(handle: string | undefined): string | undefined {
  try {
    return handle === undefined ? undefined : hex(parseHandle(handle).id);
  } catch {
    return undefined;
  }
}

/** The answer to a request that opened nothing. The reason goes to the event hook alone; `nonce` is for the next proof. */
export async function refused(
  error: unknown,
  facts: Pick<LinkEvent, 'route' | 'context'> & { handle?: string | undefined },
  { onEvent }: Pick<HandlerOptions, 'onEvent'>,
  nonce?: () => string | undefined,
): Promise<Response> {
  const [status, told] = answerOf(error);
  const ours = asLinkError(error);
  const link = idOf(facts.handle);
  try {
    await onEvent?.({
      type: status === 503 ? 'link.failed' : 'link.refused',
      route: facts.route,
      code: ours?.code ?? (error instanceof RefusedRequest ? 'REQUEST_REFUSED' : 'FAILED'),
      ...(ours?.reason !== undefined && { reason: ours.reason }),
      ...(link !== undefined && { link }),
      ...(ours?.failures !== undefined && { failures: ours.failures }),
      status,
      context: facts.context,
      error,
    });
  } catch {
    // The answer is the same whether or not somebody could be told.
  }
  if (told === 'gone') return gone();
  const fresh = told === 'proof' ? given(nonce) : undefined;
  const extra = { ...EXTRA[status], ...(fresh !== undefined && { 'dpop-nonce': fresh }) };
  return jsonAnswer(status, { error: told }, extra);
}

/** A nonce, or none when making one fails: the refusal stands either way. */
function given(nonce: (() => string | undefined) | undefined): string | undefined {
  try {
    return nonce?.();
  } catch {
    return undefined;
  }
}

// RFC 9110 wants a 401 to name a scheme, and a 503 to say when to come back.
const EXTRA: Readonly<Record<number, Record<string, string>>> = {
  401: { 'www-authenticate': 'Wardseal-Link' },
  503: { 'retry-after': '2' },
};

/** The one answer for unknown, forged, expired, revoked, used up and locked links, and for addresses that there are not. */
export function gone(): Response {
  return jsonAnswer(404, { error: 'gone' });
}
