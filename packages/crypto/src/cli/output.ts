import { randomBytes } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { type FileHandle, link, open, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TroubleError, UsageError } from './failure.js';
import { named } from './input.js';

/** Where to write and how. */
export interface Place {
  /** A file, or stdout: nothing or `-`. */
  readonly path: string | undefined;
  readonly force: boolean;
  /** Secret keys and opened pictures: nobody else may read the file. */
  readonly secret?: boolean;
  /** What a terminal may be shown: `binary` nothing, `text` what is harmless text, `safe` everything: it is armor or JSON. */
  readonly content: 'binary' | 'text' | 'safe';
}

export interface Output {
  write(chunk: Uint8Array | string): Promise<void>;
}

const unfinished = new Set<string>();

function clear(): void {
  for (const path of unfinished) {
    try {
      unlinkSync(path);
    } catch {
      // it is gone already
    }
  }
  unfinished.clear();
}

/** From now on an interrupted run takes its unfinished files with it. */
function guard(path: string): void {
  if (unfinished.size === 0) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      if (process.listenerCount(signal) > 0) continue;
      process.once(signal, () => {
        clear();
        process.kill(process.pid, signal); // the handler is gone: this ends the process as the signal would have
      });
    }
    if (process.listenerCount('exit') === 0) process.once('exit', clear);
  }
  unfinished.add(path);
}

/**
 * Gives `produce` an output that takes effect as a whole: a file appears under its name when all of it is on the disk, or
 * not at all. Stdout cannot be taken back.
 */
export async function writeOutput<T>(place: Place, produce: (output: Output) => Promise<T>): Promise<T> {
  const { path } = place;
  if (path === undefined || path === '-') return produce(stdout(place));
  const there = await stat(path).catch(() => null);
  if (there?.isDirectory()) throw new TroubleError(`${path}: it is a folder`);
  if (there?.isFile() && !place.force) throw new TroubleError(`${path}: it exists already: --force replaces it`);
  if (there !== null && !there.isFile()) return intoDevice(path, produce);
  const temporary = join(dirname(path), `.wardseal-${randomBytes(8).toString('hex')}.part`);
  guard(temporary);
  const file = await named(path, () => open(temporary, 'wx', place.secret ? 0o600 : 0o666));
  try {
    const result = await produce(into(file));
    await file.sync();
    await file.close();
    await named(path, () => appear(temporary, path, place.force));
    return result;
  } finally {
    await file.close().catch(() => {});
    await unlink(temporary).catch(() => {});
    unfinished.delete(temporary);
  }
}

/** A link refuses a name that somebody took meanwhile; a rename would replace their file. */
async function appear(temporary: string, path: string, force: boolean): Promise<void> {
  if (force) return rename(temporary, path);
  try {
    await link(temporary, path);
  } catch (error) {
    // A file system without links: the look before the work must do.
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await rename(temporary, path);
  }
}

function into(file: FileHandle): Output {
  return {
    async write(chunk) {
      await file.writeFile(chunk); // all of it, at the place where the last write ended
    },
  };
}

/** A pipe or a device by name has no place beside it for a temporary file. */
async function intoDevice<T>(path: string, produce: (output: Output) => Promise<T>): Promise<T> {
  const file = await named(path, () => open(path, 'w'));
  try {
    return await produce(into(file));
  } finally {
    await file.close();
  }
}

// Bytes that move a terminal's cursor, colour it or ask it to answer. Tab, line feed and carriage return are harmless.
const CONTROL = /(?![\t\n\r])[\p{Cc}\p{Cf}]/u;

function stdout({ path, content }: Place): Output {
  const terminal = process.stdout.isTTY === true && path !== '-';
  if (terminal && content === 'binary')
    throw new UsageError('refusing to print binary to the terminal: give -o FILE, or -a for text; -o - forces it');
  const text = new TextDecoder('utf-8', { fatal: true });
  return {
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
