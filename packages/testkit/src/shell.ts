import { doesNotMatch, equal, strictEqual } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How a command ended, and what it said. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Standard output as it came. */
  readonly bytes: Buffer;
}

/** An answer in JSON, and how the command ended that gave it. */
export type Answer<T extends object> = T & { readonly exit: number; readonly out: string };

/** A folder in which one command is run. Whatever it says, it says no stack, no hidden secret and nothing forbidden. */
export interface Shell {
  readonly folder: string;
  path(name: string): string;
  read(name: string): Promise<string>;
  /** Writes a file, anything but text and bytes as JSON, and gives its name back. */
  write(name: string, content: string | Uint8Array | object): Promise<string>;
  /** Permission bits, as `600`. */
  mode(name: string): Promise<string>;
  files(): Promise<string[]>;
  /** Secrets that the command may not say, on either stream, from now on. */
  hide(...secrets: readonly string[]): void;
  run(args: readonly string[], input?: string | Uint8Array): Promise<Ran>;
  /** The same, expecting exit code 0. */
  done(args: readonly string[], input?: string | Uint8Array): Promise<Ran>;
  /** The same with --json: its answer, or what it says instead of one. */
  json<T extends object = Record<string, unknown>>(
    args: readonly string[],
    input?: string | Uint8Array,
  ): Promise<Answer<T>>;
  /** A request in JSON on stdin, and its answer. */
  ask<T extends object = Record<string, unknown>>(request: object): Promise<Answer<T>>;
  /** Runs a line of shell in which the command has its name. */
  sh(line: string, input?: string | Uint8Array): Promise<Ran>;
  /** Runs such a line under a terminal, which gives both its streams as one. */
  terminal(line: string): Promise<Ran>;
  close(): Promise<void>;
}

export interface ShellOptions {
  /** The command's name in lines of shell. */
  readonly name: string;
  /** What no run of the command may say on either stream, and on the second alone. */
  readonly never?: RegExp;
  readonly neverInErrors?: RegExp;
}

/** Gives a process its input and waits for its end. */
export async function collect(child: ChildProcess, input: string | Uint8Array = ''): Promise<Ran> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin?.on('error', () => {}); // a command that refuses does not read on
  child.stdin?.end(input);
  const [code] = await once(child, 'close');
  const bytes = Buffer.concat(out);
  return { code: code as number, out: bytes.toString(), err: Buffer.concat(err).toString(), bytes };
}

/** The start of a line of shell in which a built command has its name. */
export function named(name: string, cli: URL): string {
  return `${name}() { "${process.execPath}" "${fileURLToPath(cli)}" "$@"; }; `;
}

/**
 * A new folder, and a built command to run in it.
 *
 * @example
 * const box = await shell(new URL('../../dist/cli/main.js', import.meta.url), { name: 'wardseal-policy' });
 * await box.done(['init', '-o', 'policy.json']);
 * await box.close();
 */
export async function shell(cli: URL, { name, never, neverInErrors }: ShellOptions): Promise<Shell> {
  const folder = await mkdtemp(join(tmpdir(), `${name}-`));
  const options = { cwd: folder, timeout: 120_000 };
  const hidden: string[] = [];
  const run: Shell['run'] = async (args, input) => {
    const ran = await collect(spawn(process.execPath, [fileURLToPath(cli), ...args], options), input);
    const said = ran.out + ran.err;
    doesNotMatch(said, /\n\s+at .*:\d+:\d+/);
    if (never !== undefined) doesNotMatch(said, never);
    if (neverInErrors !== undefined) doesNotMatch(ran.err, neverInErrors);
    for (const secret of hidden) equal(said.includes(secret), false, 'the command said a secret');
    return ran;
  };
  return {
    folder,
    path: (file) => join(folder, file),
    read: (file) => readFile(join(folder, file), 'utf8'),
    async write(file, content) {
      const raw = typeof content === 'string' || content instanceof Uint8Array;
      await writeFile(join(folder, file), raw ? content : JSON.stringify(content, null, 2));
      return file;
    },
    mode: async (file) => ((await stat(join(folder, file))).mode & 0o777).toString(8),
    files: async () => (await readdir(folder)).sort(),
    hide: (...secrets) => void hidden.push(...secrets),
    run,
    async done(args, input) {
      const ran = await run(args, input);
      strictEqual(ran.code, 0, `${name} ${args.join(' ')} ended with ${ran.code}: ${ran.out}${ran.err}`);
      return ran;
    },
    async json(args, input) {
      const { code, out, err } = await run([...args, '--json'], input);
      return { ...JSON.parse(out || err), exit: code, out };
    },
    async ask(request) {
      const { code, out, err } = await run(['--stdin'], JSON.stringify(request));
      return { ...JSON.parse(err || out), exit: code, out };
    },
    sh: (line, input) => collect(spawn('bash', ['-c', named(name, cli) + line], options), input),
    terminal: (line) =>
      collect(spawn('script', ['-qec', `bash -c '${named(name, cli)}${line}'`, '/dev/null'], options)),
    close: () => rm(folder, { recursive: true }),
  };
}
