import { base64url, sha256, utf8 } from '@wardseal/primitives';
import {
  type Options,
  OUTPUT,
  objectOf,
  type Result,
  UsageError,
  type Values,
  writeOutput,
} from '@wardseal/primitives/cli';
import type { AuditEvent } from '../event.js';
import { type ExportEventOptions, exportEvent } from '../report/export-event.js';
import { type ReportFormat, render } from '../report/render.js';
import type { RenderOptions } from '../report/render-options.js';
import type { Report } from '../report/row.js';
import { namesIn } from './sources.js';
import { moment } from './times.js';

/** Options of every report. */
export const REPORT = {
  ...OUTPUT,
  format: { kind: 'text', value: 'FORMAT', help: 'html (without it), csv, json or fhir' },
  from: { kind: 'text', value: 'TIME', help: 'recorded at or after, as 2026-01-01' },
  until: { kind: 'text', value: 'TIME', help: 'recorded before' },
  names: { kind: 'object', value: 'FILE', help: 'names of people: {"RX1":{"person-17":"Dr Rowan Moss"}}' },
  organisation: { kind: 'text', value: 'NAME', help: 'who hands the report out, as its reader knows them' },
  reference: { kind: 'text', value: 'TEXT', help: 'the case; name nobody in it' },
  'time-zone': { kind: 'text', value: 'ZONE', help: 'Europe/London without it' },
  'without-proofs': { kind: 'flag', help: "leave out the rows' proofs" },
  fhir: { kind: 'object', value: 'FILE', help: 'for fhir: {"source":{"id":...,"url":...}}' },
  event: { kind: 'text', value: 'FILE', help: 'write the event here that logs the hand-out; needs --actor-file' },
  'actor-file': {
    kind: 'object',
    value: 'FILE',
    help: 'who hands it out: {"id":...,"kind":"practitioner","org":"RX1"}',
  },
} as const satisfies Options;

const FORMATS: readonly string[] = ['html', 'csv', 'json', 'fhir'] satisfies ReportFormat[];

/** The time range of a report, and names for its readers. */
export async function scopeOf(values: Values<typeof REPORT>): Promise<{
  readonly range: { readonly from?: number; readonly until?: number };
  readonly nameOf?: (id: string, org: string) => string | undefined;
}> {
  const { from, until } = values;
  const nameOf = namesIn(await objectOf(values.names, 'the names'));
  return {
    range: {
      ...(from !== undefined && { from: moment(from, 'from') }),
      ...(until !== undefined && { until: moment(until, 'until') }),
    },
    ...(nameOf && { nameOf }),
  };
}

/** Writes a report, and the event that logs who handed it out. */
export async function writeReport(
  report: Report,
  values: Values<typeof REPORT>,
  unpinned: readonly string[],
  subject?: string,
): Promise<Result> {
  const { format = 'html', output: path, force, organisation, reference } = values;
  if (!FORMATS.includes(format)) throw new UsageError(`--format takes one of: ${FORMATS.join(', ')}`);
  const fhir = await objectOf(values.fhir, 'the FHIR settings');
  const text = render(report, format as ReportFormat, {
    proofs: !values['without-proofs'],
    ...(organisation !== undefined && { organisation }),
    ...(reference !== undefined && { reference }),
    ...(values['time-zone'] !== undefined && { timeZone: values['time-zone'] }),
    // The package looks at its shape.
    ...(fhir && { fhir: fhir as unknown as NonNullable<RenderOptions['fhir']> }),
  });
  const event = await eventOf(report, values, text, subject);
  // It names people: nobody else may read the file.
  await writeOutput({ path, force, secret: true, content: 'text' }, async (output) => {
    await output.write(text);
    if (event !== null)
      await writeOutput({ path: values.event, force, secret: true, content: 'safe' }, (file) =>
        file.write(`${JSON.stringify(event)}\n`),
      );
  });
  const { kind, madeAt, log, completeness, notes, rows } = report;
  const digest = base64url(sha256(utf8(text)));
  return {
    facts: { kind, madeAt, log, rows: rows.length, completeness, notes, sha256: digest, unpinned },
    words: [
      `${kind}: ${rows.length} rows of ${completeness.entries} entries, ${completeness.searched === 'replay' ? 'every entry read' : 'by the index'}`,
      ...log.map(
        ({ origin, size, unwitnessed }) => `log ${origin}: ${size} entries${unwitnessed ? ', no witness asked' : ''}`,
      ),
      ...unpinned.map((origin) => `key of ${origin} taken from beside the log: give --key`),
      ...(event === null ? ['the hand-out is not logged: --event writes what to append'] : []),
    ],
  };
}

async function eventOf(
  report: Report,
  values: Values<typeof REPORT>,
  rendered: string,
  subject: string | undefined,
): Promise<AuditEvent | null> {
  const actor = await objectOf(values['actor-file'], 'the actor');
  if (values.event === undefined && actor === undefined) return null;
  if (values.event === undefined || actor === undefined) throw new UsageError('--event and --actor-file go together');
  return exportEvent(report, {
    actor: actor as unknown as ExportEventOptions['actor'],
    rendered,
    ...(subject !== undefined && { subject }),
    ...(values.reference !== undefined && { reference: values.reference }),
  });
}
