/** HTML that is safe to show: written in this program, with every value escaped. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Html | readonly Html[] | null;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

// Controls that HTML forbids, signs that turn the direction of what follows, and signs that take no room: each could
// make a name look like another.
// biome-ignore lint/suspicious/noControlCharactersInRegex: replacing them is the point
const UNSHOWABLE = /[\0-\x08\x0b-\x1f\x7f-\x9f\p{Default_Ignorable_Code_Point}\p{Cs}]/gu;

/** Text as content or as a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll(UNSHOWABLE, '\ufffd').replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}

/**
 * A template whose values are escaped unless they are `Html` themselves; null shows nothing.
 *
 * @returns markup; its text is `.text`.
 * @example
 * ```ts
 * html`<li title="${title}">${count} of ${name}</li>`.text;
 * ```
 */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  let text = parts[0]!;
  for (const [i, value] of values.entries()) {
    if (value instanceof Html) text += value.text;
    else if (typeof value === 'string' || typeof value === 'number') text += escapeHtml(String(value));
    else if (value !== null) for (const item of value) text += item.text;
    text += parts[i + 1]!;
  }
  return new Html(text);
}
