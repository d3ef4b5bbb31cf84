import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A folder for its owner alone, as deep as it must be. */
export async function privateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/**
 * Writes a file whole or not at all, for its owner alone: what is there under the name is always either the old or the new,
 * also after a power cut, and a part that was left behind is never read.
 */
export async function writeWhole(path: string, data: string | Uint8Array, mode = 0o600): Promise<void> {
  const part = `${path}.${crypto.randomUUID()}.part`;
  let file: FileHandle | null = null;
  try {
    file = await open(part, 'wx', mode);
    await file.writeFile(data);
    await file.sync();
    await file.close();
    file = null;
    await rename(part, path);
  } catch (error) {
    await file?.close().catch(() => undefined);
    await rm(part, { force: true });
    throw error;
  }
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A file's text, or null when there is none. */
export async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** A file's JSON, or null when there is none. */
export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path);
  return text === null ? null : JSON.parse(text);
}
