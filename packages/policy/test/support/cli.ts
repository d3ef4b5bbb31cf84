import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** Signs that a terminal would obey, or that turn the direction of a line. */
export const OBEYED: RegExp = /(?!\n)[\p{Cc}\p{Cf}]/u;

/** The built command. */
export const CLI: string = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function collect(child: ChildProcess, input: string | Uint8Array = ''): Promise<Ran> {
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
  write(name: string, content: string | Uint8Array | object): Promise<string>;
  /** Runs the command; whatever it says, it says no stack and nothing that a terminal obeys. */
  run(args: readonly string[], input?: string | Uint8Array): Promise<Ran>;
  /** The same, expecting exit code 0. */
  done(...args: readonly string[]): Promise<Ran>;
  /** Its answer in JSON, with the exit code. */
  json<T extends object = object>(...args: readonly string[]): Promise<T & { code: number }>;
  /** A request in JSON on stdin, and its answer. */
  ask<T extends object = object>(request: object): Promise<T & { code: number }>;
  /** Runs a line of shell in which `wardseal-policy` is the command. */
  sh(line: string): Promise<Ran>;
  /** Runs a line under a terminal, which gives both its streams as one. */
  terminal(line: string): Promise<Ran>;
  files(): Promise<string[]>;
  close(): Promise<void>;
}

export async function shell(): Promise<Shell> {
  const folder = await mkdtemp(join(tmpdir(), 'policy-cli-'));
  const options = { cwd: folder, timeout: 120_000 };
  const run: Shell['run'] = async (args, input) => {
    const ran = await collect(spawn(process.execPath, [CLI, ...args], options), input);
    expect(ran.out + ran.err).not.toMatch(/\n\s+at .*:\d+:\d+/);
    expect(ran.out + ran.err).not.toMatch(OBEYED);
    return ran;
  };
  return {
    path: (name) => join(folder, name),
    async write(name, content) {
      const raw = typeof content === 'string' || content instanceof Uint8Array;
      await writeFile(join(folder, name), raw ? content : JSON.stringify(content, null, 2));
      return name;
    },
    run,
    async done(...args) {
      const ran = await run(args);
      expect({ code: ran.code, said: ran.code === 0 ? '' : ran.out + ran.err }).toEqual({ code: 0, said: '' });
      return ran;
    },
    async json(...args) {
      const { code, out, err } = await run([...args, '--json']);
      return { ...JSON.parse(out || err), code };
    },
    async ask(request) {
      const { code, out, err } = await run(['--stdin'], JSON.stringify(request));
      return { ...JSON.parse(out || err), code };
    },
    sh: (line) =>
      collect(spawn('bash', ['-c', `wardseal-policy() { "${process.execPath}" "${CLI}" "$@"; }; ${line}`], options)),
    terminal: (line) =>
      collect(spawn('script', ['-qec', `"${process.execPath}" "${CLI}" ${line}`, '/dev/null'], options)),
    files: async () => (await readdir(folder)).sort(),
    close: () => rm(folder, { recursive: true }),
  };
}
