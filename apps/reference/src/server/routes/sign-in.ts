import { Hono } from 'hono';
import * as z from 'zod/mini';
import type { Me, Wrap } from '../../wire/api.js';
import { type Parser, parserOf } from '../../wire/parse.js';
import type { Tx } from '../db/pool.js';
import type { Env } from '../http/env.js';
import { body } from '../http/parse.js';
import { suspended } from '../http/problem.js';
import { addressOf, limit, SIGN_IN_RATE } from '../http/rate-limit.js';
import {
  beginSession,
  endSession,
  giveCookie,
  IDLE_SECONDS,
  type Proven,
  renewSession,
  requireSession,
  type Session,
  takeCookie,
} from '../http/session.js';
import type { App } from '../wiring/app.js';
import { eventBy, eventOfService, type Told } from '../wiring/event.js';
import { gather, onDuty, trustOf } from '../wiring/facts.js';
import { record } from '../wiring/outbox.js';
import { type Answered, offer, parseAnswer, proveAnswer, refusedSignIn } from '../wiring/webauthn.js';

export const parseNothing: Parser<Record<string, never>> = parserOf(z.strictObject({}), 'body');

/** Passkey sign-in, step-up, unlocking, sign-out, and who is signed in. */
export function signIn(app: App): Hono<Env> {
  return new Hono<Env>()
    .post('/api/sign-in/options', async (c) => {
      await limit(app, SIGN_IN_RATE, addressOf(app, c));
      await body(c, parseNothing);
      return c.json(await offer(app, null, []));
    })
    .post('/api/sign-in', async (c) => {
      await limit(app, SIGN_IN_RATE, addressOf(app, c));
      const answer = await body(c, parseAnswer);
      const who = await accepted(app, await proveAnswer(app, answer, null), answer.response.id);
      const begun = await app.db.tx(async (tx) => {
        await refuseSuspended(tx, who);
        const before = c.get('session');
        if (before !== null) await endSession(tx, before);
        const made = await beginSession(app, tx, who);
        await record(tx, eventBy(made.session, app.clock, done('auth.login')));
        return made;
      });
      giveCookie(c, begun.cookie);
      return c.json(await me(app, begun.session));
    })
    .post('/api/step-up/options', async (c) => {
      const session = requireSession(c);
      await body(c, parseNothing);
      const { directory } = await trustOf(app, session.org).directory();
      const passkeys = directory.person(session.person, app.clock.now() / 1000)?.credentials ?? [];
      return c.json(
        await offer(
          app,
          session.id,
          passkeys.map(({ id }) => id),
        ),
      );
    })
    .post('/api/step-up', async (c) => {
      const session = requireSession(c);
      const answer = await body(c, parseAnswer);
      const answered = await proveAnswer(app, answer, session.id);
      const other = answered.claimed?.org !== session.org || answered.claimed.person !== session.person;
      const who = await accepted(app, other ? { ...answered, proven: false } : answered, answer.response.id);
      const renewed = await app.db.tx(async (tx) => {
        const begun = await renewSession(app, tx, session, who);
        await record(tx, eventBy(begun.session, app.clock, done('auth.step-up')));
        return begun;
      });
      giveCookie(c, renewed.cookie);
      return c.json(await me(app, renewed.session));
    })
    .post('/api/unlocked', async (c) => {
      const session = requireSession(c);
      await body(c, parseNothing);
      const now = new Date(app.clock.now());
      await app.db.tx(async (tx) => {
        await tx.query('UPDATE sessions SET unlocked_at = $3 WHERE org = $1 AND id = $2', [
          session.org,
          session.id,
          now,
        ]);
        const told: Told = { ...done('auth.step-up'), reason: 'keys unlocked with the recovery code' };
        await record(tx, eventBy(session, app.clock, told));
      });
      return c.json(await me(app, session));
    })
    .post('/api/stay', async (c) => {
      // Whoever asks is active by asking: the page does when somebody types or reads on.
      const session = requireSession(c);
      await body(c, parseNothing);
      return c.json({ idleSeconds: IDLE_SECONDS, until: session.endsAt });
    })
    .post('/api/sign-out', async (c) => {
      const session = requireSession(c);
      await body(c, parseNothing);
      await app.db.tx(async (tx) => {
        await endSession(tx, session);
        await record(tx, eventBy(session, app.clock, done('auth.logout')));
      });
      takeCookie(c);
      // What the browser kept of these pages goes as well; the keys were in memory only.
      c.header('clear-site-data', '"cache"');
      return c.json({});
    })
    .get('/api/me', async (c) => c.json(await me(app, requireSession(c))));
}

const done = (type: Told['type']): Told => ({ type, outcome: 'success' });

/** Whoever proved themselves. @throws Problem 401 SIGN_IN_REFUSED, once that is on record */
async function accepted(app: App, { claimed, proven }: Answered, credential: string): Promise<Proven> {
  if (claimed === null) throw refusedSignIn();
  const { org, entry } = claimed;
  if (proven && (entry.roles?.length ?? 0) > 0)
    return { org, entry, credential, unlocked: await unlocks(app, org, entry.person, credential) };
  // It is not known that the person named had any part in it, so they are not the actor.
  const told: Told = { type: 'auth.fail', outcome: 'minor', object: { kind: 'person', id: entry.person } };
  await app.db.tx((tx) => record(tx, eventOfService(org, app.clock, told)));
  throw refusedSignIn();
}

/** Whether the person's keys are wrapped under this passkey, so that one touch signs in and unlocks. */
async function unlocks(app: App, org: string, person: string, credential: string): Promise<boolean> {
  const rows = await app.db.query(
    "SELECT FROM wraps WHERE org = $1 AND person = $2 AND credential = $3 AND method = 'passkey'",
    [org, person, credential],
  );
  return rows.length > 0;
}

async function refuseSuspended(tx: Tx, { org, entry }: Proven): Promise<void> {
  const sql = 'SELECT FROM people WHERE org = $1 AND person = $2 AND suspended_at IS NOT NULL FOR SHARE';
  if ((await tx.query(sql, [org, entry.person])).length > 0) throw suspended();
}

async function me(app: App, session: Session): Promise<Me> {
  const { person, org, name, role, teams, endsAt } = session;
  const sql = 'SELECT credential, method, wrapped FROM wraps WHERE org = $1 AND person = $2 ORDER BY made_at';
  const [wraps, gathered] = await Promise.all([app.db.query<Wrap>(sql, [org, person]), gather(app, session, [])]);
  const { trust, rota, known, now } = gathered;
  return {
    ...{ person, organisation: org, name, role, teams, wraps },
    onDuty: onDuty(rota, person, now).map(({ team }) => team),
    trustName: trust.config.name,
    idleSeconds: IDLE_SECONDS,
    until: endsAt,
    policyVersion: trust.pack.document.version,
    acknowledgedVersion: known[0]?.acknowledged_version ?? null,
  };
}
