import { hex, leafHash } from '@wardseal/primitives';
import { type Clock, systemClock } from '../clock.js';
import { AuditError } from '../errors.js';
import { checkSecrets, type LogSource, readingKeys } from '../log-source.js';
import { EntryOpener, type OpenedEntry } from '../opened-entry.js';
import { verifyCheckpoint } from '../verify-checkpoint.js';
import { Attempts, DELIVERY_RETRY } from './attempts.js';
import type { Cursor, CursorStore } from './cursor.js';
import { type ExportFormat, exportLine } from './format.js';
import { checkOptions, type ExportOptions } from './options.js';
import { TreeCheck } from './tree-check.js';

/** Entries of one batch: what a collector takes in one request, and what is sent twice after a crash at most. */
export const BATCH_ENTRIES = 200;
/** Bytes after which a batch is full; one line more may stand in it. */
export const BATCH_BYTES: number = 1024 * 1024;
/** Milliseconds between two looks for new entries: a SIEM is not faster. */
export const POLL_EVERY = 5000;

/** Lines of consecutive entries, `from` to before `to`. */
export interface ExportBatch {
  readonly origin: string;
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

/** What `exporter` needs. */
export interface ExporterOptions {
  /** The log, its secrets, and the key its checkpoint must bear. Only entries under that checkpoint are exported. */
  readonly source: LogSource;
  /** A format of this package, or a function that writes one entry on one line. */
  readonly format: ExportFormat | ((entry: OpenedEntry, origin: string) => string | Promise<string>);
  /** As for `exportLine`; the origin comes from the checkpoint. Not needed when `format` is a function. */
  readonly options?: Omit<ExportOptions, 'origin'>;
  /** Resolves when the batch is safe at the other side; when it rejects, the same batch comes again. */
  readonly deliver: (batch: ExportBatch) => Promise<void>;
  readonly cursor: CursorStore;
  /**
   * Called when a batch was delivered, before the cursor is saved, to note the export in the log as an `audit.read`
   * entry. Not called for a batch of nothing but `audit.read` entries, so that no note leads to the next for ever.
   */
  readonly note?: (batch: Omit<ExportBatch, 'lines'>) => Promise<void>;
  /** Told of every failure that is tried again, and in how many milliseconds. */
  readonly onRetry?: (error: unknown, delay: number) => void;
  readonly batchEntries?: number;
  readonly batchBytes?: number;
  readonly pollEvery?: number;
  readonly clock?: Clock;
}

/** An export that goes on. */
export interface Exporter {
  /** Delivers what is there now and gives the number of entries; rejects at the first failure, trying nothing again. */
  drain(): Promise<number>;
  /**
   * Delivers until `stop` (an exporter runs once), tries failures again with growing delays, and rejects when trying again cannot help: the log
   * is not the one that was exported before, or does not bear its signature.
   */
  run(): Promise<void>;
  /** Ends `run` after the batch in hand; resolves when it has ended. */
  stop(): Promise<void>;
}

/**
 * Exports a log, in order and at least once: the cursor moves only after `deliver` resolved, so a crash anywhere means
 * that a batch comes twice, never that one is missed. Readers tell copies apart by origin and index.
 *
 * @param options - where from, in which format, where to, and where the cursor is kept
 * @throws RangeError when a number is not positive; TypeError, RangeError when an option of the format is malformed
 * @throws AuditError from `drain` and `run`: `LOG_ROLLED_BACK` when the log is shorter than the cursor or holds another
 *   entry before it; `ORIGIN_MISMATCH` when the cursor is another log's; `DELIVERY_FAILED` when `deliver`, `note` or the
 *   cursor's store failed, with their error as `cause`; `INCLUSION_INVALID` when an entry is not the one that the signed
 *   tree holds at its index; and the codes of `verifyCheckpoint` and of
 *   reading entries
 * @example
 * const siem = exporter({ source, format: 'ecs', options: { source: system }, deliver: sink.deliver, cursor });
 * await siem.run();
 */
export function exporter(options: ExporterOptions): Exporter {
  const { batchEntries = BATCH_ENTRIES, batchBytes = BATCH_BYTES, pollEvery = POLL_EVERY } = options;
  for (const number of [batchEntries, batchBytes, pollEvery])
    if (!Number.isSafeInteger(number) || number < 1) throw new RangeError('batch and poll sizes must be positive');
  if (typeof options.format !== 'function' && !options.options)
    throw new TypeError('options are needed for a format of this package');
  if (options.options) checkOptions({ ...options.options, origin: 'the checkpoint has it' });
  const { clock = systemClock } = options;
  const attempts = new Attempts(clock, DELIVERY_RETRY, options.onRetry);
  let running: Promise<void> | undefined;
  const pass = (onBatch: () => boolean): Promise<number> => drain(options, batchEntries, batchBytes, onBatch);
  const loop = async (): Promise<void> => {
    while (!attempts.stopped) {
      try {
        await pass(() => {
          attempts.succeeded();
          return !attempts.stopped;
        });
        attempts.succeeded();
        await attempts.wait(pollEvery);
      } catch (error) {
        if (isFinal(error)) throw error;
        await attempts.failed(error);
      }
    }
  };
  return {
    drain: () => pass(() => true),
    run() {
      running ??= loop();
      return running;
    },
    async stop() {
      attempts.stop();
      // Whoever called `run` is told how it ended.
      await running?.catch(() => undefined);
    },
  };
}

// What may heal by itself: a disk, a key store, a witness, the other side. A log that contradicts itself does not.
const PASSING: ReadonlySet<string> = new Set([
  'CHECKPOINT_STALE',
  'DELIVERY_FAILED',
  'KEY_STORE_FAILED',
  'QUORUM_MISSING',
  'STORE_FAILED',
]);

function isFinal(error: unknown): boolean {
  return error instanceof AuditError
    ? !PASSING.has(error.code)
    : error instanceof TypeError || error instanceof RangeError;
}

async function drain(
  options: ExporterOptions,
  batchEntries: number,
  batchBytes: number,
  onBatch: () => boolean,
): Promise<number> {
  const { source, cursor } = options;
  const stored = await source.reader.readCheckpoint();
  if (stored === null) return 0;
  const checkpoint = await verifyCheckpoint(stored, source.policy);
  const { origin, size } = checkpoint;
  const tree = new TreeCheck(source.reader, checkpoint);
  const start = (await outside('the cursor could not be read', cursor.load())) ?? { origin, next: 0, leafHash: null };
  await checkCursor(source, origin, size, start);
  let next = start.next;
  let batch = new Batch(origin, next);
  const flush = async (): Promise<boolean> => {
    if (batch.lines.length === 0) return true;
    next = batch.to;
    await send(options, batch);
    batch = new Batch(origin, next);
    return onBatch();
  };
  for await (const entry of openedFrom(source, origin, next, size)) {
    // The side records' store could tell another story than the tree that is signed.
    if (!(await tree.holds(entry.index, entry.leafHash)))
      throw new AuditError('INCLUSION_INVALID', 'the entry is not the one under the checkpoint', {
        index: entry.index,
      });
    batch.add(entry, await write(options, entry, origin));
    if ((batch.lines.length >= batchEntries || batch.bytes >= batchBytes) && !(await flush())) return next - start.next;
  }
  await flush();
  if (next < size)
    throw new AuditError('LOG_CORRUPT', 'the checkpoint covers entries that are not there', { index: next });
  return next - start.next;
}

class Batch implements ExportBatch {
  readonly origin: string;
  readonly from: number;
  readonly lines: string[] = [];
  bytes = 0;
  leafHash = '';
  /** Whether there is more in it than notes of earlier exports. */
  matters = false;

