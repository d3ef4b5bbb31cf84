import { base64url, sha256, utf8 } from '@wardseal/primitives';
import { type Clock, systemClock } from '../clock.js';
import type { AuditEvent } from '../event.js';
import { createEventId } from '../event-id.js';
import type { Report } from './row.js';

/** Who gave a report to whom, and about whom. */
export interface ExportEventOptions {
  readonly actor: AuditEvent['actor'];
  /** The patient handle of a report about one patient, so that the next report of that patient shows this one. */
  readonly subject?: string;
  /** What was handed out, as `render` wrote it: its digest goes into the entry. */
  readonly rendered: string;
  /** The case it belongs to, an identifier that names nobody. */
  readonly reference?: string;
  /** Default: `PATRQT` for a subject access report, else `HCOMPL`. */
  readonly purpose?: AuditEvent['purpose'];
  readonly clock?: Clock;
  readonly random?: (length: number) => Uint8Array;
}

/**
 * The event that says that a report was handed out: `sar.export` for a subject access report, `audit.read` for any other.
 * Append it before the report leaves.
 *
 * @param report - what was made
 * @param options - who hands out what, about whom
 * @returns the event, for `log.append`
 * @throws Error when there is no secure random source and none was given
 * @example
 * await log.append(exportEvent(report, { actor, subject, rendered: page }), { await: 'integrated' });
 */
export function exportEvent(report: Report, options: ExportEventOptions): AuditEvent {
  const { actor, subject, rendered, reference, clock = systemClock, random } = options;
  const own = report.kind === 'subject-access';
  return {
    id: createEventId({ clock, ...(random && { random }) }),
    occurredAt: new Date(clock.now()).toISOString(),
    type: own ? 'sar.export' : 'audit.read',
    outcome: 'success',
    actor,
    ...(subject !== undefined && { subject: { handle: subject } }),
    object: { kind: 'report', id: report.kind, contentHash: base64url(sha256(utf8(rendered))) },
    purpose: options.purpose ?? (own ? 'PATRQT' : 'HCOMPL'),
    ...(reference !== undefined && { request: reference }),
  };
}
