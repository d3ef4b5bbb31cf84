import { type JsonValue, jsonObject, openInput, UsageError } from '@wardseal/primitives/cli';

// A line of an audit export with its proof stays far below.
const MAX_LINE = 1_048_576;

// As ids such lines would only ever name nobody.
const BARE = 'give one a line, without quotes, or --field for JSON lines';

/** What was found in a file of ids. */
export interface IdLines {
  readonly ids: AsyncIterable<string>;
  /** How many JSON lines held no such field; known when `ids` is at its end. */
  without(): number;
}

/**
 * Ids of a file, one a line; with a field, of JSON lines that hold it, as `object.id`. Blank lines count for nothing, lines
 * that begin with # are comments where there is no field.
 */
export function idLines(path: string, what: string, field: string | undefined): IdLines {
  let without = 0;
  async function* ids(): AsyncGenerator<string> {
    for await (const { line, number } of linesOf(path, what)) {
      if (field === undefined) {
        if (/^["[{]/.test(line)) throw new UsageError(`${path}: line ${number} is no bare id: ${BARE}`);
        if (!line.startsWith('#')) yield line;
        continue;
      }
      const object = jsonObject(line);
      if (object === null) throw new UsageError(`${path}: line ${number} is not a JSON object`);
      const value = field.split('.').reduce<JsonValue | undefined>(member, object);
      if (typeof value === 'string') yield value;
      else without++;
    }
  }
  return { ids: ids(), without: () => without };
}

function member(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as { readonly [name: string]: JsonValue })[name] : undefined;
}

/** Lines that hold something, without what stands around it. */
async function* linesOf(path: string, what: string): AsyncGenerator<{ line: string; number: number }> {
  const input = await openInput(path, what);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const text = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      throw new UsageError(`${path}: ${what} is not text`);
    }
  };
  try {
    let number = 0;
    let rest = '';
    for await (const chunk of input.chunks()) {
      const lines = (rest + text(chunk)).split('\n');
      rest = lines.pop()!;
      if (rest.length > MAX_LINE) throw new UsageError(`${path}: line ${number + lines.length + 1} is too long`);
      for (const line of lines) {
        number++;
        if (line.trim() !== '') yield { line: line.trim(), number };
      }
    }
    rest += text();
    if (rest.trim() !== '') yield { line: rest.trim(), number: number + 1 };
  } finally {
    await input.close();
  }
}
