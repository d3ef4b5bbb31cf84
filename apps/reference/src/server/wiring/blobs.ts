import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { base64url, sha256Stream } from '@wardseal/primitives';
import { MAX_PAYLOAD_BYTES } from '../../wire/custodian.js';
import { Problem, tooLarge } from '../http/problem.js';

/** A payload as it was stored. `digest` is its SHA-256, base64url. */
export interface StoredBlob {
  readonly bytes: number;
  readonly digest: string;
}

/** Ciphertext by organisation, item and digest: other bytes never take the place of some. Nothing here opens it. */
export interface BlobStore {
  /** Stores all of it or nothing, on disk when it resolves. @throws Problem 413 TOO_LARGE, 507 DISK_FULL */
  put(org: string, item: string, body: AsyncIterable<Uint8Array>): Promise<StoredBlob>;
  /** What is stored, or null. */
  get(
    org: string,
    item: string,
    digest: string,
  ): Promise<{ readonly bytes: number; readonly body: ReadableStream } | null>;
  delete(org: string, item: string, digest: string): Promise<void>;
}

/**
 * A folder of blobs. A file appears under its name only when every byte of it is on the disk.
 *
 * @example
 * const blobs = folderBlobs(join(dataDir, 'blobs'));
 */
export function folderBlobs(folder: string): BlobStore {
  // Two letters of the id, so that no folder holds millions.
  const folderOf = (org: string, item: string): string => join(folder, org, item.slice(0, 2));
  const pathOf = (org: string, item: string, digest: string): string => join(folderOf(org, item), `${item}.${digest}`);
  return {
    async put(org, item, body) {
      const part = join(folderOf(org, item), `${item}.${crypto.randomUUID()}.part`);
      await mkdir(dirname(part), { recursive: true, mode: 0o700 });
      const file = await open(part, 'wx', 0o600);
      try {
        const stored = await write(file, body);
        await file.sync();
        await file.close();
        await rename(part, pathOf(org, item, stored.digest));
        await syncFolder(dirname(part));
        return stored;
      } catch (error) {
        await file.close().catch(() => undefined);
        await rm(part, { force: true });
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        throw new Problem(507, 'DISK_FULL', 'There is no room for this now', {
          next: ['Tell the help desk, and phone if it is urgent'],
          cause: error,
        });
      }
    },
    async get(org, item, digest) {
      const path = pathOf(org, item, digest);
      const found = await stat(path).catch(absent);
      if (found === null) return null;
      return { bytes: found.size, body: Readable.toWeb(createReadStream(path)) as ReadableStream };
    },
    async delete(org, item, digest) {
      await rm(pathOf(org, item, digest), { force: true });
    },
  };
}

async function write(file: FileHandle, body: AsyncIterable<Uint8Array>): Promise<StoredBlob> {
  const hash = sha256Stream();
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_PAYLOAD_BYTES) throw tooLarge();
    hash.update(chunk);
    await file.writeFile(chunk);
  }
  return { bytes, digest: base64url(hash.digest()) };
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
