import { sha256, utf8 } from '@wardseal/primitives';
import { WatermarkError } from './errors.js';
import { MAX_PIXELS, MAX_SIDE } from './limits.js';
import { checkText, escapeXml } from './overlay-text.js';

/** Opacity of tiled text unless told otherwise: legible on a photograph of a screen, and the picture stays readable. */
export const DEFAULT_OPACITY = 0.15;
/** Opacity inside a region of interest, at most. */
export const ROI_OPACITY = 0.05;
/** Most regions of interest of one overlay. */
const MAX_REGIONS = 64;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Region extends Size {
  readonly x: number;
  readonly y: number;
}

/** What an overlay may say: about the viewer and the viewing. There is no field for a patient, and none is accepted. */
export interface OverlayOptions {
  /** 'border': around the picture, nothing covers it. 'tile': diagonally over it. */
  readonly mode: 'border' | 'tile';
  /** The viewer's name, at most 200 characters; so for role and organisation. */
  readonly who: string;
  readonly role: string;
  readonly organisation: string;
  /** The moment of the viewing: RFC 3339 with seconds and a zone, such as 2026-03-01T09:00:00Z. */
  readonly at: string;
  /** The viewing's short code, for reading aloud: 4 to 24 of A-Z, 0-9 and hyphens. */
  readonly code: string;
  /** The picture's size in pixels. */
  readonly size: Size;
  /** Tile mode only: 0.05 to 0.5. Default 0.15. */
  readonly opacity?: number;
  /** Tile mode only: regions where the text is no stronger than 0.05. */
  readonly roi?: readonly Region[];
}

const FIELDS = ['mode', 'who', 'role', 'organisation', 'at', 'code', 'size', 'opacity', 'roi'];
const MOMENT = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(Z|[+-]\d{2}:\d{2})$/;
const FONT = 'font-family="Helvetica,Arial,DejaVu Sans,sans-serif"';
/** Width of an average character in parts of the font size, on the wide side. */
const CHARACTER = 0.6;

/**
 * Where the picture lies in an overlay's drawing, in pixels. In border mode the drawing is taller than the picture by two
 * bands, one above and one below; in tile mode both are the same.
 *
 * @example
 * const { width, height, left, top } = overlayBox('border', { width: 1411, height: 1411 });
 */
export function overlayBox(
  mode: 'border' | 'tile',
  size: Size,
): { width: number; height: number; left: 0; top: number } {
  const band = mode === 'border' ? bandOf(size) : 0;
  return { width: size.width, height: size.height + 2 * band, left: 0, top: band };
}

/**
 * The visible overlay as an SVG document: who, role, organisation, moment and code. Same options, same bytes. Every text
 * is escaped; black outlines on white (and the reverse) stay legible on black and on white.
 *
 * In border mode lay the picture at `overlayBox('border', size)` on a canvas of the drawing's size, then the drawing over
 * it: its middle is empty. In tile mode lay the drawing over the picture.
 *
 * @returns an SVG document without scripts, styles, links or fonts to load.
 * @throws {WatermarkError} OVERLAY_INVALID: an unknown field; text that is empty, too long, not well-formed, or holds a
 * control or invisible character or a number with an NHS or CHI check digit; a moment without zone; a malformed code;
 * a size outside 1 to 65,535 pixels a side or above 100 megapixels; an opacity outside 0.05 to 0.5; a region outside
 * the picture, or more than 64.
 * @example
 * const svg = renderOverlay({
 *   mode: 'border', who: 'Dr Ada Example', role: 'Registrar', organisation: 'Example Trust',
 *   at: '2026-03-01T09:00:00Z', code: 'K7QX-9MPD', size: { width: 1411, height: 1411 },
 * });
 */
export function renderOverlay(options: OverlayOptions): string {
  const lines = check(options);
  const { width, height } = options.size;
  const box = overlayBox(options.mode, options.size);
  const body = options.mode === 'border' ? border(lines, options.size) : tiles(lines, options);
  const root = `<svg xmlns="http://www.w3.org/2000/svg" width="${box.width}" height="${box.height}" viewBox="0 0 ${box.width} ${box.height}"`;
  return `${root} data-mode="${options.mode}" data-picture="${box.left} ${box.top} ${width} ${height}">${body}</svg>`;
}

interface Lines {
  readonly person: string;
  readonly viewing: string;
}

