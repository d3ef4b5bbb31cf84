import { equal } from '@wardseal/primitives';
import { AuditError } from './errors.js';
import type { KeyStore } from './key-store.js';
import { decodeLeaf, type Leaf } from './leaf.js';
import { LogKeys } from './log-keys.js';
import { EntryOpener, type OpenedEntry } from './opened-entry.js';
import type { EntryQuery, LogReader, StoredEntry } from './store/store.js';
import type { VerifyPolicy } from './verify-checkpoint.js';

/** What a report or an export reads: one log, its secrets, and whose signatures it must bear. */
export interface LogSource {
  readonly reader: LogReader;
  readonly keys: KeyStore;
  readonly policy: VerifyPolicy;
}

/** The secrets of a log for reading only: none is ever made. */
export function readingKeys(keys: KeyStore, origin: string): LogKeys {
  return new LogKeys(keys, origin, () => {
    throw new AuditError('KEY_STORE_FAILED', 'a reader makes no secrets');
  });
}

/**
 * Refuses a key store that never held this log's secrets, as a mistyped folder or a volume that is not mounted: a report
 * would say that nobody looked, and an export that nobody did anything. Throws AuditError `SECRET_MISSING`.
 *
 * @param size - entries of the log; an empty one has no secrets yet
 */
export async function checkSecrets(keys: LogKeys, size: number): Promise<void> {
  if (size > 0 && (await keys.existingLog()) === null)
    throw new AuditError('SECRET_MISSING', "the key store does not hold this log's secrets");
}

/** Whether a leaf is one that a query asks for. */
export function matches(leaf: Leaf, query: EntryQuery): boolean {
  const same = (wanted: Uint8Array | undefined, found: Uint8Array | undefined): boolean =>
    wanted === undefined || (found !== undefined && equal(wanted, found));
  return (
    same(query.subject, leaf.subjectHandle) &&
    same(query.actor, leaf.actorHandle) &&
    same(query.object, leaf.objectHandle) &&
    (query.objects === undefined || query.objects.some((object) => same(object, leaf.objectHandle))) &&
    (query.types === undefined || query.types.includes(leaf.type)) &&
    leaf.recordedAt >= (query.from ?? 0) &&
    leaf.recordedAt < (query.until ?? Number.POSITIVE_INFINITY)
  );
}

/**
 * The entries below `size` that a query asks for, in the log's order, opened: by the reader's index where it has one,
 * else by replaying the log. Throws as the reader and `EntryOpener.open`, and `LOG_CORRUPT` when the reader reaches no
 * side records.
 */
export async function* readOpened(
  source: LogSource,
  origin: string,
  size: number,
  query: EntryQuery = {},
): AsyncGenerator<OpenedEntry> {
  const opener = new EntryOpener(readingKeys(source.keys, origin), origin);
  for await (const [index, stored] of candidates(source.reader, size, query)) yield await opener.open(index, stored);
}

async function* candidates(
  reader: LogReader,
  size: number,
  query: EntryQuery,
): AsyncGenerator<readonly [number, StoredEntry]> {
  if (!reader.readEntries) throw new AuditError('LOG_CORRUPT', 'the side records are out of reach');
  if (reader.select) {
    for await (const index of reader.select(query)) {
      if (index >= size) return;
      for await (const stored of reader.readEntries(index, index + 1)) yield [index, stored];
    }
    return;
  }
  let index = 0;
  for await (const stored of reader.readEntries(0, size)) {
    if (matches(decodeLeaf(stored.leaf), query)) yield [index, stored];
    index++;
  }
}
