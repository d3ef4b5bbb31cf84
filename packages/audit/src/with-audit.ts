import { AuditError } from './errors.js';
import { type AuditEvent, parseEvent } from './event.js';
import type { Outcome } from './event-codes.js';
import { fixedId } from './fixed-id.js';
import { idTime } from './leaf.js';
import type { AppendOptions, AppendResult, AuditLog } from './log.js';

/** What is about to happen: an event whose outcome is not known yet. */
export type IntendedEvent = Omit<AuditEvent, 'outcome'>;

/** How a failure of the work is to stand in the log. */
export interface LoggedFailure {
  readonly outcome: Exclude<Outcome, 'success' | 'intent'>;
  /** Words of the caller's own: the error's text may hold what no log should. */
  readonly reason?: string;
}

/** How `withAudit` is to act; `await`, `nonce` and `source` are those of the intent's `append`. */
export interface WithAuditOptions extends AppendOptions {
  /** Says how an error of the work is logged; default `serious`, without words of the error. */
  readonly onFailure?: (error: unknown) => LoggedFailure;
}

/** What `withAudit` gives when the work succeeded and the log holds it. */
export interface Audited<T> {
  /** What the work returned. */
  readonly value: T;
  /** The entry written before the work; its receipt where the caller waited for one. */
  readonly intent: AppendResult;
  /** The entry written after it. */
  readonly outcome: AppendResult;
}

type Appender = Pick<AuditLog, 'append'>;

/** Writes an intent, runs the work, writes its outcome: the work of `AuditLog.withAudit`. */
export async function withAudit<T>(
  log: Appender,
  intended: IntendedEvent,
  work: (intent: AppendResult) => T | Promise<T>,
  { onFailure = () => ({ outcome: 'serious' }), ...options }: WithAuditOptions = {},
): Promise<Audited<T>> {
  // A copy: the outcome is that of what was intended, whatever the work does with the caller's object.
  const event = parseEvent({ ...intended, outcome: 'intent' });
  const intent = await log.append(event, options);
  let value: T;
  try {
    value = await work(intent);
  } catch (error) {
    await logFailure(log, event, intent.index, error, onFailure);
    throw error;
  }
  try {
    return { value, intent, outcome: await logOutcome(log, event, intent.index, { outcome: 'success' }) };
  } catch (cause) {
    throw unlogged(intent.index, cause);
  }
}

async function logFailure(
  log: Appender,
  event: IntendedEvent,
  parentIndex: number,
  error: unknown,
  onFailure: (error: unknown) => LoggedFailure,
): Promise<void> {
  try {
    const wanted = asFailure(() => onFailure(error));
    await logOutcome(log, event, parentIndex, wanted).catch((refused: unknown) => {
      // Words that the log refuses must not cost the outcome.
      if (!(refused instanceof AuditError) || refused.code !== 'EVENT_INVALID') throw refused;
      return logOutcome(log, event, parentIndex, { outcome: wanted.outcome });
    });
  } catch (cause) {
    throw unlogged(parentIndex, new AggregateError([error, cause], 'the work failed, and so did logging it'));
  }
}

const FAILURES: readonly Outcome[] = ['minor', 'serious', 'major'];

/** What the mapper says, unless it fails itself or calls the failure a success. */
function asFailure(map: () => LoggedFailure): LoggedFailure {
  try {
    const failure = map();
    if (FAILURES.includes(failure.outcome)) return failure;
  } catch {
    // Its error is not the one the caller wants to see.
  }
  return { outcome: 'serious' };
}

/**
 * The outcome's id follows from the intent's and from how it ended: trying again after a crash doubles nothing, and a
 * second try that ends otherwise is an entry of its own. Its time is the intent's, so it may be as old as it likes.
 */
function logOutcome(
  log: Appender,
  { evidence: _, ...event }: IntendedEvent,
  parentIndex: number,
  { outcome, reason }: { readonly outcome: Outcome; readonly reason?: string },
): Promise<AppendResult> {
  return log.append(
    {
      ...event,
      id: fixedId(idTime(event.id), 'outcome', event.id, outcome, reason ?? ''),
      outcome,
      ...(reason !== undefined && { reason }),
      links: { parentIndex },
    },
    { source: 'outbox' },
  );
}

function unlogged(index: number, cause: unknown): AuditError {
  return new AuditError('OUTCOME_UNLOGGED', 'the outcome could not be logged: its result is withheld', {
    index,
    cause,
  });
}
