import { parseArgs } from 'node:util';
import type { JsonObject } from '../index.js';
import { UsageError } from './failure.js';

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
  /** Whether stdout carries its output unless `--output` says otherwise; then the result goes to stderr. */
  readonly payload: boolean;
  run(values: Values<O>, operands: readonly string[]): Promise<Result>;
}

/** Options of every command. */
export const COMMON = {
  json: { kind: 'flag', help: 'answer in JSON, on stderr where stdout carries the output' },
  help: { kind: 'flag', short: 'h', help: 'this text' },
} as const satisfies Options;

/** Where the output goes. */
export const OUTPUT = {
  output: {
    kind: 'text',
    short: 'o',
    value: 'FILE',
    help: 'write here, not to stdout; `-` is stdout even on a terminal',
  },
  force: { kind: 'flag', short: 'f', help: 'replace a file that exists' },
} as const satisfies Options;

/** Keeps the options' names and kinds for the type of `run`. */
export function command<const O extends Options>(definition: Command<O>): Command {
  return definition as unknown as Command;
}

/** What was asked of a command. */
export interface Request {
  readonly values: Values<Options>;
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
export function fromWords({ options, operands }: Command, words: readonly string[]): Request {
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
  return complete(options, operands, values, positionals);
}

const IS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  flag: (value) => typeof value === 'boolean',
  text: (value) => typeof value === 'string',
  texts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  object: (value) =>
    typeof value === 'string' || (typeof value === 'object' && value !== null && !Array.isArray(value)),
};

/** Reads a request in JSON: the options under their long names, operands under `files`. */
export function fromJson({ options, operands }: Command, request: JsonObject): Request {
  const { command: _, files = [], ...values } = request;
  if (!IS.texts(files)) throw new UsageError('`files` must be a list of texts');
  const given: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    const option = Object.hasOwn(options, name) ? options[name]! : undefined;
    if (option === undefined) throw new UsageError(`the request has an unknown member: ${name}`);
    // Counts and times may be numbers, as they are in the answers.
    const text = option.kind === 'text' && Number.isSafeInteger(value) ? String(value) : value;
    if (!IS[option.kind](text)) throw new UsageError(`\`${name}\` is of the wrong type`);
    given[name] = text;
  }
  return complete(options, operands, given, files as readonly string[]);
}

function complete(
  options: Options,
  [least, most]: readonly [number, number],
  given: Readonly<Record<string, unknown>>,
  operands: readonly string[],
): Request {
  const empty: Given = { flag: false, text: undefined, texts: [], object: undefined };
  const names = Object.entries({ ...options, ...COMMON });
  const values = Object.fromEntries(names.map(([name, { kind }]) => [name, given[name] ?? empty[kind]]));
  if (!values['help'] && (operands.length < least || operands.length > most))
    throw new UsageError(operands.length < least ? 'a file is missing' : 'too many files');
  return { values: values as Values<Options>, operands };
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
export function helpOf(program: string, { usage, about, options }: Command): string {
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
  return `${wrapped(`${program} ${usage}`)}\n\n${wrapped(about.replaceAll('\n', ' ')).replaceAll('\n    ', '\n')}\n\n${table}`;
}
