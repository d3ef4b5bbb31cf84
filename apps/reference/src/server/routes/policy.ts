import { render } from '@wardseal/policy/render';
import { Hono } from 'hono';
import type { Env } from '../http/env.js';
import { requireSession } from '../http/session.js';
import { wholePage } from '../http/whole-page.js';
import type { App } from '../wiring/app.js';

const DAY = 86_400_000;

/**
 * The policy in force as its package writes it. It is no secret, and is read before one has a session: whoever enrols says
 * that they have read it.
 */
export function policy(app: App): Hono<Env> {
  const pages = new Map<string, { readonly key: string; readonly text: string }>();
  return new Hono<Env>().get('/policy', (c) => {
    const trust = app.trusts.get(c.get('session')?.org ?? c.req.query('organisation') ?? '');
    if (trust === undefined) return requireSession(c) && c.notFound();
    const { pack, config } = trust;
    const now = app.clock.now();
    // The page says whether the review is overdue, so it is good for a day.
    const key = `${pack.digest} ${Math.floor(now / DAY)}`;
    let page = pages.get(config.organisation);
    if (page?.key !== key) page = { key, text: render(pack, { now, organisation: config.name }) };
    pages.set(config.organisation, page);
    return wholePage(c, page.text);
  });
}
