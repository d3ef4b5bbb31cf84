#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import type { JsonObject } from '../index.js';
import { type Command, fromJson, fromWords, helpOf, type Request, type Result } from './command.js';
import { EXIT, failureOf, jsonLine, looksSecret, UsageError, visible } from './failure.js';
import { jsonObject, takeStdin } from './input.js';

const PROGRAM = 'wardseal-crypto';
// A request is options and file names, with clinical facts of at most 16 KiB.
const MAX_REQUEST = 1_048_576;

type Verbs = Readonly<Record<string, Command>>;

/** Every command, its verbs in a module of its own that is loaded when it is asked for. A command without verbs is `''`. */
const COMMANDS: Readonly<Record<string, { readonly about: string; load(): Promise<{ readonly verbs: Verbs }> }>> = {
  keygen: { about: 'make keys for receiving and for signing; protect them', load: () => import('./keygen.js') },
  seal: { about: 'seal a file for named people', load: () => import('./seal.js') },
  open: { about: 'open a file and prove who sealed it', load: () => import('./open.js') },
  inspect: { about: 'show what a file shows to everybody', load: () => import('./inspect.js') },
  recipients: { about: 'list, add or remove people of a file', load: () => import('./recipients.js') },
  release: { about: 'let one entitled person open a file', load: () => import('./release.js') },
  recover: { about: 'open a file with its guardians', load: () => import('./recover.js') },
  directory: { about: 'sign and verify who is who; enrol people', load: () => import('./directory.js') },
  erase: { about: "destroy a file's header and certify it", load: () => import('./erase.js') },
};

const USAGE = `Seals files for named people; every sealed file is an age v1 file.

${Object.entries(COMMANDS)
  .map(([name, { about }]) => `  ${PROGRAM} ${name.padEnd(12)}${about}\n`)
  .join('')}
  ${PROGRAM} COMMAND --help
  ${PROGRAM} --version
  ${PROGRAM} --stdin     a request as JSON: {"command":"inspect","files":["picture.age"]}, options under their
                              long names; the answer is JSON too

Exit codes: 0 done, 1 refused by a check (its code is printed), 2 wrong usage, 3 trouble with files, pipes or terminal
`;

/** What to do next where the message of the package cannot know of options: by code and `what`. */
const HINTS: Readonly<Record<string, string>> = {
  'HEADER_INVALID version line': 'this is no sealed file; a header that was written apart is given with --header',
  'GRANT_INVALID authority': '--changes-by names whose changes of recipients you accept',
};

/** What is known of a request; filled as far as it was read, so that a failure is told where its result would have been. */
const asked: { json: boolean; command?: Command; request?: Request } = { json: false };

/** Where the result goes: beside the output, never into it. */
function resultStream(): NodeJS.WriteStream {
  const { command, request } = asked;
  const output = request?.values['output'];
  return command?.payload && (output === undefined || output === '-') ? process.stderr : process.stdout;
}

function say({ facts, words }: Result): void {
  if (asked.json) resultStream().write(jsonLine(facts));
  else if (words.length > 0) resultStream().write(`${words.map(visible).join('\n')}\n`);
}

async function find(words: readonly string[]): Promise<{ command: Command; rest: readonly string[] }> {
  const [name = '', ...rest] = words;
  const group = Object.hasOwn(COMMANDS, name) ? COMMANDS[name]! : undefined;
  if (group === undefined) throw new UsageError(name === '' ? 'no command given' : 'there is no such command');
  const { verbs } = await group.load();
  const [verb = '', ...more] = rest;
  if (verb === '--help' || verb === '-h')
    throw new Help(
      Object.values(verbs)
        .map((one) => helpOf(PROGRAM, one))
        .join('\n'),
    );
  if (verb !== '' && Object.hasOwn(verbs, verb)) return { command: verbs[verb]!, rest: more };
  if (verbs['']) return { command: verbs[''], rest };
  throw new UsageError(`${name} needs one of: ${Object.keys(verbs).join(', ')}`);
}

/** Not an error: the asked-for text instead of a run. */
class Help extends Error {}

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

async function main(words: readonly string[]): Promise<void> {
  const [first] = words;
  if (first === undefined) throw new UsageError('no command given');
  if (first === '--help' || first === '-h' || first === 'help') throw new Help(USAGE);
  if (first === '--version') {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    throw new Help(`${version}\n`);
  }
  asked.json = words.includes('--json') || first === '--stdin';
  if (words.some(looksSecret))
    throw new UsageError('a secret key stands on the command line, where others see it: give a file');
  if (first === '--stdin') {
    if (words.length > 1) throw new UsageError('--stdin takes everything from the request');
    const request = await requestOnStdin();
    const name = request['command'];
    if (typeof name !== 'string') throw new UsageError('the request names no command');
    const { command, rest } = await find(name.split(' '));
    if (rest.length > 0) throw new UsageError('there is no such command');
    asked.command = command;
    asked.request = fromJson(command, request);
  } else {
    const { command, rest } = await find(words);
    asked.command = command;
    asked.request = fromWords(command, rest);
    if (asked.request.values['help']) throw new Help(helpOf(PROGRAM, command));
  }
  const { values, operands } = asked.request;
  say(await asked.command.run(values, operands));
}

// A reader that went away, or a full disk behind stdout: no stack, and not a success.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', () => {
    process.exitCode = EXIT.trouble;
  });

main(process.argv.slice(2)).catch(async (error: unknown) => {
  if (error instanceof Help) {
    process.stdout.write(error.message);
    return;
  }
  const { exit, code, message, facts } = await failureOf(error);
  process.exitCode = exit;
  // Whoever closed the pipe knows it.
  if ((error as NodeJS.ErrnoException)?.code === 'EPIPE') return;
  if (asked.json) resultStream().write(jsonLine({ error: { code, message, ...facts } }));
  else {
    const named = exit === EXIT.refused ? `${code}: ${message}` : message;
    const hint = exit === EXIT.usage ? '--help says more' : HINTS[`${code} ${facts?.what}`];
    process.stderr.write(`${PROGRAM}: ${named}\n${hint === undefined ? '' : `${PROGRAM}: ${hint}\n`}`);
  }
});
