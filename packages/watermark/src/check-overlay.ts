import { holdsPatientNumber } from '@wardseal/primitives';
import { WatermarkError } from './errors.js';
import { MAX_PIXELS, MAX_SIDE } from './limits.js';
import { checkText } from './overlay-text.js';
import type { OverlayOptions, Region } from './render-overlay.js';

/** Most regions of interest of one overlay. */
const MAX_REGIONS = 64;
const FIELDS = ['mode', 'who', 'role', 'organisation', 'at', 'code', 'size', 'opacity', 'roi'];
const MOMENT = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(Z|[+-]\d{2}:\d{2})$/;

/** What an overlay says, checked. */
export interface OverlayLines {
  /** Name, role, organisation. */
  readonly person: readonly string[];
  /** As 2026-03-01 09:00:00 UTC. */
  readonly moment: string;
  readonly code: string;
}

/** Options from outside, or OVERLAY_INVALID. */
export function checkOverlay(options: OverlayOptions): OverlayLines {
  const bad = (message: string, field: string): never => {
    throw new WatermarkError('OVERLAY_INVALID', message, { field });
  };
  if (typeof options !== 'object' || options === null) return bad('an overlay needs options', 'options');
  for (const name of Object.keys(options)) if (!FIELDS.includes(name)) return bad('an overlay has no such field', name);
  const { mode, at, code, size, opacity, roi } = options;
  if (mode !== 'border' && mode !== 'tile') return bad("the mode must be 'border' or 'tile'", 'mode');
  const person = (['who', 'role', 'organisation'] as const).map((field) => checkText(options[field], field));
  // Half of a number in one field and half in the next is still a number to whoever reads the line.
  if (holdsPatientNumber(person.join(' '))) return bad('the line holds a number that could be a patient’s', 'who');
  const moment = momentOf(at);
  if (moment === null) return bad('the moment must be RFC 3339 with a zone', 'at');
  if (typeof code !== 'string' || !/^[A-Z0-9][A-Z0-9-]{2,22}[A-Z0-9]$/.test(code)) {
    return bad('a code is 4 to 24 of A-Z, 0-9 and hyphens', 'code');
  }
  checkText(code, 'code');
  const whole = (n: number, least: number, most: number): boolean => Number.isInteger(n) && n >= least && n <= most;
  if (typeof size !== 'object' || size === null) return bad('a size is width and height', 'size');
  if (!whole(size.width, 1, MAX_SIDE) || !whole(size.height, 1, MAX_SIDE) || size.width * size.height > MAX_PIXELS) {
    return bad('the size must be whole pixels within the limits', 'size');
  }
  if (opacity !== undefined && !(typeof opacity === 'number' && opacity >= 0.05 && opacity <= 0.5))
    return bad('opacity is 0.05 to 0.5', 'opacity');
  if (roi !== undefined) {
    const inside = (r: Region): boolean =>
      typeof r === 'object' &&
      r !== null &&
      whole(r.x, 0, size.width - 1) &&
      whole(r.y, 0, size.height - 1) &&
      whole(r.width, 1, size.width - r.x) &&
      whole(r.height, 1, size.height - r.y);
    if (!Array.isArray(roi) || roi.length > MAX_REGIONS || !roi.every(inside)) {
      return bad(`at most ${MAX_REGIONS} regions, each inside the picture`, 'roi');
    }
  }
  return { person, moment, code };
}

/** A moment as people read it; null when it is none. Engines differ in what 30 February is: it is refused. */
function momentOf(at: string): string | null {
  const [, day = '', time = '', zone = ''] = (typeof at === 'string' && MOMENT.exec(at)) || [];
  const parsed = Date.parse(`${day}T${time}Z`);
  const same = !Number.isNaN(parsed) && new Date(parsed).toISOString() === `${day}T${time}.000Z`;
  if (!same || Number.isNaN(Date.parse(at))) return null;
  return `${day} ${time} ${zone === 'Z' ? 'UTC' : zone}`;
}
