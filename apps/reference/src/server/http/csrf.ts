import { createMiddleware } from 'hono/factory';
import type { Ctx, Env } from './env.js';
import { Problem } from './problem.js';

const SAFE = new Set(['GET', 'HEAD']);
const KNOWN = new Set([...SAFE, 'POST', 'PUT']);

/**
 * A script of ours sends a header that no form can. The few forms without script are believed where the browser says that
 * the page was ours, which every browser since 2023 does.
 */
function isOurs(c: Ctx, origin: string): boolean {
  if (c.req.header('origin') !== origin) return false;
  const site = c.req.header('sec-fetch-site');
  if (c.req.header('x-wardseal') === '1') return site === undefined || site === 'same-origin';
  const form = c.req.header('content-type') === 'application/x-www-form-urlencoded' && c.req.path.startsWith('/ig/');
  return form && site === 'same-origin';
}

/**
 * Lets only our own pages change anything: a header that no form can send, our origin, and no other site in between. Also
 * refuses a request under another host name, as DNS rebinding makes them, and methods that nothing here takes.
 */
export function sameOrigin(origin: string) {
  const { host } = new URL(origin);
  return createMiddleware<Env>(async (c, next) => {
    if (new URL(c.req.url).host !== host)
      throw new Problem(421, 'CROSS_SITE', 'This address is not ours', { next: [`Go to ${origin}`] });
    if (!KNOWN.has(c.req.method)) throw new Problem(405, 'METHOD_NOT_ALLOWED', 'This method is not for here');
    if (!SAFE.has(c.req.method) && !isOurs(c, origin))
      throw new Problem(403, 'CROSS_SITE', 'This came from another page than ours', { next: ['Load the page again'] });
    await next();
  });
}
