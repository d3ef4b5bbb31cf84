import { holdsPatientNumber, utf8 } from '@wardseal/primitives';
import { WatermarkError } from './errors.js';
import { MAX_OVERLAY_TEXT } from './limits.js';

/** Controls, private signs, and what takes no room, turns or hides text: a name must be seen as it is. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800\ufffe\uffff]/u;
/** Marks without a letter, or more on one letter than any script needs: they would climb out of the line. */
const STACKED = /^\p{M}|\p{M}{5}/u;
/** Letters of scripts that run from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
/** Signs as wide as the line is high: ideographs, kana, hangul, emoji. */
const WIDE = /[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\u{1f000}-\u{3ffff}]/u;

/** A text for the overlay, checked: 1 to 200 visible characters that hold no NHS or CHI number. */
export function checkText(value: string, field: string): string {
  const bad = (message: string): never => {
    throw new WatermarkError('OVERLAY_INVALID', `\`${field}\` ${message}`, { field, limit: MAX_OVERLAY_TEXT });
  };
  if (typeof value !== 'string' || value.trim() === '') return bad('must be text');
  if (value.length > MAX_OVERLAY_TEXT) return bad(`is longer than ${MAX_OVERLAY_TEXT} characters`);
  if (UNSEEN.test(value)) return bad('holds a control or invisible character');
  if (STACKED.test(value)) return bad('holds marks stacked on one letter');
  try {
    utf8(value);
  } catch {
    return bad('is not well-formed text');
  }
  if (holdsPatientNumber(value)) return bad('holds a number that could be a patient’s');
  return value;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as XML content or attribute value. */
export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}

/**
 * Parts of one line as XML, a dot between them. Where one runs from right to left each is kept to itself, so that none
 * changes places with its neighbour.
 */
export function lineOf(parts: readonly string[]): string {
  const apart = parts.some((part) => RIGHT_TO_LEFT.test(part));
  return parts
    .map(escapeXml)
    .map((part) => (apart ? `<tspan unicode-bidi="isolate">${part}</tspan>` : part))
    .join(' · ');
}

/** How wide a line is, in parts of its font size; on the wide side, because fonts differ. */
export function widthOf(parts: readonly string[]): number {
  let width = 0;
  for (const sign of parts.join(' · ')) {
    if (/\p{M}/u.test(sign)) continue;
    if (WIDE.test(sign)) width += 1.1;
    else if (/[WMmw@%&—]/.test(sign)) width += 0.95;
    else width += /\p{Lu}/u.test(sign) ? 0.75 : 0.6;
  }
  return width;
}
