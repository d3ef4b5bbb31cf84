import { readBody } from '@wardseal/primitives/read-body';
import { fromUtf8 } from '@wardseal/primitives/text';

/** Bytes of a request's body: a one-opening key of 1,622 characters, a handle, a passcode and a proof fit twice. */
export const MAX_BODY_BYTES = 8192;

/** A request that is refused before anything is looked up; `error` is all that its sender is told. */
export class RefusedRequest extends Error {
  override readonly name = 'RefusedRequest';
  readonly status: number;
  readonly error: string;
  constructor(status: number, error: string) {
    super(`request refused: ${error}`);
    this.status = status;
    this.error = error;
  }
}

/** The texts of a request by name. */
export type Fields<Name extends string> = Partial<Record<Name, string>>;

const JSON_TYPE = /^application\/json[\t ]*(?:;[\t ]*charset=utf-8[\t ]*)?$/i;

/** Throws RefusedRequest 403 `origin` unless a page of one of these origins sent the request. */
export function requireOwnPage({ headers }: Request, origins: readonly string[]): void {
  const site = headers.get('sec-fetch-site');
  if (!origins.includes(headers.get('origin') ?? '') || (site !== null && site !== 'same-origin'))
    throw new RefusedRequest(403, 'origin');
}

/**
 * The JSON object that a page of this origin posts: texts under known names, and nothing else.
 *
 * A form, another site's script and a link preview cannot send one: a form has no JSON type, a script of another site would
 * need an answer to OPTIONS that is never given, and both would name another origin (Fetch Metadata says it once more).
 * Throws RefusedRequest: 403 `origin`, 415 `type`, 413 `size`, 400 `body`.
 */
export async function readFields<Name extends string>(
  request: Request,
  origins: readonly string[],
  limits: Readonly<Record<Name, number>>,
): Promise<Fields<Name>> {
  requireOwnPage(request, origins);
  const { headers } = request;
  if (!JSON_TYPE.test(headers.get('content-type') ?? '') || headers.has('content-encoding'))
    throw new RefusedRequest(415, 'type');
  if (Number(headers.get('content-length') ?? 0) > MAX_BODY_BYTES) throw new RefusedRequest(413, 'size');
  const bytes = await readBody(request.body, MAX_BODY_BYTES).catch(() => refuse());
  if (bytes === null) throw new RefusedRequest(413, 'size');
  const value = parse(fromUtf8(bytes) ?? refuse());
  const fields: Fields<Name> = Object.create(null);
  for (const [name, text] of Object.entries(value)) {
    if (!Object.hasOwn(limits, name) || typeof text !== 'string' || text.length > limits[name as Name]) refuse();
    fields[name as Name] = text;
  }
  return fields;
}

function parse(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    refuse();
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : refuse();
}

function refuse(): never {
  throw new RefusedRequest(400, 'body');
}
