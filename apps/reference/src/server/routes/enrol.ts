import { Hono } from 'hono';
import * as z from 'zod/mini';
import { oneAtATime } from '../../custodian/one-at-a-time.js';
import type { EnrolAnswer, EnrolRequest } from '../../wire/api.js';
import { b64u, line, ods, type Parser, parserOf, slug } from '../../wire/parse.js';
import type { Tx } from '../db/pool.js';
import type { Env } from '../http/env.js';
import { body } from '../http/parse.js';
import { Problem } from '../http/problem.js';
import { addressOf, ENROL_RATE, limit } from '../http/rate-limit.js';
import type { App } from '../wiring/app.js';
import { eventOfService } from '../wiring/event.js';
import { record } from '../wiring/outbox.js';
import type { Trust } from '../wiring/trust.js';

/** Bytes of an enrolment message: two post-quantum keys and a few passkeys. */
const MAX_MESSAGE = 32_768;
/** Bytes of wrapped keys (crypto's own limit), and how many somebody may keep: passkeys and a code. */
const MAX_WRAPPED = 4096;
const MAX_WRAPS = 8;
/** Characters of a passkey's id (WebAuthn allows 1,023 bytes). */
const MAX_CREDENTIAL = 1364;

const who = { organisation: ods, person: slug };
const message = b64u({ most: MAX_MESSAGE });
const wrap = z.strictObject({
  credential: line(MAX_CREDENTIAL),
  method: z.enum(['passkey', 'recovery-code']),
  wrapped: b64u({ most: MAX_WRAPPED }),
});
export const parseEnrolRequest: Parser<EnrolRequest> = parserOf(z.strictObject({ ...who, request: message }), 'body');
export const parseEnrolAnswer: Parser<EnrolAnswer> = parserOf(
  z.strictObject({
    ...who,
    answer: message,
    wraps: z.array(wrap).check(
      z.minLength(1),
      z.maxLength(MAX_WRAPS),
      z.refine((wraps) => new Set(wraps.map(({ credential }) => credential)).size === wraps.length),
    ),
    acknowledgedVersion: z.int().check(z.minimum(1)),
  }),
  'body',
);

/**
 * Carries an enrolment between a browser and the custodian. The link's secret never comes here, so this server can neither
 * enrol anybody nor change what is enrolled; it keeps the wrapped keys, which open nothing.
 */
export function enrol(app: App): Hono<Env> {
  // Anybody may ask, and each holds a connection of the database until the custodian has answered.
  const oneAfterAnother = oneAtATime();
  return new Hono<Env>()
    .post('/api/enrol/request', async (c) => {
      await limit(app, ENROL_RATE, addressOf(app, c));
      const { organisation, person, request } = await body(c, parseEnrolRequest);
      const trust = await trustFor(app, organisation);
      return c.json(await trust.custodian.enrolRequest({ person, request }).catch(alike));
    })
    .post('/api/enrol/answer', async (c) => {
      await limit(app, ENROL_RATE, addressOf(app, c));
      const { organisation, person, answer, wraps, acknowledgedVersion } = await body(c, parseEnrolAnswer);
      const trust = await trustFor(app, organisation);
      const { version, id } = trust.pack.document;
      if (acknowledgedVersion !== version)
        throw new Problem(409, 'ACKNOWLEDGEMENT_REQUIRED', 'Another version of the policy is in force', {
          next: ['Read the policy again'],
        });
      const enter = async (tx: Tx) => {
        const now = new Date(app.clock.now());
        await tx.query(
          `INSERT INTO people (org, person, acknowledged_version, acknowledged_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (org, person) DO UPDATE SET acknowledged_version = $3, acknowledged_at = $4`,
          [organisation, person, version, now],
        );
        await tx.query('DELETE FROM wraps WHERE org = $1 AND person = $2', [organisation, person]);
        for (const { credential, method, wrapped } of wraps)
          await tx.query(
            'INSERT INTO wraps (org, person, credential, method, wrapped, made_at) VALUES ($1, $2, $3, $4, $5, $6)',
            [organisation, person, credential, method, wrapped, now],
          );
        const object = { kind: 'policy', id: `${id}/${version}` };
        const told = { type: 'policy.acknowledge', outcome: 'success', object, onBehalfOf: person } as const;
        await record(tx, eventOfService(organisation, app.clock, told));
        // Last: nothing of this is kept unless the custodian believes the answer, and keys without wraps would be lost.
        return trust.custodian.enrolAnswer({ person, answer }).catch(alike);
      };
      const enrolled = await oneAfterAnother(() => app.db.tx(enter));
      await trust.directory(true);
      return c.json(enrolled);
    });
}

const refused = (): Problem =>
  new Problem(403, 'ENROLMENT_REFUSED', 'This link cannot be used', { next: ['Ask for a new link'] });

/** The custodian's refusal of a stranger in the words for an organisation that is not here. */
function alike(error: unknown): never {
  throw error instanceof Problem && error.code === 'ENROLMENT_REFUSED' ? refused() : error;
}

/** The trust of somebody who is about to enrol. One that is not here takes as long as a stranger to one that is. */
async function trustFor(app: App, organisation: string): Promise<Trust> {
  const trust = app.trusts.get(organisation);
  if (trust !== undefined) return trust;
  await [...app.trusts.values()][0]?.custodian.rota();
  throw refused();
}
