import { PolicyError, step } from './errors.js';

/** Longest text of a document or a record, UTF-16 units: some 2,000 rules, or 300 pages. */
export const MAX_DOCUMENT_CHARS = 1_000_000;

/** What a JSON text says, or the value itself where it is none. */
export function parsed(json: unknown): unknown {
  if (typeof json !== 'string') return json;
  if (json.length > MAX_DOCUMENT_CHARS) throw new PolicyError('DOCUMENT_TOO_LARGE', '', 'document is too long');
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new PolicyError('DOCUMENT_NOT_JSON', '', 'document is not JSON', { cause });
  }
  refuseRepeats(json);
  return value;
}

/** Readers of JSON disagree on which of two members of one name counts (RFC 7493 section 2.3). `text` is JSON. */
export function refuseRepeats(text: string): void {
  const open: { readonly names: Set<string> | null; part: string | number }[] = [];
  let last = '""';
  for (let at = 0; at < text.length; at++) {
    const inner = open.at(-1);
    switch (text[at]) {
      case '"': {
        const begin = at;
        for (at += 1; text[at] !== '"'; at++) if (text[at] === '\\') at += 1;
        last = text.slice(begin, at + 1);
        break;
      }
      case ':':
        inner!.part = JSON.parse(last) as string;
        if (inner!.names!.has(inner!.part)) {
          const path = open.reduce((above, { part }) => step(above, part), '');
          throw new PolicyError('DOCUMENT_NOT_JSON', path, 'the member is there twice');
        }
        inner!.names!.add(inner!.part);
        break;
      case ',':
        if (inner!.names === null) inner!.part = Number(inner!.part) + 1;
        break;
      case '{':
      case '[':
        open.push({ names: text[at] === '{' ? new Set() : null, part: 0 });
        break;
      case '}':
      case ']':
        open.pop();
    }
  }
}
