import type { OpenedEntry } from '../opened-entry.js';
import { toAtna } from './atna.js';
import { toCef } from './cef.js';
import { toEcs } from './ecs.js';
import { toFhir } from './fhir.js';
import { toOcsf } from './ocsf.js';
import type { ExportOptions } from './options.js';
import { toOtlp } from './otlp.js';
import { toSyslog } from './syslog.js';

/** The formats of this package. `atna` and `syslog` are RFC 5424 lines, `otlp` a line of an OTLP file, the rest JSON but for
 * `cef`. */
export type ExportFormat = 'fhir-r4' | 'fhir-r5' | 'ocsf' | 'ecs' | 'otlp' | 'cef' | 'atna' | 'syslog';

const WRITERS: Readonly<Record<ExportFormat, (entry: OpenedEntry, options: ExportOptions) => string>> = {
  'fhir-r4': (entry, options) => JSON.stringify(toFhir(entry, 'R4', options)),
  'fhir-r5': (entry, options) => JSON.stringify(toFhir(entry, 'R5', options)),
  ocsf: (entry, options) => JSON.stringify(toOcsf(entry, options)),
  ecs: (entry, options) => JSON.stringify(toEcs(entry, options)),
  otlp: (entry, options) => JSON.stringify(toOtlp(entry, options)),
  cef: toCef,
  atna: toAtna,
  syslog: toSyslog,
};

/** Every format, for a command line's help. */
export const EXPORT_FORMATS: readonly ExportFormat[] = Object.keys(WRITERS) as ExportFormat[];

/**
 * One entry as one line of a format, without a line end.
 *
 * @param entry - an opened entry
 * @param format - one of `EXPORT_FORMATS`
 * @param options - as for `toFhir`
 * @throws RangeError when there is no such format; as the format's own function
 * @example
 * process.stdout.write(`${exportLine(entry, 'cef', options)}\n`);
 */
export function exportLine(entry: OpenedEntry, format: ExportFormat, options: ExportOptions): string {
  if (!Object.hasOwn(WRITERS, format)) throw new RangeError('no such export format');
  return WRITERS[format](entry, options);
}
