import { utf8 } from '@wardseal/primitives';
import type { OpenedEntry } from '../opened-entry.js';
import { type Facts, factsOf } from './facts.js';
import { checkOptions, EXAMPLE_ENTERPRISE, type ExportOptions } from './options.js';
import { ownFields } from './own-fields.js';
import { instant } from './text.js';

/** Bytes that every receiver should take (RFC 5425 section 4.3.1). A longer line goes without its free text. */
export const MAX_LINE = 8192;

// Facilities of RFC 5424 section 6.2.1, and severities: informational, notice, warning, critical.
const LOG_AUDIT = 13;
const SEVERITIES = { 1: 6, 2: 5, 3: 4, 4: 2 } as const;

/** The header of RFC 5424 section 6.2, up to and with the space before the structured data. */
export function syslogHeader(facts: Facts, { source }: ExportOptions, priority: number, messageId: string): string {
  return `<${priority}>1 ${instant(facts.recordedAt)} ${source.id} wardseal-audit - ${messageId} `;
}

/** What `write` makes of the facts; without the reason, and saying so, when that is longer than `MAX_LINE`. */
export function fitting(facts: Facts, write: (facts: Facts) => string): string {
  const whole = write(facts);
  if (facts.reason === undefined || utf8(whole).length <= MAX_LINE) return whole;
  return write({ ...facts, reason: LEFT_OUT });
}

const LEFT_OUT = '(left out: the line would be too long)';

/**
 * One entry as an RFC 5424 syslog line: everything in one element of structured data, `wardseal@NUMBER`, whose
 * `origin`, `index` and `leaf_hash` say where the entry stands. Facility 13 (log audit), the message id is the type.
 *
 * @param entry - an opened entry; with `actor: null` nothing of the actor is told
 * @param options - origin, exporting system and enterprise number; `patientOf` is not asked
 * @returns one line of UTF-8 text without a line end; the free message after the data is plain ASCII
 * @throws TypeError, RangeError when an option is malformed
 * @see https://www.rfc-editor.org/rfc/rfc5424
 * @example
 * const line = toSyslog(entry, options);
 */
export function toSyslog(entry: OpenedEntry, options: ExportOptions): string {
  const { patientOf: _, ...rest } = checkOptions(options);
  const name = `wardseal@${options.enterpriseNumber ?? EXAMPLE_ENTERPRISE}`;
  return fitting(factsOf(entry, rest), (facts) => {
    const told = { event: facts.id, type: facts.type, org: facts.org, actor: facts.actor?.id, name: facts.actor?.name };
    const data = Object.entries({ ...told, ip: facts.ip, ...ownFields(facts) })
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => ` ${key}="${String(value).replace(/["\\\]]/g, '\\$&')}"`)
      .join('');
    const header = syslogHeader(facts, options, LOG_AUDIT * 8 + SEVERITIES[facts.severity], facts.type);
    return `${header}[${name}${data}] ${facts.mapping.text}`;
  });
}
