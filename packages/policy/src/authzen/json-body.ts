import { readBody } from '@wardseal/primitives/read-body';
import { fromUtf8 } from '@wardseal/primitives/text';
import { refuseRepeats } from '../json-text.js';
import { Refusal } from './refusal.js';

/** Largest body, bytes: a batch of 1,000 evaluations with 1 kB of facts each. */
export const MAX_BODY_BYTES = 1_048_576;
/** Deepest nesting of a body: a request is 3 levels deep, its facts a few more. */
export const MAX_BODY_DEPTH = 32;

/** The JSON object that a request carries; refused when it is anything else. */
export async function jsonBody(request: Request): Promise<Readonly<Record<string, unknown>>> {
  if (!/^application\/json[\t ]*(;|$)/i.test(request.headers.get('content-type') ?? ''))
    throw new Refusal('CONTENT_TYPE_INVALID');
  const text = fromUtf8(await bytesOf(request));
  if (text === null || isTooDeep(text)) throw new Refusal('BODY_INVALID');
  let value: unknown;
  try {
    value = JSON.parse(text, /\\ud/i.test(text) ? wholeText : undefined);
    // What stands before us may have gone by the other one.
    refuseRepeats(text);
  } catch {
    throw new Refusal('BODY_INVALID');
  }
  return isRecord(value) ? value : refuse();
}

function refuse(): never {
  throw new Refusal('BODY_INVALID');
}

/** An object that is no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function bytesOf({ body }: Request): Promise<Uint8Array<ArrayBuffer>> {
  if (body === null) refuse();
  const bytes = await readBody(body, MAX_BODY_BYTES);
  if (bytes === null) throw new Refusal('BODY_TOO_LARGE');
  return bytes;
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

/** Whether brackets outside of texts nest too deep, found before a parser descends into them. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let isText = false;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit === QUOTE) isText = !isText;
    else if (isText) i += unit === BACKSLASH ? 1 : 0;
    else if (unit === OPEN || unit === OPEN_LIST) depth += 1;
    else if (unit === CLOSE || unit === CLOSE_LIST) depth -= 1;
    if (depth > MAX_BODY_DEPTH) return true;
  }
  return false;
}

/** An escape can make half a character, which no UTF-8 can carry on: two texts that differ would look alike elsewhere. */
function wholeText(key: string, value: unknown): unknown {
  if (/\p{Surrogate}/u.test(key) || (typeof value === 'string' && /\p{Surrogate}/u.test(value))) refuse();
  return value;
}
