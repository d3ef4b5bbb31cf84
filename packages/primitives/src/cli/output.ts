import { randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from './disk.js';
import { TroubleError, UsageError } from './failure.js';
import { named } from './input.js';
import { removeWhenInterrupted } from './interrupt.js';

/** Where to write and how. */
export interface Place {
  /** A file, or stdout: nothing or `-`. */
  readonly path: string | undefined;
  readonly force: boolean;
  /** Keys, pictures, sealed ones too: nobody else may read the file. Otherwise it is as public as any new file. */
  readonly secret?: boolean;
  /** What a terminal may be shown: `binary` nothing, `text` what is harmless text, `safe` everything: it is armor or JSON. */
  readonly content: 'binary' | 'text' | 'safe';
}

export interface Output {
  write(chunk: Uint8Array | string): Promise<void>;
  /** Where the file is made, for what writes files itself; null for pipes and devices. */
  readonly file: string | null;
}

// Outputs under way. A command that makes two would lose one of them where both have the same name.
const underWay = new Set<string>();

/** Keeps a place for one output while `act` runs. Throws UsageError when another one has it. */
async function alone<T>(place: string, act: () => Promise<T>): Promise<T> {
  if (underWay.has(place)) throw new UsageError('two outputs have the same place');
  underWay.add(place);
  try {
    return await act();
  } finally {
    underWay.delete(place);
  }
}

/**
 * Gives `produce` an output that takes effect as a whole: a file appears under its name when all of it is on the disk, or
 * not at all. What went to stdout cannot be taken back.
 */
export async function writeOutput<T>(place: Place, produce: (output: Output) => Promise<T>): Promise<T> {
  const { path } = place;
  if (path === undefined || path === '-') return alone('-', () => produce(stdout(place)));
  const there = await stat(path).catch(() => null);
  if (there?.isDirectory()) throw new TroubleError(`${path}: it is a folder`);
  if (there?.isFile() && !place.force) throw new TroubleError(`${path}: it exists already: --force replaces it`);
  if (there !== null && !there.isFile()) return intoDevice(path, produce);
  const folder = await named(path, () => realpath(dirname(path)));
  return alone(join(folder, basename(path)), () => intoFile({ ...place, path }, produce));
}

async function intoFile<T>(
  { path, force, secret }: Place & { readonly path: string },
  produce: (output: Output) => Promise<T>,
): Promise<T> {
  // A folder of its own, readable by its owner: whatever lies in it goes with it.
  const folder = join(dirname(path), `.wardseal-${randomBytes(8).toString('hex')}.part`);
  const finished = removeWhenInterrupted(folder);
  await named(path, () => mkdir(folder, 0o700));
  const made = join(folder, 'content');
  let handle: FileHandle | undefined;
  try {
    const result = await produce({
      file: made,
      async write(chunk) {
        handle ??= await open(made, 'wx', secret ? 0o600 : 0o666);
        await handle.writeFile(chunk); // all of it, at the place where the last write ended
      },
    });
    handle ??= await open(made, 'a', secret ? 0o600 : 0o666);
    await handle.sync();
    await handle.close();
    await named(path, () => appear(made, path, force));
    await syncFolder(dirname(path));
    return result;
  } finally {
    await handle?.close().catch(() => {});
    await rm(folder, { recursive: true, force: true });
    finished();
  }
}

/** A link refuses a name that somebody took meanwhile; a rename would replace their file. */
async function appear(made: string, path: string, force: boolean): Promise<void> {
  if (force) return rename(made, path);
  try {
    await link(made, path);
  } catch (error) {
    // A file system without links: the look before the work must do.
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await rename(made, path);
  }
}

/** A pipe or a device by name has no place beside it for an unfinished file. */
async function intoDevice<T>(path: string, produce: (output: Output) => Promise<T>): Promise<T> {
  const file = await named(path, () => open(path, 'w'));
  try {
    return await produce({ file: null, write: (chunk) => file.writeFile(chunk) });
  } finally {
    await file.close();
  }
}

// Bytes that move a terminal's cursor, colour it or ask it to answer. Tab and line ends are harmless; a carriage return in the
// middle would write over its line.
const CONTROL = /(?!\t|\n|\r(?:\n|$))[\p{Cc}\p{Cf}]/u;

function stdout({ path, content }: Place): Output {
  const terminal = process.stdout.isTTY === true && path !== '-';
  if (terminal && content === 'binary')
    throw new UsageError('refusing to print binary to the terminal: give -o FILE; -o - forces it');
  const text = new TextDecoder('utf-8', { fatal: true });
  return {
    file: null,
    async write(chunk) {
      if (terminal && content === 'text' && typeof chunk !== 'string') refuseUnlessText(text, chunk);
      await new Promise<void>((resolve, reject) => {
        process.stdout.write(chunk, (error) => (error ? reject(error) : resolve()));
      });
    },
  };
}

function refuseUnlessText(decoder: TextDecoder, chunk: Uint8Array): void {
  let text: string | null;
  try {
    text = decoder.decode(chunk, { stream: true });
  } catch {
    text = null;
  }
  if (text === null || CONTROL.test(text))
    throw new UsageError(
      'the content is not plain text, refusing to print it to the terminal: give -o FILE; -o - forces it',
    );
}
