import type { Report } from './row.js';

/** The name of the JSON form (docs/spec/report.md). */
export const REPORT_FORMAT = 'wardseal.org/audit-report/v0';

/** A report as JSON, indented; without proofs when they are not wanted. */
export function renderJson(report: Report, proofs: boolean): string {
  const rows = proofs ? report.rows : report.rows.map(({ proof: _, ...row }) => row);
  return `${JSON.stringify({ format: REPORT_FORMAT, ...report, rows }, null, 2)}\n`;
}
