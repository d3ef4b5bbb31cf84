import type { ErasureGrounds } from './evidence.js';
import { ERASURE_GROUNDS, type ErasureRequest } from './request.js';

/** One log of a certificate: where the erasure stands, with the proofs. */
export interface CertifiedLog {
  readonly origin: string;
  /** The handle of the erased subject in the leaves, base64url. Nothing but a copy of this under a name links it to anybody. */
  readonly handle: string;
  /** `.tlog-proof` of the entry before the destruction and of the one after it, with openings. */
  readonly intent: string;
  readonly outcome: string;
}

/** What was erased, on whose word, and what that means. It names no patient. */
export interface ErasureCertificate {
  readonly kind: 'erasure-certificate';
  readonly reference: string;
  readonly ground: { readonly name: ErasureRequest['ground']; readonly law: string };
  /** When the last secret was destroyed, ISO 8601. */
  readonly erasedAt: string;
  /** The last day on which a backup of the secrets can exist, `YYYY-MM-DD`. */
  readonly irrecoverableAfter: string;
  readonly approvers: readonly { readonly id: string; readonly org: string; readonly at: string }[];
  readonly digest: string;
  readonly logs: readonly CertifiedLog[];
  /** The same in plain words. */
  readonly text: string;
}

/** Writes the certificate of a finished erasure. */
export function certificateOf(
  request: ErasureRequest,
  { approvers, digest }: ErasureGrounds,
  logs: readonly CertifiedLog[],
  erasedAt: number,
): ErasureCertificate {
  const law = ERASURE_GROUNDS[request.ground];
  const text = [
    `Case ${request.reference}. Ground: ${law}.`,
    `The keys to this person's part of the access log were destroyed in our systems on ${day(erasedAt)}.`,
    `That part is irrecoverable from our backups after ${day(Date.parse(request.backupsUntil))}.`,
    'Destroyed: which person the entries are about, and what the access rules read about that person.',
    'Kept: that staff acted, when, why and on which item number, because others rely on that evidence.',
    "Keep this under its case number: kept under the person's name, it would say whom the entries are about.",
    'This says nothing about copies outside these keys: reports handed out earlier, the health record, or what people remember.',
  ].join('\n');
  return {
    kind: 'erasure-certificate',
    reference: request.reference,
    ground: { name: request.ground, law },
    erasedAt: new Date(erasedAt).toISOString(),
    irrecoverableAfter: request.backupsUntil,
    approvers,
    digest,
    logs,
    text,
  };
}

function day(time: number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(time);
}
