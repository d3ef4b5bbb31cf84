import { readFileSync } from 'node:fs';
import { type Command, fromJson, fromWords, helpOf, type Request, type Result } from './command.js';
import { type Failure, failureOf, type Judge, jsonLine, looksSecret, UsageError, visible } from './failure.js';
import { type JsonObject, jsonObject, takeStdin } from './input.js';

type Verbs = Readonly<Record<string, Command>>;

/** One command line: everything that is the same for all of them is here, the rest is said by these. */
export interface Program {
  readonly name: string;
  /** What it is for, in one line. */
  readonly about: string;
  /** Every command, its verbs in a module of its own that is loaded when it is asked for. A command without verbs is `''`. */
  readonly commands: Readonly<Record<string, { readonly about: string; load(): Promise<{ readonly verbs: Verbs }> }>>;
  /** A request as JSON, for the help. */
  readonly request: string;
  /** The exit codes of what failed, and all of them in words. */
  readonly exits: Readonly<Record<Failure['kind'], number>> & { readonly words: string };
  /** The package's `package.json`. */
  readonly manifest: URL;
  /** Says what one of the package's own errors means. */
  readonly judge: Judge;
  /** What to do next, where the message of the package cannot know of options. */
  readonly hint?: (failure: Failure) => string | undefined;
}

// A request is options and file names, with an object or two of at most 16 KiB.
const MAX_REQUEST = 1_048_576;

/** Not an error: the asked-for text instead of a run. */
class Help extends Error {}

function usageOf({ name, about, commands, request, exits }: Program): string {
  const width = Math.max(...Object.keys(commands).map((command) => command.length)) + 2;
  const list = Object.entries(commands).map(([command, it]) => `  ${name} ${command.padEnd(width)}${it.about}\n`);
  return `${about}

${list.join('')}
  ${name} COMMAND --help
  ${name} --version
  ${name} --stdin     a request as JSON: ${request}, options under their
  ${' '.repeat(name.length)}             long names; the answer is JSON too

Exit codes: ${exits.words}
`;
}

async function find(
  program: Program,
  words: readonly string[],
): Promise<{ command: Command; rest: readonly string[] }> {
  const [name = '', ...rest] = words;
  const group = Object.hasOwn(program.commands, name) ? program.commands[name]! : undefined;
  if (group === undefined) throw new UsageError(name === '' ? 'no command given' : 'there is no such command');
  const { verbs } = await group.load();
  const [verb = '', ...more] = rest;
  if (verb === '--help' || verb === '-h')
    throw new Help(
      Object.values(verbs)
        .map((one) => helpOf(program.name, one))
        .join('\n'),
    );
  if (verb !== '' && Object.hasOwn(verbs, verb)) return { command: verbs[verb]!, rest: more };
  if (verbs['']) return { command: verbs[''], rest };
  throw new UsageError(`${name} needs one of: ${Object.keys(verbs).join(', ')}`);
}

async function requestOnStdin(): Promise<JsonObject> {
  takeStdin('the request');
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MAX_REQUEST) throw new UsageError('the request is too long');
  }
  const request = jsonObject(text);
  if (request === null) throw new UsageError('the request is not a JSON object');
  return request;
}

/** What is known of a request; filled as far as it was read, so that a failure is told where its result would have been. */
class Run {
  readonly #program: Program;
  #json = false;
  #command: Command | undefined;
  #request: Request | undefined;

  constructor(program: Program) {
    this.#program = program;
  }

  async start(words: readonly string[]): Promise<void> {
    const [first] = words;
    if (first === undefined) throw new UsageError('no command given');
    if (first === '--help' || first === '-h' || first === 'help') throw new Help(usageOf(this.#program));
    if (first === '--version') {
      const { version } = JSON.parse(readFileSync(this.#program.manifest, 'utf8'));
      throw new Help(`${version}\n`);
    }
    this.#json = words.includes('--json') || first === '--stdin';
    if (words.some(looksSecret))
      throw new UsageError('a secret stands on the command line, where others see it: give a file');
    await (first === '--stdin' ? this.#read(words) : this.#parse(words));
    const { values, operands } = this.#request!;
    this.#say(await this.#command!.run(values, operands));
  }

  async #read(words: readonly string[]): Promise<void> {
    if (words.length > 1) throw new UsageError('--stdin takes everything from the request');
    const request = await requestOnStdin();
    const name = request['command'];
    if (typeof name !== 'string') throw new UsageError('the request names no command');
    const { command, rest } = await find(this.#program, name.split(' '));
    if (rest.length > 0) throw new UsageError('there is no such command');
    this.#command = command;
    this.#request = fromJson(command, request);
  }

  async #parse(words: readonly string[]): Promise<void> {
    const { command, rest } = await find(this.#program, words);
    this.#command = command;
    this.#request = fromWords(command, rest);
    if (this.#request.values['help']) throw new Help(helpOf(this.#program.name, command));
  }

  /** Where the result goes: beside the output, never into it. */
  #stream(): NodeJS.WriteStream {
    const output = this.#request?.values['output'];
    return this.#command?.payload && (output === undefined || output === '-') ? process.stderr : process.stdout;
  }

  #say({ facts, words, exit }: Result): void {
    if (exit !== undefined) process.exitCode = exit;
    if (this.#json) this.#stream().write(jsonLine(facts));
    else if (words.length > 0) this.#stream().write(`${words.map(visible).join('\n')}\n`);
  }

  fail(error: unknown): void {
    if (error instanceof Help) {
      process.stdout.write(error.message);
      return;
    }
    const { name, exits, judge, hint } = this.#program;
    const failure = failureOf(error, judge);
    const { kind, code, message, facts } = failure;
    process.exitCode = failure.exit ?? exits[kind];
    // Whoever closed the pipe knows it.
    if ((error as NodeJS.ErrnoException)?.code === 'EPIPE') return;
    if (this.#json) this.#stream().write(jsonLine({ error: { code, message, ...facts } }));
    else {
      const named = kind === 'refused' ? `${code}: ${message}` : message;
      const more = kind === 'usage' ? '--help says more' : hint?.(failure);
      process.stderr.write(`${name}: ${named}\n${more === undefined ? '' : `${name}: ${more}\n`}`);
    }
  }
}

/** Runs a command line. */
export function runProgram(program: Program, words: readonly string[]): void {
  // A reader that went away, or a full disk behind stdout: no stack, and not a success. What a check found stays.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', () => {
      if (process.exitCode !== program.exits.refused) process.exitCode = program.exits.trouble;
    });
  const run = new Run(program);
  run.start(words).catch((error: unknown) => run.fail(error));
}
