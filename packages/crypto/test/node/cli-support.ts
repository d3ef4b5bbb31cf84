import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** The built command. */
export const CLI: string = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly bytes: Buffer;
}

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

/** A folder in which commands run. */
export interface Shell {
  readonly folder: string;
  path(name: string): string;
  /** Runs the command; whatever it says, it says no secret and no stack. */
  run(args: readonly string[], input?: string | Uint8Array): Promise<Ran>;
  /** The same, expecting success. */
  done(args: readonly string[], input?: string | Uint8Array): Promise<Ran>;
  /** Runs a line of shell in which `wardseal-crypto` is the command. */
  sh(line: string, input?: string | Uint8Array): Promise<Ran>;
  /** Runs a line of shell under a terminal, which gives both its streams as one. */
  terminal(line: string): Promise<Ran>;
  files(): Promise<string[]>;
  close(): Promise<void>;
}

/** Lets a line of shell call the built command by its name. */
export const NAMED: string = `wardseal-crypto() { "${process.execPath}" "${CLI}" "$@"; }; `;

export async function shell(): Promise<Shell> {
  const folder = await mkdtemp(join(tmpdir(), 'cli-'));
  const options = { cwd: folder, timeout: 120_000 };
  const run: Shell['run'] = async (args, input) => {
    const ran = await collect(spawn(process.execPath, [CLI, ...args], options), input);
    expect(ran.err).not.toMatch(/\n\s+at /);
    expect(ran.err).not.toMatch(/-KEY-(PQ-)?1[0-9A-Z]/);
    return ran;
  };
  return {
    folder,
    run,
    path: (name) => join(folder, name),
    async done(args, input) {
      const ran = await run(args, input);
      expect({ code: ran.code, err: ran.code === 0 ? '' : ran.err }).toEqual({ code: 0, err: '' });
      return ran;
    },
    sh: (line, input) => collect(spawn('bash', ['-c', NAMED + line], options), input),
    terminal: (line) => collect(spawn('script', ['-qec', `bash -c '${NAMED}${line}'`, '/dev/null'], options)),
    files: async () => (await readdir(folder)).sort(),
    close: () => rm(folder, { recursive: true }),
  };
}
