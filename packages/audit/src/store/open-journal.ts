import { join } from 'node:path';
import { AuditError } from '../errors.js';
import { type FileSystem, readWhole } from './file-system.js';
import { type IndexWriter, openIndex } from './index-writer.js';
import { journalHeader, journalSeed, malformedJournal, readHeader } from './journal.js';
import type { IndexedJournal } from './journal-reader.js';
import { JournalWriter } from './journal-writer.js';
import type { Publisher } from './publisher.js';

/** A log's journal and index, open for its one writer. */
export interface OpenJournal extends IndexedJournal {
  readonly writer: JournalWriter;
  readonly index: IndexWriter;
}

/**
 * Opens the journal of a folder, makes it when it is missing, and its index. Throws AuditError `LOG_CORRUPT` when its
 * header is malformed, `ORIGIN_MISMATCH` when it is another log's.
 */
export async function openJournal(
  fs: FileSystem,
  folder: string,
  origin: string,
  publisher: Publisher,
): Promise<OpenJournal> {
  const path = join(folder, 'private/journal');
  const header = journalHeader(origin);
  if ((await readWhole(fs, path, header.length)) === null)
    await publisher.publish([{ path: 'private/journal', data: header }]);
  const file = await fs.open(path, 'r+');
  try {
    const found = await readHeader(file);
    if (found === null) throw malformedJournal();
    if (found.origin !== origin) throw new AuditError('ORIGIN_MISMATCH', 'the folder holds another log');
    const journal = { file, seed: journalSeed(origin) };
    const index = await openIndex(fs, join(folder, 'private/index'), journal);
    return { journal, start: found.end, index, writer: new JournalWriter(journal) };
  } catch (cause) {
    await file.close().catch(() => undefined);
    throw cause;
  }
}
