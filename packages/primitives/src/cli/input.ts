import { fstatSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { readFull } from './disk.js';
import { TroubleError, UsageError } from './failure.js';

// Keys, entries, snapshots, claims: the largest, a snapshot of a trust with post-quantum keys, stays far below.
const MAX_SMALL = 67_108_864;
const READ_BYTES = 1_048_576;

/** What JSON can say. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object: what a request, and an option that names a JSON file, must be. */
export type JsonObject = { readonly [name: string]: JsonValue };

let stdinTaken: string | undefined;

/** Stdin can be read once: says who reads it, and refuses a second reader. */
export function takeStdin(what: string): void {
  if (stdinTaken !== undefined) throw new UsageError(`stdin already carries ${stdinTaken}: give a file for ${what}`);
  // Node would read it as empty.
  if (fstatSync(0).isDirectory()) throw new TroubleError('stdin: it is a folder');
  stdinTaken = what;
}

/** An opened input: stdin, or a file or pipe by name. */
export interface Input {
  /** Name and size of a regular file; null for what can only be read once. */
  readonly regular: { readonly path: string; readonly size: number } | null;
  chunks(): AsyncIterable<Uint8Array>;
  /** Reads a part of a regular file. */
  read(start: number, end: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Opens an input before any work is done for it. `what` says in words what it is for. `-` or nothing is stdin. */
export async function openInput(path: string | undefined, what: string): Promise<Input> {
  if (path === undefined || path === '-') {
    takeStdin(what);
    const read = () => Promise.reject(new TypeError('stdin is read once'));
    return { regular: null, chunks: () => process.stdin, read, close: async () => {} };
  }
  const file = await named(path, () => open(path, 'r'));
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) throw new TroubleError(`${path}: it is a folder`);
    return {
      regular: stat.isFile() ? { path, size: stat.size } : null,
      chunks: () => chunksOf(file, path),
      async read(start, end) {
        const into = new Uint8Array(end - start);
        return into.subarray(0, await named(path, () => readFull(file, into, start)));
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function* chunksOf(file: FileHandle, path: string): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { bytesRead, buffer } = await named(path, () => file.read(new Uint8Array(READ_BYTES)));
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Errors of node:fs name no file, or one that the user does not know: they shall name the one that was asked for. */
export async function named<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const trouble = error as NodeJS.ErrnoException;
    if (trouble.code !== undefined) trouble.path = path;
    throw trouble;
  }
}

/** All of an input, at most `limit` bytes. */
export async function readAll(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
  what: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > limit) throw new UsageError(`${what} is too long`);
    parts.push(chunk);
  }
  return joined(parts, length);
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Chunks as a Web Stream that reads no further than it is read. */
export function streamOf(chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Looks at the first `length` bytes, or all when there are fewer; `all` still gives everything. */
export async function peek(
  chunks: AsyncIterable<Uint8Array>,
  length: number,
): Promise<{ start: Uint8Array<ArrayBuffer>; all: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const parts: Uint8Array[] = [];
  let held = 0;
  while (held < length) {
    const { done, value } = await iterator.next();
    if (done) break;
    parts.push(value);
    held += value.length;
  }
  const start = joined(parts, held);
  async function* all(): AsyncGenerator<Uint8Array> {
    yield start;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { start, all: all() };
}

/** A small file whole. */
export async function readSmall(path: string, what: string): Promise<Uint8Array<ArrayBuffer>> {
  const input = await openInput(path, what);
  try {
    return await readAll(input.chunks(), MAX_SMALL, what);
  } finally {
    await input.close();
  }
}

/** A small text file, UTF-8. */
export async function readText(path: string, what: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readSmall(path, what));
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
    throw new UsageError(`${path}: ${what} is not text`);
  }
}

/** The JSON object that a text holds, else null: what is wrong is not said, for that would quote the text. */
export function jsonObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}

/** An option that names a JSON file, or in a request is the object itself. */
export async function objectOf(value: string | JsonObject | undefined, what: string): Promise<JsonObject | undefined> {
  if (typeof value !== 'string') return value;
  const object = jsonObject(await readText(value, what));
  if (object === null) throw new UsageError(`${value}: ${what} must be a JSON object`);
  return object;
}

/** The lines of a text file that are neither blank nor a comment, with their numbers. */
export async function readLines(path: string, what: string): Promise<{ line: string; at: string }[]> {
  const lines = (await readText(path, what)).split('\n');
  return lines
    .map((line, index) => ({ line: line.trim(), at: `${path}: line ${index + 1}` }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'));
}
