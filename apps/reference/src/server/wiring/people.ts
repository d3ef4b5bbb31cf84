import { type Decision, explain, type Request } from '@wardseal/policy';
import type { Tx } from '../db/pool.js';
import { notFound, Problem } from '../http/problem.js';
import { endSessions, type Session } from '../http/session.js';
import { raise } from './alarms.js';
import type { App } from './app.js';
import { type Duties, type Weighed, weigh } from './duties.js';
import { eventBy, policyOf, type Told } from './event.js';
import { factsFor, trustOf } from './facts.js';
import { record } from './outbox.js';
import { limitRefusals } from './verdict.js';

/** The first of two people who take a suspension back waits so long for the second, ms. */
const AGREED_FOR = 24 * 3600_000;

/** Somebody in the directory, as whoever keeps it sees them. */
export interface PersonRow {
  readonly person: string;
  readonly name: string;
  readonly role: string;
  readonly teams: readonly string[];
  readonly suspendedAt: string | null;
  readonly restoreAgreedBy: string | null;
}

/** Everybody who can sign in, for those whom the policy lets cut somebody off. @throws Problem 403 POLICY_REFUSED */
export async function listPeople(app: App, session: Session): Promise<PersonRow[]> {
  const { directory } = await trustOf(app, session.org).directory();
  const now = app.clock.now();
  const entries = directory.entries.filter(
    (entry) => directory.person(entry.person, Math.floor(now / 1000)) === entry && entry.person !== session.person,
  );
  // Guardians have no passkey here, and what the custodian's entry lists are no passkeys.
  const staff = entries.filter(({ roles, credentials }) => credentials?.length && !roles?.includes('custodian'));
  const [first] = staff;
  if (first !== undefined) await decide(app, session, first.person, 'to see who there is');
  const rows = await app.db.query<Row>('SELECT * FROM people WHERE org = $1', [session.org]);
  return staff.map(({ person, name = person, roles = [], teams = [] }) => {
    const row = rows.find((one) => one.person === person);
    const agreed = row !== undefined && isAgreed(row, now) ? row.restore_agreed_by : null;
    const suspendedAt = row?.suspended_at?.toISOString() ?? null;
    return { person, name, role: roles[0] ?? 'none', teams, suspendedAt, restoreAgreedBy: agreed };
  });
}

/**
 * Cuts somebody off: one person may. Every session of theirs ends in the same transaction.
 *
 * @throws Problem 403 POLICY_REFUSED, 404 NOT_FOUND for who is not in the directory
 */
export async function suspend(app: App, session: Session, person: string, reason: string): Promise<void> {
  await exists(app, session, person);
  const { decision, acts } = await decide(app, session, person, reason);
  await app.db.tx(async (tx) => {
    await tx.query(
      `INSERT INTO people (org, person, suspended_at, suspended_by) VALUES ($1, $2, $3, $4)
       ON CONFLICT (org, person) DO UPDATE SET suspended_at = coalesce(people.suspended_at, $3), suspended_by = $4,
         restore_agreed_by = NULL, restore_agreed_at = NULL`,
      [session.org, person, new Date(app.clock.now()), session.person],
    );
    await endSessions(tx, session.org, person);
    await log(app, tx, session, decision, { type: 'suspend', outcome: 'success', ...about(person, reason) });
    for (const act of acts) await act(tx);
  });
}

/**
 * Takes a suspension back, which takes two people: the first agrees, and the second, whom the policy lets change the
 * directory together with the first, does it.
 *
 * @returns whether it is done, or waits for the second
 * @throws Problem 403 POLICY_REFUSED, 404 NOT_FOUND for who is not in the directory or not suspended
 */
