import type { DirectoryEntry, Recipient } from '../index.js';
import { looksSecret, UsageError } from './failure.js';
import { readLines } from './input.js';

// People as files of lines: an age recipient, or a directory entry as one line of JSON.

const TEXTS = ['person', 'organisation', 'recipient', 'signingKey'] as const;
const TIMES = ['validFrom', 'validTo'] as const;

function entryOf(line: string, at: string): DirectoryEntry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UsageError(`${at}: it is not JSON`);
  }
  const entry = value as Partial<Record<string, unknown>>;
  const texts = TEXTS.every((name) => typeof entry[name] === 'string' && entry[name] !== '');
  if (!texts || !TIMES.every((name) => Number.isSafeInteger(entry[name])))
    throw new UsageError(`${at}: it is no directory entry`);
  return value as DirectoryEntry;
}

/** Reads one line: a recipient or an entry. */
export function recipientOn(line: string, at: string): Recipient {
  if (looksSecret(line)) throw new UsageError(`${at}: it is a secret key, not a recipient`);
  if (line.startsWith('{')) return entryOf(line, at);
  if (!line.startsWith('age1')) throw new UsageError(`${at}: it is neither a recipient nor a directory entry`);
  return line;
}

/** The recipients of some files; `-` is stdin. */
export async function readRecipients(paths: readonly string[]): Promise<Recipient[]> {
  const found: Recipient[] = [];
  for (const path of paths)
    for (const { line, at } of await readLines(path, 'the recipients')) found.push(recipientOn(line, at));
  return found;
}

/** The entries of a file in which nothing else may stand. */
export async function readEntries(path: string): Promise<DirectoryEntry[]> {
  const found = await readRecipients([path]);
  if (!found.every((one) => typeof one === 'object'))
    throw new UsageError(`${path}: only directory entries may stand in it`);
  return found;
}

/** The one entry of a file. */
export async function readEntry(path: string): Promise<DirectoryEntry> {
  const [entry, ...more] = await readEntries(path);
  if (entry === undefined || more.length > 0) throw new UsageError(`${path}: one directory entry is needed`);
  return entry;
}
