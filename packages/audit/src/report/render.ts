import { renderCsv } from './render-csv.js';
import { renderFhir } from './render-fhir.js';
import { renderHtml } from './render-html.js';
import { renderJson } from './render-json.js';
import type { RenderOptions } from './render-options.js';
import type { Report } from './row.js';

/** The forms of a report. */
export type ReportFormat = 'html' | 'csv' | 'json' | 'fhir';

/**
 * Writes a report. HTML is one file without script, ready to print; CSV holds the rows, safe to open in a spreadsheet;
 * JSON is docs/spec/report.md; FHIR is a collection Bundle of AuditEvents and needs `options.fhir`. Each row carries its
 * proof unless `proofs` is false. Same report, same text.
 *
 * @param report - as a report function of this entry gives it
 * @param format - the form
 * @param options - who hands it out, names of organisations, time zone
 * @returns the text; write it as UTF-8
 * @throws RangeError for an unknown format or time zone; for `fhir` without its options or with rows that have no proof
 * @example
 * await writeFile('report.html', render(report, 'html', { organisation: 'Demo Trust', reference: 'SAR-17' }));
 */
export function render(report: Report, format: ReportFormat, options: RenderOptions = {}): string {
  const proofs = options.proofs ?? true;
  switch (format) {
    case 'html':
      return renderHtml(report, options);
    case 'csv':
      return renderCsv(report, proofs);
    case 'json':
      return renderJson(report, proofs);
    case 'fhir':
      return renderFhir(report, options);
    default:
      throw new RangeError('format must be html, csv, json or fhir');
  }
}
