/** The present moment, ms since 1970. No attribute has this name: each has a dot. */
export const NOW = 'now';

/** What a Cedar context calls "there is none, and that is known". No attribute has a colon. */
export const noneOf = (attribute: string): string => `${attribute}:none`;

/** What a Cedar context calls "this address lies in one of these blocks"; the order of blocks never matters. */
export const withinOf = (attribute: string, blocks: readonly string[]): string =>
  `${attribute}:within:${[...new Set(blocks)].sort().join(',')}`;

/** Blocks that hold every address: "an address is known". */
export const ANYWHERE: readonly string[] = ['0.0.0.0/0', '::/0'];

/** A text of Cedar (Cedar grammar, STR): only quotes, backslashes and control characters need an escape. */
export function literal(text: string): string {
  const escaped = Array.from(text, (char) => {
    if (char === '"' || char === '\\') return `\\${char}`;
    return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(char) ? `\\u{${char.codePointAt(0)!.toString(16)}}` : char;
  });
  return `"${escaped.join('')}"`;
}
