/** Longest justification read, UTF-16 units: two printed pages; longer text counts as no text. */
export const MAX_TEXT = 4_000;

/**
 * How many characters a text really says: compatibility forms folded, invisible characters dropped, blanks joined and
 * anything repeated at once (one to 32 characters) counted once. "aaaa", "abababab" and "n/a n/a n/a" say little.
 */
export function substance(text: string): number {
  const visible = text
    .normalize('NFKC')
    .replace(/[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]+/gu, ' ')
    .toLowerCase()
    .trim();
  return [...visible.replace(/(.{1,32}?)\1+/gu, '$1').trim()].length;
}
