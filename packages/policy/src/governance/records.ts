import { matching, type Shape } from '../check/shape.js';
import { PolicyError } from '../errors.js';
import { plain } from '../plain.js';

/** One line for a table: no control character, not blank. */
export const title: Shape = matching(/^(?=.*\S)[^\p{Cc}\p{Cs}\u2028\u2029]{1,200}$/u);
/** What a person wrote, a page at most; line feeds and tabs are the only control characters. */
export const prose: Shape = matching(/^(?=\s*\S)(?:[\t\n]|[^\p{Cc}\p{Cs}]){1,4000}$/u);

// What was checked is frozen, so that it stays checked: a server may pass the same records with every request.
const checked = new WeakMap<object, Shape>();

/** A frozen copy of plain JSON of this shape, or a PolicyError with a path below `path`. */
export function read<T>(json: unknown, shape: Shape, path = ''): T {
  if (typeof json === 'object' && json !== null && checked.get(json) === shape) return json as T;
  const copy = plainBelow(json, path);
  shape(copy, path);
  checked.set(copy as object, shape);
  return copy as T;
}

function plainBelow(json: unknown, path: string): unknown {
  try {
    return plain(json);
  } catch (error) {
    if (!(error instanceof PolicyError) || path === '') throw error;
    const message = error.message.slice(0, error.message.lastIndexOf(' at `'));
    throw new PolicyError(error.code, path + error.path, message, { cause: error });
  }
}

/** Refuses a list that is none, or longer than anything the caller can mean. */
export function bounded<T>(list: readonly T[], most: number, path: string): readonly T[] {
  if (!Array.isArray(list)) throw new PolicyError('DOCUMENT_INVALID', path, 'expected a list');
  if (list.length > most) throw new PolicyError('DOCUMENT_TOO_LARGE', path, `more than ${most} entries`);
  return list;
}