  constructor(origin: string, from: number) {
    this.origin = origin;
    this.from = from;
  }

  get to(): number {
    return this.from + this.lines.length;
  }

  add(entry: OpenedEntry, line: string): void {
    this.lines.push(line);
    // Characters: near enough to bytes for a limit that only keeps batches small.
    this.bytes += line.length;
    this.leafHash = hex(entry.leafHash);
    this.matters ||= entry.leaf.type !== 'audit.read';
  }
}

async function send({ deliver, cursor, note }: ExporterOptions, batch: Batch): Promise<void> {
  const { origin, from, to, lines } = batch;
  await outside('the batch was not delivered', deliver({ origin, from, to, lines }));
  if (batch.matters && note) await outside('the export could not be noted', note({ origin, from, to }));
  await outside('the cursor could not be saved', cursor.save({ origin, next: to, leafHash: batch.leafHash }));
}

/** Whatever the caller's part throws, even a TypeError of `fetch`, is worth another try, unless it has a code of ours. */
async function outside<T>(message: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw cause instanceof AuditError ? cause : new AuditError('DELIVERY_FAILED', message, { cause });
  }
}

function write({ format, options }: ExporterOptions, entry: OpenedEntry, origin: string): string | Promise<string> {
  return typeof format === 'function' ? format(entry, origin) : exportLine(entry, format, { ...options!, origin });
}

/** The cursor must be of this log, and the last delivered entry still stand where it stood. */
async function checkCursor(source: LogSource, origin: string, size: number, cursor: Cursor): Promise<void> {
  if (cursor.origin !== origin) throw new AuditError('ORIGIN_MISMATCH', 'the cursor is of another log');
  if (cursor.next > size) throw new AuditError('LOG_ROLLED_BACK', 'the log holds less than was exported');
  if (cursor.next === 0) return;
  for await (const { leaf } of entriesOf(source, cursor.next - 1, cursor.next))
    if (hex(leafHash(leaf)) === cursor.leafHash) return;
  throw new AuditError('LOG_ROLLED_BACK', 'the last exported entry is not in the log', { index: cursor.next - 1 });
}

async function* openedFrom(source: LogSource, origin: string, from: number, to: number): AsyncGenerator<OpenedEntry> {
  if (from === to) return;
  const keys = readingKeys(source.keys, origin);
  // Without them every line would go out without a person, and never again.
  await checkSecrets(keys, to);
  const opener = new EntryOpener(keys, origin);
  let index = from;
  for await (const stored of entriesOf(source, from, to)) yield await opener.open(index++, stored);
}

function entriesOf(
  { reader }: LogSource,
  from: number,
  to: number,
): ReturnType<NonNullable<typeof reader.readEntries>> {
  if (!reader.readEntries) throw new AuditError('LOG_CORRUPT', 'the side records are out of reach');
  return reader.readEntries(from, to);
}
