import { Hono } from 'hono';
import type { Env } from '../http/env.js';
import { requireSession } from '../http/session.js';
import type { App } from '../wiring/app.js';
import { trustOf } from '../wiring/facts.js';

/** The signed directory as the custodian made it. Browsers verify it themselves, from the root that they pinned. */
export function directory(app: App): Hono<Env> {
  return new Hono<Env>().get('/api/directory', async (c) => {
    const { directory: verified, snapshot } = await trustOf(app, requireSession(c).org).directory();
    const etag = `"${verified.digest}"`;
    const headers = { etag, 'cache-control': 'private, no-cache' };
    if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers);
    return c.body(snapshot, 200, { ...headers, 'content-type': 'application/octet-stream' });
  });
}
