import type { OpenedEntry } from '../opened-entry.js';
import { type Facts, factsOf } from './facts.js';
import { checkOptions, type ExportOptions } from './options.js';
import { ownFields } from './own-fields.js';
import { type JsonObject, tidy } from './text.js';

// Severity numbers of the log data model: INFO, INFO2, WARN, ERROR.
const SEVERITIES = { 1: [9, 'INFO'], 2: [10, 'INFO2'], 3: [13, 'WARN'], 4: [17, 'ERROR'] } as const;

/**
 * One entry as OpenTelemetry log data in OTLP's JSON encoding: what a line of an OTLP file holds, and what
 * `POST /v1/logs` takes. The attributes `wardseal.origin`, `wardseal.index` and `wardseal.leaf_hash` say where the
 * entry stands.
 *
 * @param entry - an opened entry; with `actor: null` nothing of the actor is told
 * @param options - origin and exporting system; `patientOf` is not asked
 * @returns a LogsData message with one record, plain JSON
 * @throws TypeError, RangeError when an option is malformed
 * @see https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/
 * @example
 * const line = JSON.stringify(toOtlp(entry, options));
 */
export function toOtlp(entry: OpenedEntry, options: ExportOptions): JsonObject {
  const { patientOf: _, ...rest } = checkOptions(options);
  const facts = factsOf(entry, rest);
  const [severityNumber, severityText] = SEVERITIES[facts.severity];
  const { source } = options;
  return tidy({
    resourceLogs: [
      {
        resource: { attributes: attributes({ 'service.name': 'wardseal', 'service.instance.id': source.id }) },
        scopeLogs: [
          {
            scope: { name: '@wardseal/audit' },
            logRecords: [
              {
                timeUnixNano: nanoseconds(facts.occurredAt ?? facts.recordedAt),
                observedTimeUnixNano: nanoseconds(facts.recordedAt),
                severityNumber,
                severityText,
                body: { stringValue: facts.mapping.text },
                attributes: attributes(told(facts)),
                eventName: `wardseal.audit.${facts.type}`,
              },
            ],
          },
        ],
      },
    ],
  });
}

function told(facts: Facts): Readonly<Record<string, unknown>> {
  const own = Object.entries(ownFields(facts)).map(([name, value]) => [`wardseal.${name}`, value] as const);
  return {
    'wardseal.event': facts.id,
    'wardseal.type': facts.type,
    'wardseal.org': facts.org,
    'user.id': facts.actor?.id,
    'user.full_name': facts.actor?.name,
    'client.address': facts.ip,
    ...Object.fromEntries(own),
  };
}

/** Numbers of 64 bits are text in OTLP's JSON. */
function attributes(values: Readonly<Record<string, unknown>>) {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({
      key,
      value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: String(value) },
    }));
}

function nanoseconds(ms: number): string {
  return `${ms}000000`;
}
