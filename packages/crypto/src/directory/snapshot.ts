import { base64url, canonicalJson, concat, fromUtf8, sha256Large, utf8 } from '@wardseal/primitives';
import { bytes, lazy, oneOf, readCanonical, record, text, textUpTo, whole } from '../checks.js';
import { checkLimit } from '../errors.js';
import type { DirectoryEntry } from '../keys/directory-entry.js';
import {
  MAX_ENTRY_BYTES,
  MAX_SNAPSHOT_BYTES,
  MAX_SNAPSHOT_HEAD_LENGTH,
  MAX_SNAPSHOT_SECONDS,
  MAX_STATEMENT_LENGTH,
} from '../limits.js';
import { readStatement, type Statement, type StatementKind } from '../statement.js';
import type { Delegation } from './delegation.js';
import { invalid, type Listed, listed } from './entries.js';

// A snapshot is a signed line about the lines that follow: one entry a line. Signed whole in a JWS it would be a third larger,
// and a reader would have to decode megabytes before it knows whether anybody signed them.

/** What the directory key signs. */
export interface SnapshotHead {
  readonly v: 0;
  readonly organisation: string;
  /** 1 for the first snapshot of an organisation, then one more each. */
  readonly epoch: number;
  /** SHA-256 of the snapshot before, whole; absent in the first. */
  readonly previous?: string;
  readonly iat: number;
  /** First second at which the snapshot no longer counts. */
  readonly until: number;
  readonly delegation: string;
  readonly count: number;
  /** SHA-256 of everything behind the first line. */
  readonly entries: string;
}

const LF = 10;
const TOO_LONG = 'snapshot is too long';

export const SNAPSHOT: StatementKind = {
  typ: 'wardseal-snapshot-v0',
  check: /* @__PURE__ */ lazy(() =>
    record({
      v: oneOf(0),
      organisation: text,
      epoch: (value) => whole(value) && value !== 0,
      'previous?': bytes(32),
      iat: whole,
      until: whole,
      delegation: textUpTo(MAX_STATEMENT_LENGTH),
      count: whole,
      entries: bytes(32),
    }),
  ),
  most: MAX_SNAPSHOT_HEAD_LENGTH,
  limit: 'MAX_SNAPSHOT_HEAD_LENGTH',
  broken: 'SNAPSHOT_INVALID',
  title: 'snapshot',
};

/** An entry as it stands in a snapshot: a copy in canonical form. Throws SNAPSHOT_INVALID when it is no entry. */
export function listedOf(entry: DirectoryEntry, number: number): Listed {
  let line: string;
  try {
    line = canonicalJson(entry);
  } catch (cause) {
    throw invalid('entry', number, cause);
  }
  return listed(JSON.parse(line), line, number);
}

/** The lines of entries as bytes. Throws LIMIT. */
export function encodeEntries(listed: readonly Listed[]): Uint8Array<ArrayBuffer> {
  let total = 0;
  const lines = listed.map(({ line }) => {
    const encoded = utf8(`${line}\n`);
    checkLimit(encoded.length, MAX_ENTRY_BYTES, 'MAX_ENTRY_BYTES', TOO_LONG);
    total += encoded.length;
    checkLimit(total + MAX_SNAPSHOT_HEAD_LENGTH, MAX_SNAPSHOT_BYTES, 'MAX_SNAPSHOT_BYTES', TOO_LONG);
    return encoded;
  });
  return concat(...lines);
}

/** The caller's bytes as a copy: what they do to their own meanwhile changes nothing. Throws LIMIT before it copies. */
export function copySnapshot(snapshot: Uint8Array): Uint8Array<ArrayBuffer> {
  if (!(snapshot instanceof Uint8Array)) throw new TypeError('snapshot must be a Uint8Array');
  checkLimit(snapshot.length, MAX_SNAPSHOT_BYTES, 'MAX_SNAPSHOT_BYTES', TOO_LONG);
  return new Uint8Array(snapshot);
}

/** Takes a snapshot apart, nothing believed yet. Throws SNAPSHOT_INVALID or LIMIT. */
export function splitSnapshot(snapshot: Uint8Array<ArrayBuffer>): {
  head: Statement<SnapshotHead>;
  body: Uint8Array<ArrayBuffer>;
} {
  const end = snapshot.indexOf(LF);
  if (end < 0) throw invalid('encoding');
  const head = readStatement<SnapshotHead>(SNAPSHOT, snapshot.subarray(0, end));
  const { epoch, previous, iat, until } = head.claims;
  if ((previous === undefined) !== (epoch === 1)) throw invalid('previous');
  checkEpoch(epoch, iat);
  if (until <= iat || until - iat > MAX_SNAPSHOT_SECONDS) throw invalid('until');
  return { head, body: snapshot.subarray(end + 1) };
}

/**
 * Throws SNAPSHOT_INVALID when the epoch is above the time in seconds. Else a stolen directory key could use the numbers up, and
 * no later snapshot would ever be taken by who saw the highest.
 */
function checkEpoch(epoch: number, iat: number): void {
  if (epoch > iat) throw invalid('epoch', epoch);
}

/** Throws SNAPSHOT_INVALID unless the delegation covers the snapshot's whole time. */
export function checkCovered({ iat, until }: SnapshotHead, delegation: Delegation): void {
  if (iat < delegation.from) throw invalid('iat');
  if (until > delegation.until) throw invalid('until');
}

/** The entries behind a head that was believed. Throws SNAPSHOT_INVALID or LIMIT. */
export function decodeEntries(body: Uint8Array, count: number): Listed[] {
  const lines: Listed[] = [];
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf(LF, at);
    if (end < 0) throw invalid('encoding', lines.length + 1);
    checkLimit(end + 1 - at, MAX_ENTRY_BYTES, 'MAX_ENTRY_BYTES', TOO_LONG);
    if (lines.length === count) throw invalid('count');
    lines.push(decodeLine(body.subarray(at, end), lines.length + 1));
    at = end + 1;
  }
  if (lines.length !== count) throw invalid('count');
  return lines;
}

function decodeLine(encoded: Uint8Array, number: number): Listed {
  const line = fromUtf8(encoded);
  const parsed = readCanonical(line);
  if (line === null || parsed === undefined) throw invalid('encoding', number);
  return listed(parsed, line, number);
}

/** SHA-256 of many bytes, base64url. */
export async function digestText(data: Uint8Array): Promise<string> {
  return base64url(await sha256Large(data));
}
