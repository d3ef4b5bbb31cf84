import {
  type Chips,
  type EmbedReport,
  embed,
  type MarkedPixels,
  overlayBox,
  type Pixels,
  renderOverlay,
} from '@wardseal/watermark';
import type { Marking } from '../../wire/api.js';

/** Whose viewing it is, as the overlay says it. */
export interface Viewing {
  /** The id of the viewing's entry in the log. */
  readonly id: string;
  readonly who: string;
  readonly role: string;
  readonly organisation: string;
  /** RFC 3339 with a zone. */
  readonly at: string;
}

/** A picture as it is shown. */
export interface Shown {
  readonly pixels: MarkedPixels;
  readonly report: EmbedReport;
  /** An SVG drawing of size `box`: around the picture and not over it, unless the policy wants it tiled. */
  readonly overlay: string;
  readonly box: ReturnType<typeof overlayBox>;
}

/** How far a marked picture is from the original, in dB: what cannot be seen, and what an emergency is given. */
const PSNR = { standard: 45, strong: 42 } as const;

/**
 * Marks a picture for one viewing before anybody sees it: the invisible mark in its pixels, the border around them or, where
 * the policy says so, the viewer's name faintly all over them. `chips` come from where the watermark secret lives, for this
 * viewing alone.
 */
export function viewThenMark(
  pixels: Pixels,
  chips: Chips,
  viewing: Viewing,
  { mode, strength }: Marking = { mode: 'border', strength: 'standard' },
): Shown {
  const marked = embed(pixels, { chips, psnr: PSNR[strength] });
  const size = { width: pixels.width, height: pixels.height };
  const { id, ...shown } = viewing;
  return {
    ...marked,
    overlay: renderOverlay({ mode, ...shown, code: shortCode(id), size }),
    box: overlayBox(mode, size),
  };
}

/** Eight characters to read aloud from a bad photograph; the log finds the viewing by them. Not the id in the mark. */
export function shortCode(viewingId: string): string {
  const tail = viewingId.replaceAll('-', '').slice(-8).toUpperCase();
  return `${tail.slice(0, 4)}-${tail.slice(4)}`;
}
