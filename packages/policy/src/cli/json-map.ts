import { step } from '../errors.js';

/** Where the values of a JSON text stand, and what is wrong with the text. */
export interface JsonMap {
  /** Of each value, by its JSON pointer, where its member or it begins. */
  readonly places: ReadonlyMap<string, number>;
  /** The first place that is no JSON, or null. */
  readonly fault: { readonly at: number; readonly what: string } | null;
}

// Deeper than any document that is read.
const MAX_DEPTH = 64;

const BLANK = /[ \t\n\r]*/y;
// RFC 8259 section 7: anything but quotes, backslash and what stands below the blank. One character at a time: with `+` inside,
// a text that never ends could be cut up in more ways than can ever be tried.
const TEXT = /"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const ENDS = 'the text ends here';
const OTHER = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

class Fault extends Error {
  readonly at: number;

  constructor(at: number, what: string) {
    super(what);
    this.at = at;
  }
}

/** Reads a JSON text for its places. */
export function mapJson(text: string): JsonMap {
  const places = new Map<string, number>();
  let at = 0;

  /** What stands here after blanks, taken when `pattern` fits; null else. */
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const [found] = pattern.exec(text) ?? [];
    if (found !== undefined) at += found.length;
    return found ?? null;
  };
  const blank = (): string | undefined => {
    take(BLANK);
    return text[at];
  };
  const expect = (sign: string, what: string): void => {
    if (blank() !== sign) throw new Fault(at, what);
    at += 1;
  };
  /** The parts of an object or a list up to its closing sign; `part` reads one. */
  const parts = (close: string, part: (index: number) => void): void => {
    at += 1;
    if (blank() === close) {
      at += 1;
      return;
    }
    for (let index = 0; ; index++) {
      part(index);
      if (blank() === close) break;
      if (text[at] !== ',')
        throw new Fault(at, text[at] === undefined ? ENDS : `a comma or \`${close}\` is missing before this`);
      at += 1;
      if (blank() === close) throw new Fault(at, 'there is a comma too many before this');
    }
    at += 1;
  };
  const value = (path: string, depth: number): void => {
    const sign = blank();
    if (!places.has(path)) places.set(path, at);
    if (depth > MAX_DEPTH) throw new Fault(at, 'it is nested too deep');
    if (sign === '{') {
      parts('}', () => {
        blank();
        const begin = at;
        const name = take(TEXT);
        if (name === null) throw new Fault(begin, 'a name in double quotes is missing here');
        const key = JSON.parse(name) as string;
        const inner = step(path, key);
        places.set(inner, begin);
        expect(':', 'a colon is missing before this');
        value(inner, depth + 1);
      });
    } else if (sign === '[') parts(']', (index) => value(step(path, index), depth + 1));
    else if ((sign === '"' ? take(TEXT) : take(OTHER)) === null)
      throw new Fault(at, sign !== undefined ? 'this is no value that JSON knows' : ENDS);
  };

  let fault: JsonMap['fault'] = null;
  try {
    value('', 0);
    if (blank() !== undefined) throw new Fault(at, 'something follows after the end');
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    fault = { at: error.at, what: error.message };
  }
  return { places, fault };
}

/** Where the value stands that a JSON pointer names; the nearest that holds it where it is not there. */
export function placeOf({ places }: JsonMap, pointer: string): number {
  let path = pointer;
  while (path !== '' && !places.has(path)) path = path.slice(0, path.lastIndexOf('/'));
  return places.get(path) ?? 0;
}

/** The number of the line at a place, from 1, and what stands on it. */
export function lineAt(text: string, at: number): { readonly line: number; readonly content: string } {
  const begin = text.lastIndexOf('\n', at - 1) + 1;
  const end = text.indexOf('\n', at);
  return {
    line: text.slice(0, begin).split('\n').length,
    content: text.slice(begin, end < 0 ? undefined : end).trim(),
  };
}
