// What every answer carries, so that a page and what it shows stay where they are: not in a cache, a frame, a referrer, a
// search engine or another site's script.
const COMMON: Readonly<Record<string, string>> = {
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'camera=(), microphone=(), geolocation=(), display-capture=(), clipboard-read=(), payment=(), usb=(), browsing-topics=()',
};

const NO_STORE = 'no-store';
const FOREVER = 'public, max-age=31536000, immutable';
const NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/** What a page of ours may load: its own origin, and pictures and films that its script holds in memory. */
export const PAGE_POLICY: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "img-src 'self' blob: data:",
  'media-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  // One policy, for an opener that starts a worker.
  'trusted-types wardseal-opener',
].join('; ');

function answer(
  status: number,
  body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null,
  headers: Readonly<Record<string, string>>,
): Response {
  return new Response(body, {
    status,
    headers: { 'cache-control': NO_STORE, 'content-security-policy': NOTHING, ...COMMON, ...headers },
  });
}

/** An HTML page. `policy` lets its script and style in; the default lets nothing in. */
export function pageAnswer(status: number, markup: string, policy: string = PAGE_POLICY): Response {
  return answer(status, markup, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy });
}

/** A JSON answer. */
export function jsonAnswer(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return answer(status, JSON.stringify(value), { 'content-type': 'application/json', ...headers });
}

/** A script or style whose name is the digest of its bytes: it never changes. */
export function assetAnswer(body: Uint8Array<ArrayBuffer>, type: string): Response {
  return answer(200, body, { 'content-type': type, 'cache-control': FOREVER });
}

/** Bytes of a sealed file, or a part of it. */
export function bytesAnswer(
  status: 200 | 206 | 416,
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null,
  headers: Readonly<Record<string, string>>,
): Response {
  return answer(status, body, { 'content-type': 'application/octet-stream', ...headers });
}

/** An answer without a body: to OPTIONS (204), and to a method that there is not (405). */
export function methodAnswer(status: 204 | 405, allow: string): Response {
  return answer(status, null, { allow });
}
