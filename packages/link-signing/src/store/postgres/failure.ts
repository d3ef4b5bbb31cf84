import { LinkError, type LinkErrorCode } from '../../errors.js';

/** Raised within `take`, a unique violation: this opening was counted before. Nothing is changed. */
export const OPENED_BEFORE = '23505';
/** Raised by `take`: the key proof was seen before. Nothing is changed. */
export const PROOF_SEEN = 'WS002';

// What our own functions raise (functions.ts), and the SQLSTATEs of PostgreSQL that a caller should tell apart
// (PostgreSQL documentation, appendix A).
const KNOWN: Readonly<Record<string, readonly [LinkErrorCode, string]>> = {
  WS001: ['STORE_UNSAFE', 'the database may lose what it acknowledges: fsync or full_page_writes is off'],
  '25006': ['STORE_FAILED', 'the database is read-only'],
  '42501': ['STORE_FAILED', 'the database role lacks a privilege'],
  '53100': ['STORE_FAILED', 'the disk of the database is full'],
  '53300': ['STORE_FAILED', 'the database has no connection left'],
  '55P03': ['STORE_FAILED', 'the database was busy for too long'],
};
// The connection failed, or was ended.
const GONE = /^(?:08|57P)/;
// Rolled back for certain, through no fault of its own: serialization failure, deadlock.
const AGAIN = new Set(['40001', '40P01']);
/** Tries of a statement that the database rolls back because of others. One of those others succeeded each time. */
const TRIES = 50;

/** The SQLSTATE of what a driver threw, if it has one. */
export function stateOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** What a driver threw as our own error. No statement and no connection string gets into a message. */
export function asStoreError(cause: unknown): LinkError {
  if (cause instanceof LinkError) return cause;
  const state = stateOf(cause);
  if (state === undefined || GONE.test(state))
    return new LinkError('STORE_FAILED', 'the connection to the database failed', { cause });
  const [code, message] = KNOWN[state] ?? ['STORE_FAILED', 'the database failed'];
  return new LinkError(code, message, { cause });
}

/** Runs a statement until the database does not roll it back because of others. What it throws is the driver's. */
export async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES || !AGAIN.has(stateOf(error) ?? '')) throw error;
    }
  }
}
