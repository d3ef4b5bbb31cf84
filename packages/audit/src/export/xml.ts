/**
 * An element of XML, written in ASCII alone: what is not stands as a character reference, so that no reader has to be
 * told the encoding. Texts must have gone through `safeText`: XML has no way to write a control character.
 */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | boolean | undefined>>,
  ...children: readonly string[]
): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`)
    .join('');
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join('')}</${name}>`;
}

const NAMED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for an element or a quoted attribute. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']|[^\x20-\x7e]/gu, (found) => NAMED[found] ?? `&#x${found.codePointAt(0)!.toString(16)};`);
}
