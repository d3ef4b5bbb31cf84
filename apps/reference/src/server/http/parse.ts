import { WireError } from '../../wire/errors.js';
import type { Parser } from '../../wire/parse.js';
import type { Ctx } from './env.js';
import { badRequest, notFound, Problem, tooLarge } from './problem.js';

/** The largest JSON body: a sealed file's longest header, 2 MiB, with its labels fits in base64url. */
export const MAX_JSON_BYTES: number = 4 * 1024 * 1024;

/**
 * The JSON body of a request, through its parser, which throws WireError on anything that it does not know.
 *
 * @throws Problem 415 UNSUPPORTED, 413 TOO_LARGE, 400 BAD_REQUEST
 */
export async function body<T>(c: Ctx, parser: Parser<T>): Promise<T> {
  if (!/^application\/json(?:;\s*charset=utf-8)?$/i.test(c.req.header('content-type') ?? ''))
    throw new Problem(415, 'UNSUPPORTED', 'The body must be application/json');
  const bytes = await bodyBytes(c, MAX_JSON_BYTES);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw badRequest('body', cause);
  }
  return parser(value);
}

/** An id through its parser: what cannot be one names nothing. @throws Problem 404 NOT_FOUND */
export function named<T>(id: string | undefined, parser: Parser<T>): T {
  try {
    return parser(id);
  } catch (error) {
    throw error instanceof WireError ? notFound() : error;
  }
}

/** A part of the path, as `named`. */
export const param = <T>(c: Ctx, name: string, parser: Parser<T>): T => named(c.req.param(name), parser);

/** The whole body, as far as `most` bytes; what is longer is refused before it is held. @throws Problem 413 TOO_LARGE */
export async function bodyBytes(c: Ctx, most: number): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(c.req.header('content-length') ?? 0) > most) throw tooLarge();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of c.req.raw.body ?? []) {
    size += part.length;
    if (size > most) throw tooLarge();
    parts.push(part);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
