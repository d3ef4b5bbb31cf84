import { type FileHandle, open } from 'node:fs/promises';
import { TroubleError, UsageError } from './failure.js';

// Keys, entries, snapshots, claims: the largest, a snapshot of a trust with post-quantum keys, stays far below.
const MAX_SMALL = 67_108_864;
const READ_BYTES = 1_048_576;

let stdinTaken: string | undefined;

/** Stdin can be read once: says who reads it, and refuses a second reader. */
export function takeStdin(what: string): void {
  if (stdinTaken !== undefined) throw new UsageError(`stdin already carries ${stdinTaken}: give a file for ${what}`);
  stdinTaken = what;
}

/** An opened input: stdin, or a file or pipe by name. */
export interface Input {
  /** Bytes, when it is known before reading: a regular file's. */
  readonly size: number | undefined;
  chunks(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Opens an input before any work is done for it. `what` says in words what it is for. `-` or nothing is stdin. */
export async function openInput(path: string | undefined, what: string): Promise<Input> {
  if (path === undefined || path === '-') {
    takeStdin(what);
    return { size: undefined, chunks: () => process.stdin, close: async () => {} };
  }
  const file = await named(path, () => open(path, 'r'));
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) throw new TroubleError(`${path}: it is a folder`);
    return {
      size: stat.isFile() ? stat.size : undefined,
      chunks: () => chunksOf(file, path),
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
export async function readAll({ chunks }: Input, limit: number, what: string): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks()) {
    length += chunk.length;
    if (length > limit) throw new UsageError(`${what} is too long`);
    parts.push(chunk);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A small file whole. */
export async function readSmall(path: string, what: string): Promise<Uint8Array<ArrayBuffer>> {
  const input = await openInput(path, what);
  try {
    return await readAll(input, MAX_SMALL, what);
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

/** The lines of a text file that are neither blank nor a comment, with their numbers. */
export async function readLines(path: string, what: string): Promise<{ line: string; at: string }[]> {
  const lines = (await readText(path, what)).split('\n');
  return lines
    .map((line, index) => ({ line: line.trim(), at: `${path}: line ${index + 1}` }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'));
}