function check(options: OverlayOptions): Lines {
  const bad = (message: string, field: string): never => {
    throw new WatermarkError('OVERLAY_INVALID', message, { field });
  };
  if (typeof options !== 'object' || options === null) return bad('an overlay needs options', 'options');
  for (const name of Object.keys(options)) if (!FIELDS.includes(name)) return bad('an overlay has no such field', name);
  const { mode, at, code, size, opacity, roi } = options;
  if (mode !== 'border' && mode !== 'tile') return bad("the mode must be 'border' or 'tile'", 'mode');
  const [who, role, organisation] = (['who', 'role', 'organisation'] as const).map((f) => checkText(options[f], f));
  const moment = typeof at === 'string' ? MOMENT.exec(at) : null;
  if (moment === null || Number.isNaN(Date.parse(at))) return bad('the moment must be RFC 3339 with a zone', 'at');
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
  const zone = moment[3] === 'Z' ? 'UTC' : moment[3]!;
  return { person: `${who} · ${role} · ${organisation}`, viewing: `${moment[1]} ${moment[2]} ${zone} · ${code}` };
}

/** Height of one band: a twenty-fifth of the long side, never too low to read. */
function bandOf(size: Size): number {
  return Math.max(20, Math.round(Math.max(size.width, size.height) / 25));
}

function border(lines: Lines, size: Size): string {
  const band = bandOf(size);
  const line = (text: string, top: number): string => {
    const fontSize = round(band * 0.55);
    const room = round(size.width - band);
    const squeeze =
      text.length * CHARACTER * fontSize > room ? ` textLength="${room}" lengthAdjust="spacingAndGlyphs"` : '';
    return (
      `<rect x="0" y="${top}" width="${size.width}" height="${band}" fill="#fff"/>` +
      `<text x="${round(band / 2)}" y="${round(top + band * 0.69)}" ${FONT} font-size="${fontSize}"${squeeze} fill="#000">${escapeXml(text)}</text>`
    );
  };
  return line(lines.person, 0) + line(lines.viewing, size.height + band);
}

function tiles(lines: Lines, options: OverlayOptions): string {
  const { width, height } = options.size;
  const opacity = options.opacity ?? DEFAULT_OPACITY;
  const fontSize = Math.max(10, Math.round(Math.max(width, height) / 40));
  const stepX = Math.round(Math.max(lines.person.length, lines.viewing.length) * CHARACTER * fontSize + 3 * fontSize);
  const stepY = 6 * fontSize;
  // Shifted by viewing, so that averaging several screenshots does not sharpen one text.
  const jitter = sha256(utf8(lines.viewing));
  const startX = -Math.round((stepX * jitter[0]!) / 256);
  const startY = -Math.round((stepY * jitter[1]!) / 256);
  const reach = Math.ceil(Math.hypot(width, height));
  const texts: string[] = [];
  for (let y = startY - stepY, row = 0; y < reach; y += stepY, row++) {
    for (let x = startX - reach / 2 - (row % 2) * Math.round(stepX / 2); x < reach; x += stepX) {
      texts.push(
        outlined(lines.person, round(x), y, fontSize),
        outlined(lines.viewing, round(x), y + 1.4 * fontSize, fontSize),
      );
    }
  }
  const group = `<g transform="rotate(-30 ${round(width / 2)} ${round(height / 2)})" ${FONT} font-size="${fontSize}">${texts.join('')}</g>`;
  const regions = options.roi ?? [];
  if (regions.length === 0) return `<g opacity="${opacity}">${group}</g>`;
  const id = `wardseal-roi-${options.code}`;
  const faint = round(Math.min(1, ROI_OPACITY / opacity));
  const holes = regions
    .map((r) => {
      const rect = `<rect x="${r.x}" y="${r.y}" width="${r.width}" height="${r.height}"`;
      return `${rect} fill="#000"/>${rect} fill="#fff" fill-opacity="${faint}"/>`;
    })
    .join('');
  const mask = `<mask id="${id}" maskUnits="userSpaceOnUse" x="0" y="0" width="${width}" height="${height}"><rect width="${width}" height="${height}" fill="#fff"/>${holes}</mask>`;
  return `${mask}<g opacity="${opacity}" mask="url(#${id})">${group}</g>`;
}

function outlined(text: string, x: number, y: number, fontSize: number): string {
  const at = `x="${x}" y="${round(y)}"`;
  const escaped = escapeXml(text);
  const stroke = `fill="none" stroke="#000" stroke-width="${round(fontSize / 6)}" stroke-linejoin="round"`;
  return `<text ${at} ${stroke}>${escaped}</text><text ${at} fill="#fff">${escaped}</text>`;
}

/** Two decimals at most, always written the same way. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}
