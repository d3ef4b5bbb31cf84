// Control characters, lone surrogates, the two non-characters that XML forbids, line and paragraph separators, a byte
// order mark, and the marks that make a screen show text in another order than it stands (Unicode UAX 9).
const UNSAFE = /[\p{Cc}\p{Cs}\u2028\u2029\ufffe\uffff\ufeff\p{Bidi_Control}]/gu;

/** Text that can break no line, no document and no reader's eye: what could is replaced by U+FFFD, never dropped. */
export function safeText(text: string): string {
  return text.replace(UNSAFE, '\ufffd');
}

/** Milliseconds since 1970 as `2026-03-01T09:30:00.000Z`. */
export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

/** What JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
/** A JSON object. */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** JSON in the making: what is undefined is left out by `tidy`. */
export type Loose =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Loose[]
  | { readonly [name: string]: Loose };

/** The object without what is undefined, without empty arrays and without objects that are left with nothing. */
export function tidy(value: { readonly [name: string]: Loose }): JsonObject {
  return (prune(value) ?? {}) as JsonObject;
}

function prune(value: Loose): JsonValue | undefined {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const kept = (value as readonly Loose[]).map(prune).filter((part) => part !== undefined);
    return kept.length > 0 ? kept : undefined;
  }
  const kept = Object.entries(value)
    .map(([name, part]) => [name, prune(part)] as const)
    .filter((pair): pair is readonly [string, JsonValue] => pair[1] !== undefined);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
