import type { Ctx } from './env.js';
import { Problem } from './problem.js';

/** The largest JSON body: a header of a sealed file with its labels is below 3 MiB in base64url. */
export const MAX_JSON_BYTES: number = 4 * 1024 * 1024;

/**
 * The JSON body of a request, through its parser, which throws on anything that it does not know.
 *
 * @throws Problem 413 BODY_TOO_LARGE, 415 NOT_JSON, 400 BODY_INVALID
 */
export async function body<T>(c: Ctx, parser: (value: unknown) => T): Promise<T> {
  const text = await c.req.text();
  try {
    return parser(JSON.parse(text));
  } catch (cause) {
    throw new Problem(400, 'BODY_INVALID', 'The request is not as it must be', { cause });
  }
}
