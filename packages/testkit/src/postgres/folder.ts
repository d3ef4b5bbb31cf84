import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

// The bit of a folder's mode that lets anybody go through it.
const ANYBODY_MAY_PASS = 0o001;

/** Whether there is a folder of that name. */
export const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** The first folder on the way to `path` that anybody but its owner is kept out of; undefined where the way is free. */
export async function wallBefore(path: string): Promise<string | undefined> {
  const way: string[] = [];
  for (let at = dirname(resolve(path)); ; at = dirname(at)) {
    way.unshift(at);
    if (at === dirname(at)) break;
  }
  for (const folder of way) {
    const found = await stat(folder).catch(() => undefined);
    // What is not there yet is made by us with the modes of the house.
    if (found !== undefined && (found.mode & ANYBODY_MAY_PASS) === 0) return folder;
  }
  return undefined;
}

/** Rejects where `nobody` could not get to `path`: PostgreSQL's own complaint of it names neither reason nor remedy. */
export async function checkWay(path: string): Promise<void> {
  const wall = await wallBefore(path);
  if (wall !== undefined)
    throw new Error(`PostgreSQL runs as nobody when started by root, and nobody cannot go through ${wall}`);
}
