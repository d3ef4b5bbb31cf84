import { Hono } from 'hono';
import * as z from 'zod/mini';
import { type OpenRequest, type Parser, parserOf } from '../../wire/index.js';
import { b64u, line, slug } from '../../wire/parse.js';
import type { Env } from '../http/env.js';
import { body, param } from '../http/parse.js';
import { requireSession } from '../http/session.js';
import type { App } from '../wiring/app.js';
import { parseItemId } from '../wiring/item-rows.js';
import { openItem } from '../wiring/opening.js';

/** Characters of a reason: the custodian's journal takes no more. */
export const MAX_REASON = 500;

const parseOpen: Parser<OpenRequest> = parserOf(
  z.strictObject({ nonce: b64u({ bytes: 32 }), purpose: slug, reason: z.exactOptional(line(MAX_REASON)) }),
  'opening',
);

/** Opening an item: the header comes out of here and out of nowhere else. */
export function open(app: App): Hono<Env> {
  return new Hono<Env>().post('/api/items/:id/open', async (c) => {
    const session = requireSession(c);
    const asked = await body(c, parseOpen);
    c.header('cache-control', 'no-store');
    return c.json(await openItem(app, session, param(c, 'id', parseItemId), asked));
  });
}
