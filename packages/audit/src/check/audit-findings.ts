import type { AuditErrorCode } from '../errors.js';

/** One thing that is wrong with a log. */
export interface Finding {
  readonly code: AuditErrorCode;
  readonly message: string;
  /** The file at fault. */
  readonly path?: string;
  /** The entry at fault. */
  readonly index?: number;
}

/** Findings of a report, and numbers in its lists: after so many nobody needs the next one. */
export const MAX_FINDINGS = 100;
// Findings that show no change of the log: another log's file, a disk, a key store that is incomplete or was restored.
const CANNOT_TELL: readonly AuditErrorCode[] = ['ERASURE_UNDONE', 'ORIGIN_MISMATCH', 'SECRET_MISSING', 'STORE_FAILED'];

/** What an audit found so far. */
export class Findings {
  readonly list: Finding[] = [];

  add(code: AuditErrorCode, message: string, where: { readonly path?: string; readonly index?: number }): void {
    if (this.list.length < MAX_FINDINGS) this.list.push({ code, message, ...where });
  }

  /** The verdict, when everything was looked at that `complete` stands for. */
  verdict(complete: boolean): 'good' | 'tampered' | 'unknown' {
    if (this.list.some(({ code }) => !CANNOT_TELL.includes(code))) return 'tampered';
    return complete && this.list.length === 0 ? 'good' : 'unknown';
  }
}
