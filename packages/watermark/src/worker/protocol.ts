import { WatermarkError } from '../errors.js';
import type { Pixels } from '../image.js';
import { optionNames } from '../options.js';

/** Says whose a message is: a worker of an application's own may carry other messages beside ours. */
export const PROTOCOL = 'wardseal.org/watermark-worker/v0';

export type Verb = 'embed' | 'decode' | 'trace';

/** What crosses to the worker: one call. */
export interface Request {
  readonly protocol: typeof PROTOCOL;
  readonly job: number;
  readonly verb: Verb;
  readonly pictures: readonly Pixels[];
  readonly options: Readonly<Record<string, unknown>>;
  /** Whether anybody listens to how far it is. */
  readonly progress: boolean;
}

/** An error as plain data; what it was caused by stays behind. */
export interface Fault {
  readonly name: string;
  readonly message: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What comes back: how far, the answer, or the error. */
export type Answer = { readonly protocol: typeof PROTOCOL; readonly job: number } & (
  | { readonly done: number }
  | { readonly result: unknown }
  | { readonly fault: Fault }
);

/** Names of the options of a verb that are data. */
export function dataOptions(verb: Verb): readonly string[] {
  return optionNames(verb).filter((name) => name !== 'onProgress');
}

/** Pictures that a verb takes. */
const PICTURES: Readonly<Record<Verb, number>> = { embed: 1, decode: 1, trace: 2 };

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The number of the job a message is about, or null when the message is not ours or answers could not be told apart. */
export function jobOf(message: unknown): number | null {
  if (!isRecord(message) || message['protocol'] !== PROTOCOL) return null;
  const { job } = message;
  return typeof job === 'number' && Number.isSafeInteger(job) && job >= 0 ? job : null;
}

/**
 * A call out of an untrusted message. What the pictures and options hold is checked by the verb itself.
 *
 * @throws {WatermarkError} MESSAGE_INVALID: an unknown field, verb or option, or a wrong number of pictures.
 */
export function readRequest(message: unknown): Request {
  const bad = (field: string): never => {
    throw new WatermarkError('MESSAGE_INVALID', 'the worker was sent a message it does not know', { field });
  };
  if (!isRecord(message)) return bad('message');
  for (const name of Object.keys(message)) {
    if (!['protocol', 'job', 'verb', 'pictures', 'options', 'progress'].includes(name)) return bad('message');
  }
  const { verb, pictures, options, progress } = message;
  if (verb !== 'embed' && verb !== 'decode' && verb !== 'trace') return bad('verb');
  if (!Array.isArray(pictures) || pictures.length !== PICTURES[verb]) return bad('pictures');
  if (!isRecord(options) || Array.isArray(options)) return bad('options');
  const names = dataOptions(verb);
  for (const name of Object.keys(options)) if (!names.includes(name)) return bad('options');
  if (typeof progress !== 'boolean') return bad('progress');
  return message as unknown as Request;
}
