import { parseArgs } from 'node:util';
import { UsageError } from './failure.js';
import type { JsonObject } from './input.js';

/**
 * How an option is given: a `flag` alone, a `text` once, `texts` any number of times, an `object` as the name of a JSON file
 * (in a request on stdin also as the object itself).
 */
type Kind = 'flag' | 'text' | 'texts' | 'object';

export interface Option {
  readonly kind: Kind;
  readonly short?: string;
  /** What stands for the value in the help. */
  readonly value?: string;
  readonly help: string;
}

export type Options = Readonly<Record<string, Option>>;

interface Given {
  flag: boolean;
  text: string | undefined;
  texts: readonly string[];
  object: string | JsonObject | undefined;
}

/** The options' values, by name. */
export type Values<O extends Options> = { readonly [Name in keyof O]: Given[O[Name]['kind']] };

/** What a command did. */
export interface Result {
  /** For programs, printed as one line of JSON under `--json`. */
  readonly facts: object;
  /** The same for people, one line each. */
  readonly words: readonly string[];
  /** The exit code, where it is not 0: a check may be done and its answer no. */
  readonly exit?: number;
}

/** One command, or one verb of it. */
export interface Command<O extends Options = Options> {
  /** How it is called, without the program's name. */
  readonly usage: string;
  /** What it does, in the help. */
  readonly about: string;
  readonly options: O;
  /** Least and most operands. */
  readonly operands: readonly [number, number];
  /** The operands' member in a request in JSON, a list or one text; `files` without it. */
  readonly named?: string;
  /** Whole command lines for the help, each with a word on it. */
  readonly examples?: readonly (readonly [line: string, what: string])[];
  /** Whether stdout carries its output unless `--output` says otherwise; then the result goes to stderr. */
  readonly payload: boolean;
  run(values: Values<O> & Values<typeof COMMON>, operands: readonly string[]): Promise<Result>;
}

type Flag = Option & { readonly kind: 'flag' };
type Text = Option & { readonly kind: 'text' };

/** Options of every command. */
export const COMMON: { readonly json: Flag; readonly help: Flag } = {
  json: { kind: 'flag', help: 'answer in JSON, on stderr where stdout carries the output' },
  help: { kind: 'flag', short: 'h', help: 'this text' },
};

/** Where the output goes. */
export const OUTPUT: { readonly output: Text; readonly force: Flag } = {
  output: {
    kind: 'text',
    short: 'o',
    value: 'FILE',
    help: 'write here, not to stdout; `-` is stdout even on a terminal',
  },
  force: { kind: 'flag', short: 'f', help: 'replace a file that exists' },
};

/** Keeps the options' names and kinds for the type of `run`. */
export function command<const O extends Options>(definition: Command<O>): Command {
  return definition as unknown as Command;
}

/** What was asked of a command. */
export interface Request {
  readonly values: Values<Options> & Values<typeof COMMON>;
  readonly operands: readonly string[];
}

// Ids, digests and thumbprints are base64url: one in 64 begins with a hyphen and looks like options.
const HYPHENATED = /^-(?:[\w-]{21}|[\w-]{42})$/;

/** The words with such a value joined to its option. */
function joined(options: Options, words: readonly string[]): string[] {
  const args: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const [word, next] = [words[i]!, words[i + 1] ?? ''];
    const found = Object.entries(options).find(([name, { short }]) => word === `--${name}` || word === `-${short}`);
    const takes = found !== undefined && found[1].kind !== 'flag' && HYPHENATED.test(next);
    args.push(takes ? `--${found[0]}=${next}` : word);
    if (takes) i++;
  }
  return args;
}

