import { AuditError, type AuditErrorCode } from '../../errors.js';

// What our own functions raise (functions.ts), and the SQLSTATEs of PostgreSQL that a caller should tell apart
// (PostgreSQL documentation, appendix A).
const KNOWN: Readonly<Record<string, readonly [AuditErrorCode, string]>> = {
  WS001: ['STORE_UNSAFE', 'the database may lose what it acknowledges: fsync or full_page_writes is off'],
  WS002: ['LEASE_LOST', 'another process integrated meanwhile'],
  WS003: ['LOG_CORRUPT', 'a tile or checkpoint would contradict one that is in place'],
  WS004: ['STORE_FAILED', 'entries cannot be changed or removed'],
  '25006': ['STORE_FAILED', 'the database is read-only'],
  '42501': ['STORE_FAILED', 'the database role lacks a privilege'],
  '42P01': ['STORE_FAILED', 'the database holds no audit log'],
  '42883': ['STORE_FAILED', 'the database holds no audit log'],
  '3F000': ['STORE_FAILED', 'the database holds no audit log'],
  '53100': ['STORE_FAILED', 'the disk of the database is full'],
  '53300': ['STORE_FAILED', 'the database has no connection left'],
  '55P03': ['STORE_FAILED', 'the database was busy for too long'],
};

// The connection failed, was ended, or fell silent in a transaction.
const GONE = /^(?:08|57P|25P03)/;
// Rolled back for certain, through no fault of its own: serialization failure, deadlock.
const AGAIN = new Set(['40001', '40P01']);
/** Tries of a statement that the database rolls back because of others. One of those others succeeded each time. */
const TRIES = 50;

/** The SQLSTATE of what a driver threw, if it has one. */
function stateOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** What a driver threw as our own error. No statement and no connection string gets into a message. */
export function asStoreError(cause: unknown): AuditError {
  if (cause instanceof AuditError) return cause;
  const state = stateOf(cause);
  const [code, message] = (state && KNOWN[state]) || ['STORE_FAILED', 'the database failed'];
  if (state !== undefined && !GONE.test(state)) return new AuditError(code, message, { cause });
  return new AuditError('STORE_FAILED', 'the connection to the database failed', { cause });
}

/** The same for the holder of a lease: what ends its connection has ended the lease. */
export function asLeaseError(cause: unknown): AuditError {
  if (cause instanceof AuditError) return cause;
  const state = stateOf(cause);
  if (state !== undefined && !GONE.test(state)) return asStoreError(cause);
  return new AuditError('LEASE_LOST', 'the lease ended before the checkpoint was in place', { cause });
}

/** Runs a statement until the database does not roll it back because of others. */
export async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES || !AGAIN.has(stateOf(error) ?? '')) throw asStoreError(error);
    }
  }
}