export async function restore(
  app: App,
  session: Session,
  person: string,
  reason: string,
): Promise<'active' | 'waiting'> {
  await exists(app, session, person);
  const trust = trustOf(app, session.org);
  const asked = await change(app, session, person, 'active', reason);
  // Whoever may cut somebody off may be the first to agree that it ends.
  const first = await decide(app, session, person, reason);
  return app.db.tx(async (tx) => {
    const sql = 'SELECT * FROM people WHERE org = $1 AND person = $2 AND suspended_at IS NOT NULL FOR UPDATE';
    const [row] = await tx.query<Row>(sql, [session.org, person]);
    if (row === undefined) throw notFound();
    const other = isAgreed(row, app.clock.now()) ? row.restore_agreed_by : null;
    const request = { ...asked, context: { ...asked.context, secondApprover: other ?? 'none' } };
    const { permitted, decision, acts } = await weigh(trust.pdp, request, duties(session, person, 'restored'));
    if (!permitted) {
      await tx.query(
        'UPDATE people SET restore_agreed_by = $3, restore_agreed_at = $4 WHERE org = $1 AND person = $2',
        [...[session.org, person, session.person], new Date(app.clock.now())],
      );
      await log(app, tx, session, first.decision, { type: 'approval', outcome: 'success', ...about(person, reason) });
      return 'waiting';
    }
    await tx.query(
      `UPDATE people SET suspended_at = NULL, suspended_by = NULL, restore_agreed_by = NULL, restore_agreed_at = NULL
       WHERE org = $1 AND person = $2`,
      [session.org, person],
    );
    // One that began while the suspension was being written.
    await endSessions(tx, session.org, person);
    await log(app, tx, session, decision, { type: 'restore', outcome: 'success', ...about(person, reason) });
    for (const act of acts) await act(tx);
    return 'active';
  });
}

interface Row {
  readonly person: string;
  readonly suspended_at: Date | null;
  readonly restore_agreed_by: string | null;
  readonly restore_agreed_at: Date | null;
}

const isAgreed = ({ restore_agreed_at: at }: Row, now: number): boolean =>
  at !== null && now - at.getTime() < AGREED_FOR;

/** Whom the policy wants told sees it on their desk; two people are two by what the database holds. */
function duties(session: Session, person: string, kind: 'suspended' | 'restored'): Duties<Tx> {
  return {
    notify: ({ properties: { whom } }) => {
      if (!Array.isArray(whom)) return false;
      return (tx) => raise(tx, { org: session.org, kind, item: person, whom, person: session.person });
    },
    'second-approver': () => true,
  };
}

function change(
  app: App,
  session: Session,
  person: string,
  status: 'suspended' | 'active',
  reason: string,
): Promise<Request> {
  return factsFor(app, session, null, 'directory-change', { purpose: 'audit', recipients: [person], status, reason });
}

async function decide(app: App, session: Session, person: string, reason: string): Promise<Weighed<Tx>> {
  const trust = trustOf(app, session.org);
  const request = await change(app, session, person, 'suspended', reason);
  const weighed = await weigh(trust.pdp, request, duties(session, person, 'suspended'));
  if (weighed.permitted) return weighed;
  const { decision } = weighed;
  await limitRefusals(app, session);
  await app.db.tx((tx) => log(app, tx, session, decision, { type: 'access.deny', outcome: 'minor' }));
  const { lines, next } = explain(trust.pack, decision, 'clinician');
  throw new Problem(403, 'POLICY_REFUSED', 'The policy does not let you change who can sign in', { lines, next });
}

async function exists(app: App, session: Session, person: string): Promise<void> {
  const { directory } = await trustOf(app, session.org).directory();
  if (directory.person(person, Math.floor(app.clock.now() / 1000)) === null) throw notFound();
}

const about = (person: string, reason: string): Pick<Told, 'object' | 'reason'> => ({
  object: { kind: 'person', id: person },
  reason,
});

function log(app: App, tx: Tx, session: Session, decision: Decision, told: Told): Promise<void> {
  return record(tx, eventBy(session, app.clock, { ...told, policy: policyOf(decision, decision.decision) }));
}
