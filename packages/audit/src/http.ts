import { readBody } from '@wardseal/primitives/read-body';
import { AuditError, type AuditErrorCode } from './errors.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** The platform's `fetch`, or one that a test or a proxy puts in its place. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** An answer, read whole. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Bytes;
}

/** How a request is made. */
export interface HttpOptions {
  readonly fetch: Fetch;
  /** The whole exchange may take this long, ms. */
  readonly timeout: number;
  /** Bytes that an answer may have. */
  readonly limit: number;
  /** The code of the error when there is no answer, or one that is too long. */
  readonly code: AuditErrorCode;
}

/** The platform's own fetch; where there is none, asking for it is the caller's mistake. */
export const platformFetch: Fetch = (url, init) => globalThis.fetch(url, init);

/**
 * A URL prefix that ends in a slash. Throws RangeError unless it is https, or http on loopback, without credentials,
 * query and fragment.
 */
export function urlPrefix(url: string): string {
  const parsed = new URL(url);
  const { protocol, hostname, username, password, search, hash } = parsed;
  const loopback = hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && loopback))
    throw new RangeError('url must be https, or http on loopback');
  if (`${username}${password}${search}${hash}` !== '')
    throw new RangeError('url must be without credentials, query and fragment');
  return parsed.href.endsWith('/') ? parsed.href : `${parsed.href}/`;
}

/** A wait in milliseconds. Throws RangeError when it is not above 0. */
export function checkedTimeout(timeout: number): number {
  if (!(timeout > 0 && timeout <= 2 ** 31 - 1)) throw new RangeError('timeout must be above 0 ms');
  return timeout;
}

/**
 * One exchange with time and size limits; redirects are not followed, nothing is cached, no cookie is sent.
 * Throws AuditError with the code of the options.
 */
export async function exchange(url: string, init: RequestInit, options: HttpOptions): Promise<HttpAnswer> {
  const abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  // A fetch that does not heed its signal must not hold us up.
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('no answer in time'));
      abort.abort();
    }, options.timeout);
  });
  try {
    return await Promise.race([answerOf(url, { ...init, signal: abort.signal }, options), late]);
  } catch (cause) {
    throw new AuditError(options.code, 'no usable answer came over the network', { cause });
  } finally {
    clearTimeout(timer);
  }
}

async function answerOf(url: string, init: RequestInit, { fetch, limit }: HttpOptions): Promise<HttpAnswer> {
  const response = await fetch(url, { redirect: 'error', credentials: 'omit', cache: 'no-store', ...init });
  const body = await readBody(response.body, limit);
  if (body === null) throw new Error('the answer is too long');
  return { status: response.status, contentType: response.headers.get('content-type') ?? '', body };
}
