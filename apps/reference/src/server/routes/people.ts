import { Hono } from 'hono';
import * as z from 'zod/mini';
import type { Suspension } from '../../wire/api.js';
import { line, type Parser, parserOf, slug } from '../../wire/parse.js';
import type { Env } from '../http/env.js';
import { body, param } from '../http/parse.js';
import { requireSession } from '../http/session.js';
import type { App } from '../wiring/app.js';
import { restore, suspend } from '../wiring/people.js';

/** Characters of a reason: a sentence or two, which the log keeps. */
const MAX_REASON = 500;
const parseSuspension: Parser<Suspension> = parserOf(z.strictObject({ reason: line(MAX_REASON, 3) }), 'body');
const parsePerson: Parser<string> = parserOf(slug, 'person');

/** Suspending people and taking that back. The web server can do no more: who somebody is, the custodian signs. */
export function people(app: App): Hono<Env> {
  return new Hono<Env>()
    .post('/api/people/:person/suspend', async (c) => {
      const session = requireSession(c);
      const { reason } = await body(c, parseSuspension);
      await suspend(app, session, param(c, 'person', parsePerson), reason);
      return c.json({ state: 'suspended' });
    })
    .post('/api/people/:person/restore', async (c) => {
      const session = requireSession(c);
      const { reason } = await body(c, parseSuspension);
      return c.json({ state: await restore(app, session, param(c, 'person', parsePerson), reason) });
    });
}
