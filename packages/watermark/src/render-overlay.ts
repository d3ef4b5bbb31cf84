import { sha256, utf8 } from '@wardseal/primitives';
import { checkOverlay, type OverlayLines } from './check-overlay.js';
import type { Size } from './image.js';
import { lineOf, widthOf } from './overlay-text.js';

/** Opacity of tiled text unless told otherwise: legible on a photograph of a screen, and the picture stays readable. */
export const DEFAULT_OPACITY = 0.15;
/** Opacity inside a region of interest, at most. */
export const ROI_OPACITY = 0.05;

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

const FONT = 'font-family="Helvetica,Arial,DejaVu Sans,sans-serif"';

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
 * is escaped; black outlines on white (and the reverse) stay legible on black and on white. The code is the largest text, so
 * that somebody can read it from a bad photograph of the screen.
 *
 * In border mode lay the picture at `overlayBox('border', size)` on a canvas of the drawing's size, then the drawing over
 * it: its middle is empty. In tile mode lay the drawing over the picture.
 *
 * @returns an SVG document without scripts, styles, links or fonts to load.
 * @throws {WatermarkError} OVERLAY_INVALID: an unknown field; text that is empty, too long, not well-formed, or holds a
 * control or invisible character, marks stacked on one letter or a number with an NHS or CHI check digit, in one field or
 * across them; a moment without zone or on no day of the calendar; a malformed code;
 * a size outside 1 to 65,535 pixels a side or above 100 megapixels; an opacity outside 0.05 to 0.5; a region outside
 * the picture, or more than 64.
 * @example
 * const svg = renderOverlay({
 *   mode: 'border', who: 'Dr Ada Example', role: 'Registrar', organisation: 'Example Trust',
 *   at: '2026-03-01T09:00:00Z', code: 'K7QX-9MPD', size: { width: 1411, height: 1411 },
 * });
 */
export function renderOverlay(options: OverlayOptions): string {
  const lines = checkOverlay(options);
  const { width, height } = options.size;
  const box = overlayBox(options.mode, options.size);
  const body = options.mode === 'border' ? border(lines, options.size) : tiles(lines, options);
  const root = `<svg xmlns="http://www.w3.org/2000/svg" width="${box.width}" height="${box.height}" viewBox="0 0 ${box.width} ${box.height}"`;
  return `${root} data-mode="${options.mode}" data-picture="${box.left} ${box.top} ${width} ${height}">${body}</svg>`;
}

/** Height of one band: a twenty-fifth of the long side, never too low to read. */
function bandOf(size: Size): number {
  return Math.max(20, Math.round(Math.max(size.width, size.height) / 25));
}

function border({ person, moment, code }: OverlayLines, size: Size): string {
  const band = bandOf(size);
  const margin = Math.min(band / 2, size.width / 50);
  const room = size.width - 2 * margin;
  const ground = (top: number): string => `<rect x="0" y="${top}" width="${size.width}" height="${band}" fill="#fff"/>`;
  // Not every renderer knows textLength: a line that is too long is broken, then made smaller, never cut.
  const fits = (rows: readonly (readonly string[])[]): { rows: typeof rows; fontSize: number } => {
    const widest = Math.max(...rows.map(widthOf));
    return { rows, fontSize: Math.min((band * 0.8) / rows.length, band * 0.55, room / widest) };
  };
  const { rows, fontSize } = [[person], [person.slice(0, 2), person.slice(2)], person.map((part) => [part])]
    .map(fits)
    .reduce((best, next) => (next.fontSize > best.fontSize ? next : best));
  const above = rows.map((row, n) => {
    const y = (band * (n + 0.5)) / rows.length + fontSize * 0.36;
    return `<text x="${round(margin)}" y="${round(y)}" font-size="${round(fontSize)}">${lineOf(row)}</text>`;
  });
  const top = size.height + band;
  const wanted = band * (0.5 * widthOf([moment]) + 0.75 * widthOf([code]) + 0.5);
  const scale = Math.min(1, room / wanted);
  const below = (text: string, part: number, attributes: string): string => {
    const y = top + band / 2 + band * part * scale * 0.36;
    return `<text ${attributes} y="${round(y)}" font-size="${round(band * part * scale)}">${lineOf([text])}</text>`;
  };
  return (
    `${ground(0)}${ground(top)}<g ${FONT} fill="#000">${above.join('')}${below(moment, 0.5, `x="${round(margin)}"`)}` +
    `${below(code, 0.75, `x="${round(size.width - margin)}" text-anchor="end" font-weight="700"`)}</g>`
  );
}

function tiles({ person, moment, code }: OverlayLines, options: OverlayOptions): string {
  const { width, height } = options.size;
  const opacity = options.opacity ?? DEFAULT_OPACITY;
  const fontSize = Math.max(10, Math.round(Math.max(width, height) / 40));
  const rows = [person.slice(0, 2), person.slice(2), [moment]];
  const large = 1.8 * fontSize;
  const widest = Math.max(...rows.map(widthOf), 1.8 * widthOf([code]));
  const stepX = Math.round(widest * fontSize + 3 * fontSize);
  const stepY = 8 * fontSize;
  // Shifted by viewing, so that averaging several screenshots does not sharpen one text.
  const jitter = sha256(utf8(`${moment} ${code}`));
  const startX = -Math.round((stepX * jitter[0]!) / 256);
  const startY = -Math.round((stepY * jitter[1]!) / 256);
  const reach = Math.ceil(Math.hypot(width, height));
  const texts: string[] = [];
  for (let y = startY - stepY, row = 0; y < reach; y += stepY, row++) {
    for (let x = startX - reach / 2 - (row % 2) * Math.round(stepX / 2); x < reach; x += stepX) {
      rows.forEach((row, n) => {
        texts.push(outlined(lineOf(row), round(x), y + 1.3 * n * fontSize, fontSize));
      });
      texts.push(outlined(lineOf([code]), round(x), y + 4.5 * fontSize, large, ` font-size="${round(large)}"`));
    }
  }
  const group = `<g transform="rotate(-30 ${round(width / 2)} ${round(height / 2)})" ${FONT} font-weight="700" font-size="${fontSize}">${texts.join('')}</g>`;
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

function outlined(line: string, x: number, y: number, fontSize: number, attributes = ''): string {
  const at = `x="${x}" y="${round(y)}"${attributes}`;
  const stroke = `fill="none" stroke="#000" stroke-width="${round(fontSize / 6)}" stroke-linejoin="round"`;
  return `<text ${at} ${stroke}>${line}</text><text ${at} fill="#fff">${line}</text>`;
}

/** Two decimals at most, always written the same way. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}