/** Reads the words of a command line. */
export function fromWords(command: Command, words: readonly string[]): Request {
  const { options } = command;
  const { values, positionals } = parseArgs({
    args: joined(options, words),
    allowPositionals: true,
    options: Object.fromEntries(
      Object.entries({ ...options, ...COMMON }).map(([name, option]: [string, Option]) => [
        name,
        {
          type: option.kind === 'flag' ? ('boolean' as const) : ('string' as const),
          multiple: option.kind === 'texts',
          ...(option.short === undefined ? {} : { short: option.short }),
        },
      ]),
    ),
  });
  return complete(command, values, positionals);
}

const IS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  flag: (value) => typeof value === 'boolean',
  text: (value) => typeof value === 'string',
  texts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  object: (value) =>
    typeof value === 'string' || (typeof value === 'object' && value !== null && !Array.isArray(value)),
};

/** Counts and times may be numbers, as they are in the answers. */
function textOf(value: unknown): unknown {
  return Number.isSafeInteger(value) ? String(value) : value;
}

/** Reads a request in JSON: the options under their long names, operands under `files` or the name they have. */
export function fromJson(command: Command, request: JsonObject): Request {
  const { options, named } = command;
  const { command: _, [named ?? 'files']: asked = [], ...values } = request;
  // One operand that has a name of its own need not be put into a list.
  const files = named !== undefined && !Array.isArray(asked) ? [textOf(asked)] : asked;
  if (!IS.texts(files))
    throw new UsageError(`\`${named ?? 'files'}\` must be a ${named === undefined ? '' : 'text or a '}list of texts`);
  const given: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    const option = Object.hasOwn(options, name) ? options[name]! : undefined;
    if (option === undefined) throw new UsageError(`the request has an unknown member: ${name}`);
    const text = option.kind === 'text' ? textOf(value) : value;
    if (!IS[option.kind](text)) throw new UsageError(`\`${name}\` is of the wrong type`);
    given[name] = text;
  }
  return complete(command, given, files as readonly string[]);
}

function complete(
  { options, operands: [least, most], named }: Command,
  given: Readonly<Record<string, unknown>>,
  operands: readonly string[],
): Request {
  const empty: Given = { flag: false, text: undefined, texts: [], object: undefined };
  const names = Object.entries({ ...options, ...COMMON });
  const values = Object.fromEntries(names.map(([name, { kind }]) => [name, given[name] ?? empty[kind]]));
  if (!values['help'] && operands.length < least) throw new UsageError(`${named ?? 'a file'} is missing`);
  if (!values['help'] && operands.length > most) throw new UsageError(named ? 'too many words' : 'too many files');
  return { values: values as Request['values'], operands };
}

// Fits a terminal of ordinary width.
const COLUMNS = 110;

/** A text on several lines, the later ones set in; what stands in brackets stays together. */
function wrapped(text: string): string {
  const lines: string[] = [''];
  for (const word of text.split(/ (?![^[(]*[\])])/)) {
    const line = lines.at(-1)!;
    if (line.length + word.length > COLUMNS) lines.push(`    ${word}`);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}

/** The help of one command, made from its options so that it cannot say anything else than what is read. */
export function helpOf(program: string, { usage, about, options, examples = [] }: Command): string {
  const lines = Object.entries({ ...options, ...COMMON }).map(([name, option]: [string, Option]) => {
    const short = option.short === undefined ? '    ' : `-${option.short}, `;
    const value = option.kind === 'flag' ? '' : ` ${option.value ?? 'FILE'}`;
    return {
      left: `  ${short}--${name}${value}`,
      help: `${option.help}${option.kind === 'texts' ? ' (repeatable)' : ''}`,
    };
  });
  const width = Math.max(...lines.map(({ left }) => left.length)) + 2;
  const table = lines.map(({ left, help }) => `${left.padEnd(width)}${help}\n`).join('');
  const shown = examples.map(([line, what]) => `\n  ${program} ${line}\n      ${what}\n`).join('');
  const text = wrapped(about.replaceAll('\n', ' ')).replaceAll('\n    ', '\n');
  return `${wrapped(`${program} ${usage}`)}\n\n${text}\n\n${table}${shown && `\nFor example\n${shown}`}`;
}
