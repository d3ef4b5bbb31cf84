import { join } from 'node:path';
import { equal, utf8 } from '@wardseal/primitives';
import { TILE_WIDTH, type TileId, tilePath } from '../tiles.js';
import { type FileSystem, makeDirectory, readWhole, syncDirectory, writeNew } from './file-system.js';

// Public files may be served to anybody; what lies in `private` holds sealed side records.
const PUBLIC = 0o755;
const PRIVATE = 0o700;
const PUBLIC_FILE = 0o644;
const PRIVATE_FILE = 0o600;

/** A file to be put in place, by its path below the log's folder. */
export interface NewFile {
  readonly path: string;
  readonly data: Uint8Array;
}

/** Puts whole files into a log's folder, durably: a reader sees the old one or the new one. */
export class Publisher {
  readonly #folder: string;
  readonly #private: string;
  readonly #fs: FileSystem;
  readonly #made = new Set<string>();
  #keyed = false;
  #names = 0;

  constructor(fs: FileSystem, folder: string) {
    this.#fs = fs;
    this.#folder = folder;
    this.#private = join(folder, 'private');
  }

  /** Makes the folder and its private part. */
  async prepare(): Promise<void> {
    await makeDirectory(this.#fs, this.#folder, PUBLIC);
    await makeDirectory(this.#fs, this.#private, PRIVATE);
  }

  /** Removes half-written files of a process that died: they have a name of their own until they are whole. */
  async removeLeftovers(): Promise<void> {
    for (const name of await this.#fs.readdir(this.#private))
      if (name.startsWith('new-')) await this.#fs.unlink(join(this.#private, name));
  }

  /** Writes files under names of their own, syncs them, then renames them into place and syncs the folders. */
  async publish(files: readonly NewFile[]): Promise<void> {
    const moves = files.map(({ path, data }) => ({
      from: join(this.#private, `new-${this.#names++}`),
      to: join(this.#folder, path),
      data,
    }));
    for (const { to } of moves) await this.#make(join(to, '..'));
    await settle(moves.map(({ from, to, data }) => writeNew(this.#fs, from, data, this.#mode(to))));
    for (const { from, to } of moves) await this.#fs.rename(from, to);
    const folders = new Set(moves.map(({ to }) => join(to, '..')));
    await settle([...folders].map((folder) => syncDirectory(this.#fs, folder)));
  }

  /** Puts the log's public key beside it, unless it is there. */
  async publishKey(vkey: string): Promise<void> {
    if (this.#keyed) return;
    const data = utf8(`${vkey}\n`);
    const published = await readWhole(this.#fs, join(this.#folder, 'log.vkey'), data.length);
    if (published === null || !equal(published, data)) await this.publish([{ path: 'log.vkey', data }]);
    this.#keyed = true;
  }

  #mode(path: string): number {
    return path.startsWith(`${this.#private}/`) ? PRIVATE_FILE : PUBLIC_FILE;
  }

  async #make(folder: string): Promise<void> {
    if (folder === this.#folder || folder === this.#private || this.#made.has(folder)) return;
    await this.#make(join(folder, '..'));
    await makeDirectory(this.#fs, folder, PUBLIC);
    this.#made.add(folder);
  }

  /** Partial tiles may go once the full one is there (tlog-tiles, "Partial Tiles"). What is left over does no harm. */
  async removePartials(tiles: readonly TileId[]): Promise<void> {
    for (const tile of tiles) {
      if (tile.width < TILE_WIDTH) continue;
      const folder = join(this.#folder, `${tilePath(tile)}.p`);
      const names = await this.#fs.readdir(folder).catch(() => []);
      for (const name of names) await this.#fs.unlink(join(folder, name)).catch(() => undefined);
      if (names.length > 0) await this.#fs.rmdir?.(folder).catch(() => undefined);
      this.#made.delete(folder);
    }
  }
}

/** Waits for all before it fails, so that nothing writes behind the back of the error. */
async function settle(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
