import { randomBytes } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Output, removeWhenInterrupted } from '@wardseal/primitives/cli';

// What is held in memory before a file is made: every picture, few videos.
const MEMORY = 33_554_432;
const READ_BYTES = 1_048_576;

/**
 * Holds a sealed payload until its header is known, which comes first in the file. Beyond 32 MiB it lies in the temporary folder,
 * without a name where the system allows that; it is encrypted.
 */
export class Spool {
  readonly #parts: Uint8Array[] = [];
  #held = 0;
  #file: FileHandle | undefined;

  async add(chunk: Uint8Array): Promise<void> {
    if (this.#file === undefined && this.#held + chunk.length > MEMORY) {
      this.#file = await unnamed();
      for (const part of this.#parts.splice(0)) await this.#file.writeFile(part);
    }
    this.#held += chunk.length;
    if (this.#file) await this.#file.writeFile(chunk);
    else this.#parts.push(chunk);
  }

  async pour(output: Output): Promise<void> {
    for (const part of this.#parts) await output.write(part);
    if (this.#file === undefined) return;
    for (let at = 0; at < this.#held; ) {
      const { bytesRead, buffer } = await this.#file.read(new Uint8Array(READ_BYTES), 0, READ_BYTES, at);
      if (bytesRead === 0) throw new Error('the temporary file lost its end');
      await output.write(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

/** A file that ends with the process, however that ends. */
async function unnamed(): Promise<FileHandle> {
  const path = join(tmpdir(), `wardseal-${randomBytes(8).toString('hex')}.part`);
  const finished = removeWhenInterrupted(path);
  const file = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    finished();
  } catch {
    // It keeps its name until the end of the process.
  }
  return file;
}
