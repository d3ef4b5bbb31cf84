import promises from 'node:fs/promises';
import { type JsonObject, type Options, readText, UsageError, type Values } from '@wardseal/primitives/cli';
import { parseCheckpointText } from '../checkpoint-text.js';
import type { LogSource } from '../log-source.js';
import { asText, MAX_NOTE, parseNote } from '../note.js';
import { parseVkey } from '../note-key.js';
import { fileKeyStore } from '../store/file-key-store.js';
import { parsePolicy } from '../witness/policy.js';
import { countedReader } from './counted-reader.js';
import { openFiles } from './log-files.js';
import { duration } from './times.js';
import { keyBeside, readKey } from './trust.js';

/** The logs that a report or an export reads, with their secrets. */
export const SOURCES = {
  log: { kind: 'texts', short: 'l', value: 'FOLDER', help: "a log's folder; one a year" },
  secrets: { kind: 'text', value: 'FOLDER', help: "the logs' secrets" },
  key: {
    kind: 'texts',
    short: 'k',
    value: 'KEY',
    help: "a log's public key as you know it from elsewhere, or its file",
  },
  policy: { kind: 'text', value: 'FILE', help: 'witnesses that must have signed (C2SP tlog-policy)' },
  'max-age': { kind: 'text', value: 'TIME', help: "how old the witnesses' word may be, as 24h" },
} as const satisfies Options;

/** The logs, opened for reading, told by `onRead`. `unpinned` are those whose key came from beside the log. */
export async function sourcesOf(
  values: Values<typeof SOURCES>,
  onRead: (done: number) => void = () => {},
): Promise<{ readonly sources: readonly LogSource[]; readonly unpinned: readonly string[] }> {
  if (values.log.length === 0) throw new UsageError("the log's folder is missing: give --log");
  if (values.secrets === undefined) throw new UsageError("the log's secrets are missing: give --secrets");
  await checkFolder(values.secrets);
  const keys = fileKeyStore(values.secrets);
  const policy = values.policy === undefined ? undefined : parsePolicy(await readText(values.policy, 'the policy'));
  const pinned = new Map<string, string>();
  for (const vkey of await Promise.all(values.key.map(readKey))) pinned.set(parseVkey(vkey).name, vkey);
  const age = values['max-age'];
  const sources: LogSource[] = [];
  const unpinned: string[] = [];
  for (const where of values.log) {
    const { reader, folder } = await openFiles(where);
    const origin = originOf(await reader.readCheckpoint());
    if (origin === null) throw new UsageError(`${where}: there is no log here`);
    const logKey = pinned.get(origin) ?? (await keyBeside(folder));
    if (logKey === null) throw new UsageError(`${where}: the key of ${origin} is missing: give --key`);
    if (!pinned.has(origin)) unpinned.push(origin);
    const wanted = {
      ...(policy && { witnesses: policy }),
      ...(age !== undefined && { maxAge: duration(age, 'max-age') }),
    };
    sources.push({ reader: countedReader(reader, onRead), keys, policy: { logKey, ...wanted } });
  }
  return { sources, unpinned };
}

/** Refuses a folder of secrets that is not there: a slip of the pen must not look like a log whose secrets are gone. */
export async function checkFolder(secrets: string): Promise<void> {
  const there = await promises.stat(secrets).catch(() => null);
  if (!there?.isDirectory()) throw new UsageError(`${secrets}: there is no such folder of secrets`);
}

/** The log that a checkpoint claims to be of: only to find the key that it must bear. */
function originOf(checkpoint: Uint8Array | null): string | null {
  const text = checkpoint && asText(checkpoint, MAX_NOTE);
  const note = text ? parseNote(text) : null;
  return (note && parseCheckpointText(note.text)?.origin) ?? null;
}

/** A patient handle: 43 characters of base64url, or a file that holds them. */
export async function subjectOf(text: string | undefined): Promise<string> {
  if (text === undefined) throw new UsageError('the patient handle is missing');
  const isFile = !/^[\w-]{43}$/.test(text);
  if (isFile && (await promises.stat(text).catch(() => null)) === null)
    throw new UsageError(
      'the patient is neither a handle of 43 characters, as the custodian makes it, nor a file with one',
    );
  const handle = isFile ? (await readText(text, 'the patient handle')).trim() : text;
  if (!/^[\w-]{43}$/.test(handle)) throw new UsageError('a patient handle is 43 characters of base64url');
  return handle;
}

/** Names of people from a JSON file: organisation, person, name. */
export function namesIn(names: JsonObject | undefined): ((id: string, org: string) => string | undefined) | undefined {
  if (names === undefined) return undefined;
  return (id, org) => {
    const people = Object.hasOwn(names, org) ? names[org] : undefined;
    const name =
      typeof people === 'object' && people !== null && Object.hasOwn(people, id)
        ? (people as JsonObject)[id]
        : undefined;
    return typeof name === 'string' ? name : undefined;
  };
}
