import promises from 'node:fs/promises';
import { type Options, UsageError } from '@wardseal/primitives/cli';
import { folderReader } from '../store/folder-reader.js';
import type { LogReader } from '../store/store.js';
import { urlReader } from '../url-reader.js';

/** Where a log's files lie, for commands that have other operands. */
export const LOG = {
  log: { kind: 'text', short: 'l', value: 'FOLDER|URL', help: "the log's files" },
} as const satisfies Options;

/** A log's files, and its folder where they lie in one. */
export interface LogFiles {
  readonly reader: LogReader;
  readonly folder: string | undefined;
}

/** Opens a log's files for reading, without its lock. */
export async function openFiles(where: string | undefined): Promise<LogFiles> {
  if (where === undefined) throw new UsageError("the log's files are missing: give --log");
  if (/^https?:\/\//i.test(where)) {
    if (!URL.canParse(where)) throw new UsageError('the address is malformed');
    return { reader: urlReader(where), folder: undefined };
  }
  const there = await promises.stat(where).catch(() => null);
  if (!there?.isDirectory()) throw new UsageError(`${where}: there is no such folder`);
  return { reader: await folderReader(where), folder: where };
}

/** Refuses files without a log: nothing there is no tampered log. */
export async function neededLog({ reader, folder }: LogFiles): Promise<LogFiles> {
  if ((await reader.readCheckpoint()) === null) throw new UsageError('there is no log here: no checkpoint');
  return { reader, folder };
}
