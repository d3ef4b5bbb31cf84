import { type ChildProcess, spawn } from 'node:child_process';
import { basename, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { WatermarkError } from '../errors.js';

/** How a program ended, and the last of what it said. */
export interface End {
  readonly code: number | null;
  readonly signal: string | null;
  /** How many lines it said. */
  readonly faults: number;
  /** The last ones, without the names of the files. */
  readonly said: readonly string[];
}

/** A program that runs. */
export interface Child {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Rejects with ADAPTER_MISSING when it could not be started. */
  readonly ended: Promise<End>;
  /** Kills it, and waits until it is gone. */
  stop(): Promise<void>;
}

/** Lines of stderr that are kept, and how much of each: enough to see why, too little to fill memory. */
const KEPT_LINES = 8;
const LINE_LENGTH = 200;

/** ffmpeg writes a report with the names of the files where this one is set. */
const { FFREPORT: _, ...ENV } = process.env;

/**
 * Starts ffmpeg or ffprobe: no shell, arguments as a list.
 *
 * @param files paths among the arguments. A file's name may name a patient, so no error repeats it.
 */
export function start(program: string, args: readonly string[], files: readonly string[]): Child {
  const child: ChildProcess = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: ENV, windowsHide: true });
  const { stdin, stdout, stderr } = child as ChildProcess & { stdin: Writable; stdout: Readable; stderr: Readable };
  const said = lastLines(stderr, files);
  // A program that ends early does not read on: its end tells why.
  stdin.on('error', () => {});
  const ended = new Promise<End>((done, fail) => {
    child.on('error', (cause) => fail(missing(cause)));
    child.on('close', (code, signal) => done({ code, signal, ...said() }));
  });
  ended.catch(() => {}); // asked for later
  return {
    stdin,
    stdout,
    ended,
    async stop() {
      child.kill('SIGKILL');
      stdout.destroy();
      await ended.catch(() => {});
    },
  };
}

/** FFMPEG_FAILED, with the exit code and in `cause` what the program said. */
export function failed(what: string, { code, signal, said }: End): WatermarkError {
  const ending = signal === null ? `with exit code ${code}` : `by ${signal}`;
  const facts = { ...(code !== null && { actual: code }), cause: new Error(said.join(' | ')) };
  return new WatermarkError('FFMPEG_FAILED', `${what} ended ${ending}`, facts);
}

function missing(cause: Error): WatermarkError {
  const message = 'ffmpeg and ffprobe could not be started: install ffmpeg 5.1 or later, or say where they are';
  // The error holds the arguments, and so the file's name.
  return new WatermarkError('ADAPTER_MISSING', message, {
    cause: new Error((cause as NodeJS.ErrnoException).code ?? 'unknown'),
  });
}

/** A name with control characters as ffmpeg writes it: line by line, with question marks. */
function asWritten(name: string): string[] {
  return name
    .replace(/[^\P{Cc}\b-\r]/gu, '?')
    .split('\n')
    .filter((part) => part !== '');
}

function lastLines(stderr: Readable, files: readonly string[]): () => Pick<End, 'said' | 'faults'> {
  const names = files
    .flatMap((file) => [file, resolve(file), basename(file)])
    .flatMap((name) => [name, ...asWritten(name)])
    .sort((a, b) => b.length - a.length);
  const kept: string[] = [];
  let faults = 0;
  let rest = '';
  const keep = (line: string): void => {
    if (line.trim() === '') return;
    faults++;
    const hidden = names.reduce((text, name) => text.replaceAll(name, 'FILE'), line);
    kept.push(hidden.replace(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, LINE_LENGTH));
    if (kept.length > KEPT_LINES) kept.shift();
  };
  stderr.setEncoding('utf8');
  stderr.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    // A line without an end must not grow for ever; what holds a name is cut only behind it.
    rest = lines.pop()!.slice(0, 65_536);
    for (const line of lines) keep(line);
  });
  stderr.on('end', () => keep(rest));
  return () => ({ faults, said: kept });
}
