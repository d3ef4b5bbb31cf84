import { Hono } from 'hono';
import * as z from 'zod/mini';
import { type Parser, parserOf, type ReleaseOptionsRequest, type ReleaseRequest } from '../../wire/index.js';
import { b64u, line, slug, uuid } from '../../wire/parse.js';
import type { Env } from '../http/env.js';
import { body, param } from '../http/parse.js';
import { requireSession } from '../http/session.js';
import type { App } from '../wiring/app.js';
import { parseItemId } from '../wiring/item-rows.js';
import { askRelease, carryOutRelease } from '../wiring/releasing.js';
import { assertion } from '../wiring/webauthn.js';
import { MAX_REASON } from './open.js';

const parseAsk: Parser<ReleaseOptionsRequest> = parserOf(
  z.strictObject({ purpose: slug, reason: z.exactOptional(line(MAX_REASON)), breakGlass: z.boolean() }),
  'release',
);
// The custodian reads the assertion; here it only has to be of its shape, and so of its size.
const parseRelease = parserOf(
  z.strictObject({ logEntry: uuid, nonce: b64u({ bytes: 32 }), response: assertion }),
  'release',
) as Parser<ReleaseRequest>;

/** Letting in somebody who is entitled and has no key: the custodian does it, this server asks and keeps the header. */
export function release(app: App): Hono<Env> {
  return new Hono<Env>()
    .post('/api/items/:id/release/options', async (c) => {
      const session = requireSession(c);
      const asked = await body(c, parseAsk);
      return c.json(await askRelease(app, session, param(c, 'id', parseItemId), asked));
    })
    .post('/api/items/:id/release', async (c) => {
      const session = requireSession(c);
      const asked = await body(c, parseRelease);
      return c.json(await carryOutRelease(app, session, param(c, 'id', parseItemId), asked));
    });
}
