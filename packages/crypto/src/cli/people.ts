import { jsonObject, looksSecret, readLines, UsageError } from '@wardseal/primitives/cli';
import { type Directory, type DirectoryEntry, type Recipient, recipientThumbprint } from '../index.js';

// People as words or as lines of a file: an age recipient, a directory entry as one line of JSON, or the id of somebody whom
// the directory knows.

const TEXTS = ['person', 'organisation', 'recipient', 'signingKey'] as const;
const TIMES = ['validFrom', 'validTo'] as const;

function entryOn(line: string, at: string): DirectoryEntry {
  const entry = jsonObject(line) ?? {};
  const texts = TEXTS.every((name) => typeof entry[name] === 'string' && entry[name] !== '');
  if (!texts || !TIMES.every((name) => Number.isSafeInteger(entry[name])))
    throw new UsageError(`${at}: it is no directory entry in JSON`);
  return entry as unknown as DirectoryEntry;
}

/** Reads one recipient. `at` says in words where it stands. */
export function recipientOn(line: string, at: string, directory: Directory | null): Recipient {
  if (looksSecret(line)) throw new UsageError(`${at}: it is a secret key, not a recipient`);
  if (line.startsWith('{')) return entryOn(line, at);
  if (line.startsWith('age1')) return line;
  if (directory === null) throw new UsageError(`${at}: it is neither a recipient nor a directory entry`);
  return personIn(directory, line, at);
}

/** The entry of a person that counts now. */
export function personIn(directory: Directory, person: string, at: string): DirectoryEntry {
  const entry = directory.person(person);
  if (entry === null) throw new UsageError(`${at}: the directory has nobody of this id now`);
  return entry;
}

/** The recipients of some files, one a line; `-` is stdin. */
export async function readRecipients(paths: readonly string[], directory: Directory | null): Promise<Recipient[]> {
  const found: Recipient[] = [];
  for (const path of paths)
    for (const { line, at } of await readLines(path, 'the recipients')) found.push(recipientOn(line, at, directory));
  return found;
}

/** The entries of a file in which nothing else may stand. */
export async function readEntries(path: string): Promise<DirectoryEntry[]> {
  const lines = await readLines(path, 'the entries');
  return lines.map(({ line, at }) => entryOn(line, at));
}

/** The one entry of a file. */
export async function readEntry(path: string): Promise<DirectoryEntry> {
  const [entry, ...more] = await readEntries(path);
  if (entry === undefined || more.length > 0) throw new UsageError(`${path}: one directory entry is needed`);
  return entry;
}

/** Short name of a recipient's key. */
export function thumbprintOf(recipient: Recipient): string {
  return recipientThumbprint(typeof recipient === 'string' ? recipient : recipient.recipient);
}
