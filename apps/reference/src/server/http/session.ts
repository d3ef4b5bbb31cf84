import { createHash, randomBytes } from 'node:crypto';
import type { DirectoryEntry } from '@wardseal/crypto';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import type { Tx } from '../db/pool.js';
import type { App } from '../wiring/app.js';
import type { Env } from './env.js';
import { Problem } from './problem.js';

/** Whoever asks, as the signed directory names them now. Times are RFC 3339 in UTC, as the policy takes them. */
export interface Session {
  /** Digest of the cookie: names the session, opens nothing. */
  readonly id: string;
  readonly org: string;
  readonly person: string;
  readonly name: string;
  readonly role: string;
  readonly teams: readonly string[];
  /** The passkey that signed in. */
  readonly credential: string;
  /** A passkey that verified its user. */
  readonly assurance: 3;
  readonly authenticatedAt: string;
  readonly unlockedAt: string | null;
  readonly createdAt: string;
  /** When it ends whatever happens. */
  readonly endsAt: string;
}

/** What a ceremony proved, for a session to begin or to be renewed. */
export interface Proven {
  readonly org: string;
  readonly entry: DirectoryEntry;
  readonly credential: string;
  /** Whether the same ceremony unlocked the person's keys, as a passkey with PRF does. */
  readonly unlocked: boolean;
}

/** A session, and the cookie that opens it: to be given once the transaction is committed. */
export interface Begun {
  readonly session: Session;
  readonly cookie: string;
}

/** Without anything done for so long somebody else may stand at the screen. */
export const IDLE_SECONDS = 15 * 60;
/** A night shift and its handover. */
export const ABSOLUTE_SECONDS = 13 * 3600;
/** After a renewal the old cookie serves requests that were on their way. */
const OVERLAP_SECONDS = 10;
/** A mark of activity is written at most this often. */
const ACTIVE_EVERY_SECONDS = 10;
const TOKEN_BYTES = 32;

const COOKIE = 'session';
const OPTIONS = { path: '/', secure: true, httpOnly: true, sameSite: 'Strict', prefix: 'host' } as const;
const VALUE = /^([A-Z0-9]{3,9})\.([A-Za-z0-9_-]{43})$/;

/** The session of this request. @throws Problem 401 SIGN_IN_REQUIRED */
export function requireSession(c: Context<Env>): Session {
  const session = c.get('session');
  if (!session) throw new Problem(401, 'SIGN_IN_REQUIRED', 'You are not signed in', { next: ['Sign in again'] });
  return session;
}

/** Begins a session in `tx`. */
export async function beginSession(app: App, tx: Tx, proven: Proven, createdAt?: string): Promise<Begun> {
  const { org, entry, credential, unlocked } = proven;
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const now = new Date(app.clock.now());
  const created = createdAt === undefined ? now : new Date(createdAt);
  const [row] = await tx.query<Row>(
    `INSERT INTO sessions (org, id, person, credential, created_at, authenticated_at, unlocked_at, active_at, ends_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $8) RETURNING *`,
    [
      ...[org, digest(token), entry.person, credential, created, now, unlocked ? now : null],
      new Date(created.getTime() + ABSOLUTE_SECONDS * 1000),
    ],
  );
  return { session: sessionOf(row as Row, entry) as Session, cookie: `${org}.${token}` };
}

/** Begins another session in place of one whose person proved themselves anew: a cookie that leaked before is worth nothing. */
export async function renewSession(app: App, tx: Tx, session: Session, proven: Proven): Promise<Begun> {
  const begun = await beginSession(app, tx, proven, session.createdAt);
  await tx.query('UPDATE sessions SET ends_at = least(ends_at, $3) WHERE org = $1 AND id = $2', [
    session.org,
    session.id,
    new Date(app.clock.now() + OVERLAP_SECONDS * 1000),
  ]);
  return begun;
}

export async function endSession(tx: Tx, { org, id }: Session): Promise<void> {
  await tx.query('DELETE FROM sessions WHERE org = $1 AND id = $2', [org, id]);
}

/** Ends every session of a person: in the transaction that suspends them. */
export async function endSessions(tx: Tx, org: string, person: string): Promise<void> {
  await tx.query('DELETE FROM sessions WHERE org = $1 AND person = $2', [org, person]);
}

export function giveCookie(c: Context<Env>, value: string): void {
  setCookie(c, COOKIE, value, OPTIONS);
}

export function takeCookie(c: Context<Env>): void {
  deleteCookie(c, COOKIE, OPTIONS);
}

/** Finds out who asks, for every request that may want to know. */
export function sessions(app: App) {
  return createMiddleware<Env>(async (c, next) => {
    const value = getCookie(c, COOKIE, 'host');
    // What a page asks by itself, such as whether something new came, keeps nobody signed in.
    const acted = c.req.method !== 'GET' || !c.req.path.startsWith('/api/');
    c.set('session', value === undefined ? null : await find(app, value, acted));
    await next();
  });
}

interface Row {
  readonly org: string;
  readonly id: string;
  readonly person: string;
  readonly credential: string;
  readonly created_at: Date;
  readonly authenticated_at: Date;
  readonly unlocked_at: Date | null;
  readonly active_at: Date;
  readonly ends_at: Date;
}

async function find(app: App, value: string, acted: boolean): Promise<Session | null> {
  const [, org = '', token = ''] = VALUE.exec(value) ?? [];
  const trust = app.trusts.get(org);
  if (trust === undefined) return null;
  const id = digest(token);
  const now = new Date(app.clock.now());
  const [row] = await app.db.query<Row>(
    `SELECT s.* FROM sessions s WHERE org = $1 AND id = $2 AND ends_at > $3 AND active_at > $4 AND NOT EXISTS (
       SELECT FROM people p WHERE p.org = s.org AND p.person = s.person AND p.suspended_at IS NOT NULL)`,
    [org, id, now, new Date(now.getTime() - IDLE_SECONDS * 1000)],
  );
  if (row === undefined) return null;
  const { directory } = await trust.directory();
  const session = sessionOf(row, directory.person(row.person, Math.floor(now.getTime() / 1000)));
  if (session !== null && acted && now.getTime() - row.active_at.getTime() > ACTIVE_EVERY_SECONDS * 1000)
    await app.db.query('UPDATE sessions SET active_at = $3 WHERE org = $1 AND id = $2', [org, id, now]);
  return session;
}

/** The session of somebody whom the directory still lists, with the passkey that signed in; null of anybody else. */
function sessionOf(row: Row, entry: DirectoryEntry | null): Session | null {
  const { org, id, person, credential } = row;
  const [role] = entry?.roles ?? [];
  if (!entry?.credentials?.some((passkey) => passkey.id === credential) || role === undefined) return null;
  return {
    ...{ id, org, person, credential, role, assurance: 3 },
    name: entry.name ?? person,
    teams: entry.teams ?? [],
    authenticatedAt: row.authenticated_at.toISOString(),
    unlockedAt: row.unlocked_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    endsAt: row.ends_at.toISOString(),
  };
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
