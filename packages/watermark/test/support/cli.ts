import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** The built command. */
const CLI: string = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function collect(child: ChildProcess, input: string | Uint8Array = ''): Promise<Ran> {
  let [out, err] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk) => {
    err += chunk;
  });
  child.stdin?.on('error', () => {}); // a command that refuses does not read on
  child.stdin?.end(input);
  const [code] = await once(child, 'close');
  return { code: code as number, out, err };
}

/** A folder in which commands run. */
export interface Shell {
  path(name: string): string;
  read(name: string): Promise<string>;
  write(name: string, content: string | Uint8Array): Promise<string>;
  /** Permission bits, as `600`. */
  mode(name: string): Promise<string>;
  /** Secrets that no command may say, on either stream, from now on. */
  hide(...secrets: readonly string[]): void;
  /** Runs the command; whatever it says, it says no stack and no hidden secret. */
  run(args: readonly string[], input?: string | Uint8Array): Promise<Ran>;
  /** The same, expecting exit code 0. */
  done(args: readonly string[], input?: string | Uint8Array): Promise<Ran>;
  /** The same with --json: the answer, and the exit code under `exit`. */
  json<T extends object = Record<string, unknown>>(
    args: readonly string[],
    input?: string,
  ): Promise<T & { exit: number }>;
  /** A request in JSON on stdin, and its answer. */
  ask<T extends object = Record<string, unknown>>(request: object): Promise<T & { exit: number; out: string }>;
  files(): Promise<string[]>;
  close(): Promise<void>;
}

export async function shell(): Promise<Shell> {
  const folder = await mkdtemp(join(tmpdir(), 'watermark-cli-'));
  const hidden: string[] = [];
  const run: Shell['run'] = async (args, input) => {
    const ran = await collect(spawn(process.execPath, [CLI, ...args], { cwd: folder, timeout: 120_000 }), input);
    expect(ran.out + ran.err).not.toMatch(/\n\s+at .*:\d+:\d+/);
    for (const secret of hidden) expect(ran.out + ran.err).not.toContain(secret);
    return ran;
  };
  return {
    path: (name) => join(folder, name),
    read: (name) => readFile(join(folder, name), 'utf8'),
    async write(name, content) {
      await writeFile(join(folder, name), content);
      return name;
    },
    mode: async (name) => ((await stat(join(folder, name))).mode & 0o777).toString(8),
    hide: (...secrets) => hidden.push(...secrets),
    run,
    async done(args, input) {
      const ran = await run(args, input);
      expect({ code: ran.code, said: ran.code === 0 ? '' : ran.out + ran.err }).toEqual({ code: 0, said: '' });
      return ran;
    },
    async json(args, input) {
      const { code, out, err } = await run([...args, '--json'], input);
      return { ...JSON.parse(out || err), exit: code };
    },
    async ask(request) {
      const { code, out, err } = await run(['--stdin'], JSON.stringify(request));
      return { ...JSON.parse(err || out), exit: code, out };
    },
    files: async () => (await readdir(folder)).sort(),
    close: () => rm(folder, { recursive: true }),
  };
}
