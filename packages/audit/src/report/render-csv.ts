import type { Report, ReportTable, Row } from './row.js';

const COLUMNS = [
  'origin',
  'index',
  'recordedAt',
  'occurredAt',
  'type',
  'outcome',
  'purpose',
  'org',
  'actor',
  'name',
  'kind',
  'role',
  'withheld',
  'objectKind',
  'objectId',
  'reason',
  'geofence',
  'breakGlass',
  'marks',
  'leafHash',
] as const;

// What a spreadsheet takes for the start of a formula, in their full-width forms too, and what hides one from view.
const FORMULA = /^[\s\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212]|^[\t\r\n]/u;

/**
 * A report's rows as CSV (RFC 4180, UTF-8): a header line, CRLF, quotes where needed. A field that a spreadsheet would
 * take for a formula gets an apostrophe in front.
 */
export function renderCsv({ rows }: Report, proofs: boolean): string {
  const header = proofs ? [...COLUMNS, 'proof'] : [...COLUMNS];
  const lines = rows.map((row) => (proofs ? [...fields(row), row.proof ?? ''] : fields(row)));
  return csvOf([header, ...lines]);
}

/**
 * One further table of a report as CSV, such as the list of people to write to, as safe to open as the rows.
 *
 * @param table - of `report.tables`
 * @returns the text; write it as UTF-8
 * @example
 * const letters = renderTable(pack.tables.find(({ title }) => title === 'People to write to'));
 */
export function renderTable({ columns, rows }: ReportTable): string {
  return csvOf([columns, ...rows]);
}

function csvOf(lines: readonly (readonly string[])[]): string {
  return lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');
}

function fields(row: Row): string[] {
  const { actor, object } = row;
  const named = actor && 'id' in actor ? actor : undefined;
  return [
    row.origin,
    String(row.index),
    row.recordedAt,
    row.occurredAt ?? '',
    row.type,
    row.outcome,
    row.purpose ?? '',
    row.org,
    named?.id ?? '',
    named?.name ?? '',
    actor?.kind ?? '',
    actor?.role ?? '',
    actor && 'withheld' in actor ? actor.withheld : '',
    object?.kind ?? '',
    object?.id ?? '',
    row.reason ?? '',
    row.geofence ?? '',
    String(row.breakGlass),
    (row.marks ?? []).join('; '),
    row.leafHash,
  ];
}

function field(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
