import { createMiddleware } from 'hono/factory';
import type { Env } from './env.js';

/** Two years, as preload lists ask. Sent over https only: on loopback it would break everything else there. */
const HSTS = 'max-age=63072000; includeSubDomains';

// `img-src blob:`: a preview before it is sealed. The one Trusted Types policy lets the page start its own workers.
const DIRECTIVES = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types wardseal',
];

/**
 * The Content-Security-Policy of a page. `styleHashes` are SHA-256 digests (base64) of style sheets inside the page, for
 * documents that come whole from a package; `forms`: the page has forms that need no script.
 */
export function contentSecurityPolicy(styleHashes: readonly string[] = [], forms = false): string {
  const style = ["style-src 'self'", ...styleHashes.map((hash) => `'sha256-${hash}'`)].join(' ');
  return [...DIRECTIVES, style, `form-action ${forms ? "'self'" : "'none'"}`].join('; ');
}

const FIXED: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy(),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'permissions-policy':
    'camera=(self), publickey-credentials-create=(self), publickey-credentials-get=(self), clipboard-write=(self), accelerometer=(), ambient-light-sensor=(), autoplay=(), bluetooth=(), display-capture=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=(), xr-spatial-tracking=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-dns-prefetch-control': 'off',
  'x-permitted-cross-domain-policies': 'none',
  'x-robots-tag': 'noindex, nofollow',
  // Of everything but assets, which say otherwise themselves.
  'cache-control': 'no-store',
};

/** Sets every security header on every answer, refusals included. A route may set one of its own first. */
export function securityHeaders(https: boolean) {
  return createMiddleware<Env>(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(FIXED)) if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    if (https) c.res.headers.set('strict-transport-security', HSTS);
  });
}
