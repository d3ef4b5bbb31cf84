// Changes of a file: of its bytes, of its lines, and of how its values are written.

type Next = () => number;

/** A changed copy, and what was done. */
export interface Mutant {
  readonly what: string;
  readonly data: Uint8Array;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function pick<T>(next: Next, list: readonly T[]): T {
  return list[next() % list.length]!;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const BYTES: Readonly<Record<string, (data: Uint8Array, next: Next) => Uint8Array>> = {
  'a changed byte': (data, next) => {
    const changed = new Uint8Array(data);
    changed[next() % data.length]! ^= 1 + (next() % 255);
    return changed;
  },
  'a changed bit': (data, next) => {
    const changed = new Uint8Array(data);
    changed[next() % data.length]! ^= 1 << (next() % 8);
    return changed;
  },
  'a byte more': (data, next) => {
    const at = next() % (data.length + 1);
    return joined(data.subarray(0, at), Uint8Array.of(next() % 256), data.subarray(at));
  },
  'a byte less': (data, next) => {
    const at = next() % data.length;
    return joined(data.subarray(0, at), data.subarray(at + 1));
  },
  'two bytes swapped': (data, next) => {
    const changed = new Uint8Array(data);
    const at = next() % (data.length - 1);
    [changed[at], changed[at + 1]] = [data[at + 1]!, data[at]!];
    return changed;
  },
  'a part twice': (data, next) => {
    const from = next() % data.length;
    const to = from + 1 + (next() % (data.length - from));
    return joined(data.subarray(0, to), data.subarray(from));
  },
  'a part zeroed': (data, next) => {
    const from = next() % data.length;
    return new Uint8Array(data).fill(0, from, from + 1 + (next() % 64));
  },
  'a part missing': (data, next) => {
    const from = next() % data.length;
    return joined(data.subarray(0, from), data.subarray(from + 1 + (next() % (data.length - from))));
  },
  truncation: (data, next) => data.subarray(0, next() % data.length),
  'bytes behind it': (data, next) => joined(data, pick(next, BEHIND)),
};

// What an editor, a copy tool or a forger leaves at the end.
const BEHIND = ['\n', '\r\n', ' ', '\0', '=', 'A', '\n\n', '\u001a', '\ufeff'].map(encode);

/** Changes one line; null where that does not apply. */
type LineChange = (line: string, next: Next) => string | null;

const LINE: Readonly<Record<string, LineChange>> = {
  'CR before LF': (line) => `${line}\r`,
  'a blank behind a line': (line, next) => line + pick(next, [' ', '\t', '\u00a0', '\u200b']),
  'a blank before a line': (line, next) => pick(next, [' ', '\t', '\ufeff']) + line,
  'a blank in a line': (line, next) => {
    const at = next() % (line.length + 1);
    return line.slice(0, at) + pick(next, [' ', '\t', '\u2028']) + line.slice(at);
  },
  'two blanks for one': (line) => (line.includes(' ') ? line.replace(' ', '  ') : null),
  'an empty line': (line) => `\n${line}`,
  'a line that extends it': (line) => `${line}\nextension 1`,
  'a line twice': (line) => `${line}\n${line}`,
  'a comment': (line) => `# ${line}`,
  'a leading zero': (line) => rewrite(line, /(?<![A-Za-z0-9+/])\d+(?![A-Za-z0-9+/=])/, (number) => `0${number}`),
  'a plus sign': (line) => rewrite(line, /(?<![A-Za-z0-9+/])\d+(?![A-Za-z0-9+/=])/, (number) => `+${number}`),
  'a decimal point': (line) => rewrite(line, /(?<![A-Za-z0-9+/])\d+(?![A-Za-z0-9+/=])/, (number) => `${number}.0`),
  'upper-case hex': (line) =>
    rewrite(line, /(?<![A-Za-z0-9])[0-9a-f]{8,64}(?![A-Za-z0-9])/, (hex) => hex.toUpperCase()),
  'other capitals': (line, next) => {
    const at = next() % Math.max(1, line.length);
    const [upper, lower] = [line.charAt(at).toUpperCase(), line.charAt(at).toLowerCase()];
    return line.slice(0, at) + (line.charAt(at) === upper ? lower : upper) + line.slice(at + 1);
  },
  'the alphabet of URLs': (line) =>
    rewrite(line, TOKEN, (token) => token.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')),
  'no padding': (line) => rewrite(line, TOKEN, (token) => token.replace(/=+$/, '')),
  'more padding': (line) => rewrite(line, TOKEN, (token) => `${token}=`),
  'another tail': (line, next) =>
    rewrite(line, TOKEN, (token) => (token.endsWith('=') ? pick(next, tailsOf(token)) : token)),
  'a base64 value in two lines': (line) => rewrite(line, TOKEN, (token) => `${token.slice(0, 20)}\n${token.slice(20)}`),
};

const TOKEN = /[A-Za-z0-9+/]{20,}={0,2}/;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function rewrite(line: string, what: RegExp, how: (found: string) => string): string {
  return line.replace(what, how);
}

/** The other spellings of a padded base64 value, which differ in the bits that stand for nothing: 3 or 15 of them. */
function tailsOf(token: string): string[] {
  const last = token.search(/=+$/) - 1;
  const spare = token.endsWith('==') ? 16 : 4;
  const value = ALPHABET.indexOf(token.charAt(last));
  return Array.from({ length: spare }, (_, bits) => value - (value % spare) + bits)
    .filter((other) => other !== value)
    .map((other) => token.slice(0, last) + ALPHABET.charAt(other) + token.slice(last + 1));
}

const signed = (line: string | undefined): boolean => line?.startsWith('\u2014 ') === true;

/** Changes of a text as a whole. */
function shuffled(text: string, next: Next): string {
  const lines = text.split('\n');
  const at = next() % Math.max(1, lines.length - 1);
  const other = next() % Math.max(1, lines.length - 1);
  // signed-note gives the signatures no order: two of them swapped are the same note.
  if (signed(lines[at]) && signed(lines[other])) return text;
  [lines[at], lines[other]] = [lines[other]!, lines[at]!];
  return lines.join('\n');
}

function textMutant(text: string, next: Next): { what: string; text: string } {
  const kinds = [...Object.keys(LINE), 'lines swapped', 'a line missing'];
  const what = pick(next, kinds);
  if (what === 'lines swapped') return { what, text: shuffled(text, next) };
  const lines = text.split('\n');
  const at = next() % Math.max(1, lines.length - 1);
  if (what === 'a line missing') lines.splice(at, 1);
  else lines[at] = LINE[what]!(lines[at]!, next) ?? lines[at]!;
  return { what, text: lines.join('\n') };
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Whether a copy only has more signature lines: a verifier leaves those of strangers alone (signed-note, "Signatures"). */
function onlySigned(text: string, copy: Uint8Array): boolean {
  const known = new Set(text.split('\n'));
  const lines = new TextDecoder().decode(copy).split('\n');
  return lines.filter((line) => known.has(line) || !signed(line)).join('\n') === text;
}

/** How many of what changes. */
export interface Amount {
  readonly kind: 'text' | 'bytes';
  readonly next: Next;
  readonly count: number;
}

/** `count` copies of a file, each changed once: its bytes, and for a text its lines and spellings as often. */
export function* mutants(original: Uint8Array, { kind, next, count }: Amount): Generator<Mutant> {
  const text = kind === 'text' ? new TextDecoder().decode(original) : null;
  for (let made = 0; made < count; ) {
    let mutant: Mutant;
    if (text !== null && next() % 2 === 0) {
      const { what, text: changed } = textMutant(text, next);
      mutant = { what, data: encode(changed) };
    } else {
      const what = pick(next, Object.keys(BYTES));
      mutant = { what, data: BYTES[what]!(original, next) };
    }
    if (same(mutant.data, original) || (text !== null && onlySigned(text, mutant.data))) continue;
    made++;
    yield mutant;
  }
}

/** The file cut off at every length. */
export function* truncations(original: Uint8Array): Generator<Mutant> {
  for (let length = 0; length < original.length; length++)
    yield { what: `cut off at ${length}`, data: original.subarray(0, length) };
}

/** Every other spelling of every padded base64 value of a text. */
export function* tails(original: Uint8Array): Generator<Mutant> {
  const text = new TextDecoder().decode(original);
  for (const { 0: token, index } of text.matchAll(new RegExp(TOKEN, 'g'))) {
    if (!token.endsWith('=')) continue;
    for (const other of tailsOf(token))
      yield {
        what: `the tail of base64 at ${index}`,
        data: encode(text.slice(0, index) + other + text.slice(index + token.length)),
      };
  }
}
