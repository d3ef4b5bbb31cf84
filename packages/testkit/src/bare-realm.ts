import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface BareRealmOptions {
  /** Handed to the program as its second argument: plain data and Uint8Arrays. */
  input?: unknown;
  /** The Node to run it with. Default: the one that runs the test. */
  node?: string;
  /** Default 60,000 ms. */
  timeoutMs?: number;
}

/** What a program finds besides the module: randomness from outside, as an application would inject it. */
export interface BareRealmTools {
  random: (length: number) => Uint8Array<ArrayBuffer>;
}

/**
 * Runs a built ES module, with all it imports, in a realm that has the language and nothing else: no `crypto`,
 * `TextEncoder`, `process`, `Blob`, `URL`, `console`, timers. Importing anything of Node's is an error.
 * It runs in a process of its own, because the module part of node:vm needs a flag of Node's.
 *
 * `program` is sent as text: it sees its arguments (module namespace, input, tools) and nothing around it. Its answer
 * comes back as plain data and Uint8Arrays. Rejects with what the module or the program threw, or after the time-out.
 *
 * @example
 * const digest = await bareRealm<typeof import('../src/index.js')>(
 *   new URL('../dist/index.js', import.meta.url), (api) => api.sha256(Uint8Array.of(1)));
 */
export function bareRealm<Module>(
  entry: string | URL,
  program: (module: Module, input: never, tools: BareRealmTools) => unknown,
  { input, node = process.execPath, timeoutMs = 60_000 }: BareRealmOptions = {},
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('../bare-realm-child.js', import.meta.url)), {
      execPath: node,
      execArgv: ['--experimental-vm-modules', '--experimental-import-meta-resolve', '--no-warnings'],
      env: {},
      serialization: 'advanced', // keeps Uint8Array, undefined, NaN and bigint
      timeout: timeoutMs,
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`the bare realm ended early (${signal ?? `exit ${code}`})`)));
    child.once('message', (answer: { value: unknown } | { error: string }) => {
      if ('error' in answer) reject(new Error(`in the bare realm: ${answer.error}`));
      else resolve(answer.value);
      child.disconnect();
    });
    child.send({ entry: entry instanceof URL ? fileURLToPath(entry) : entry, program: String(program), input });
  });
}
