import { fromUtf8 } from '@wardseal/primitives';
import { readBody } from '@wardseal/primitives/read-body';
import { LinkError } from '../errors.js';

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** An answer that was read whole. */
export interface FetchedText {
  readonly status: number;
  readonly type: string;
  /** Empty unless the status is 200 or 401. */
  readonly text: string;
}

function failed(why: string, cause?: unknown): LinkError {
  return new LinkError('SHLINK_FETCH_FAILED', why, cause === undefined ? {} : { cause });
}

/**
 * Asks one address that was checked before: no redirect is followed, no cookie and no referrer sent, no more than `limit`
 * bytes read. Throws LinkError `SHLINK_FETCH_FAILED`.
 */
export async function guardedFetch(
  fetch: Fetch,
  url: string,
  init: RequestInit & { signal: AbortSignal },
  limit: number,
): Promise<FetchedText> {
  let answer: Response;
  try {
    answer = await fetch(url, {
      ...init,
      redirect: 'error',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    });
  } catch (cause) {
    throw failed('the host did not answer', cause);
  }
  // For a fetch that follows redirects whatever it is told.
  if (answer.redirected || (answer.url !== '' && answer.url !== url))
    throw failed('the answer came from another address, as after a redirect');
  const { status } = answer;
  const type = (answer.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  if (status !== 200 && status !== 401) {
    await answer.body?.cancel().catch(() => undefined);
    return { status, type, text: '' };
  }
  const bytes = await readBody(answer.body, limit).catch((cause) => {
    throw failed('the answer broke off', cause);
  });
  if (bytes === null) throw failed('the answer is too long');
  const text = fromUtf8(bytes);
  if (text === null) throw failed('the answer is not text');
  return { status, type, text };
}

/** Runs a step with a signal that aborts after some seconds, and ends then whether or not the step heeds it. */
export async function within<T>(seconds: number, step: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(failed('the host took too long'));
      controller.abort();
    }, seconds * 1000);
  });
  try {
    return await Promise.race([step(controller.signal), late]);
  } finally {
    clearTimeout(timer);
    // Whatever is still under way is not wanted any more.
    controller.abort();
  }
}
