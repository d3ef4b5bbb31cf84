import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** The built command. */
export const CLI: string = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
/** Lets a line of shell call the built command by its name. */
export const NAMED: string = `wardseal-audit() { "${process.execPath}" "${CLI}" "$@"; }; `;

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function collect(child: ChildProcess, input = ''): Promise<Ran> {
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  child.stdin?.on('error', () => {}); // a command that refuses does not read on
  child.stdin?.end(input);
  const [code] = await once(child, 'close');
  return { code: code as number, out, err };
}

/** A folder in which commands run. */
export interface Shell {
  readonly folder: string;
  path(name: string): string;
  write(name: string, content: string | object): Promise<string>;
  /** Runs the command; whatever it says, it says no secret and no stack. */
  run(...args: readonly string[]): Promise<Ran>;
  /** The same, expecting exit code 0. */
  done(...args: readonly string[]): Promise<Ran>;
  /** A request in JSON on stdin, and its answer. */
  ask(request: object): Promise<{ code: number; answer: Record<string, unknown> }>;
  /** Runs a line of shell in which `wardseal-audit` is the command. */
  sh(line: string): Promise<Ran>;
  /** Runs a line of shell under a terminal, which gives both its streams as one. */
  terminal(line: string): Promise<Ran>;
  files(): Promise<string[]>;
  close(): Promise<void>;
}

export async function shell(): Promise<Shell> {
  const folder = await mkdtemp(join(tmpdir(), 'audit-cli-'));
  const options = { cwd: folder, timeout: 120_000 };
  const checked = async (args: readonly string[], input?: string): Promise<Ran> => {
    const ran = await collect(spawn(process.execPath, [CLI, ...args], options), input);
    expect(ran.out + ran.err).not.toMatch(/\n\s+at .*:\d+:\d+/);
    expect(ran.err).not.toMatch(/PRIVATE\+KEY\+\S*[0-9a-f]{8}/);
    return ran;
  };
  return {
    folder,
    path: (name) => join(folder, name),
    async write(name, content) {
      await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
      return name;
    },
    run: (...args) => checked(args),
    async done(...args) {
      const ran = await checked(args);
      expect({ code: ran.code, said: ran.code === 0 ? '' : ran.out + ran.err }).toEqual({ code: 0, said: '' });
      return ran;
    },
    async ask(request) {
      const { code, out, err } = await checked(['--stdin'], JSON.stringify(request));
      return { code, answer: JSON.parse(out || err) };
    },
    sh: (line) => collect(spawn('bash', ['-c', NAMED + line], options)),
    terminal: (line) => collect(spawn('script', ['-qec', `bash -c '${NAMED}${line}'`, '/dev/null'], options)),
    files: async () => (await readdir(folder)).sort(),
    close: () => rm(folder, { recursive: true }),
  };
}
