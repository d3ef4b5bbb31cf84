import { holdsPatientNumber, utf8 } from '@wardseal/primitives';
import { WatermarkError } from './errors.js';
import { MAX_OVERLAY_TEXT } from './limits.js';

/** C0 and C1 controls, marks that turn or hide text, and code points that XML 1.0 forbids. */
const FORBIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]/;
/** A text for the overlay, checked: 1 to 200 visible characters that hold no NHS or CHI number. */
export function checkText(value: string, field: string): string {
  const bad = (message: string): never => {
    throw new WatermarkError('OVERLAY_INVALID', `\`${field}\` ${message}`, { field, limit: MAX_OVERLAY_TEXT });
  };
  if (typeof value !== 'string' || value.trim() === '') return bad('must be text');
  if (value.length > MAX_OVERLAY_TEXT) return bad(`is longer than ${MAX_OVERLAY_TEXT} characters`);
  if (FORBIDDEN.test(value)) return bad('holds a control or invisible character');
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
