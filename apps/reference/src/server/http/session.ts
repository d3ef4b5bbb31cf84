import type { Context } from 'hono';
import type { Ctx, Env } from './env.js';
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
}

/** The session of this request. @throws Problem 401 NOT_SIGNED_IN */
export function requireSession(c: Context<Env> | Ctx): Session {
  const session = c.get('session');
  if (session === null || session === undefined)
    throw new Problem(401, 'NOT_SIGNED_IN', 'You are not signed in', { next: ['Sign in again'] });
  return session;
}
