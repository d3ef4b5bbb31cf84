import { type EmbedOptions, type EmbedReport, embed } from '../embed.js';
import type { Overlay } from '../overlay.js';
import { drawOverlay } from './draw-overlay.js';
import { type Format, formatFor } from './formats.js';
import { loadSharp } from './load-sharp.js';
import { readSource } from './read-picture.js';
import { checkOutput, isTransparent, type OutputOptions, writePicture } from './write-picture.js';

export interface MarkFileOptions extends EmbedOptions {
  /** A visible overlay, as `renderOverlay` takes it, without the size. Drawn after the mark is in. */
  readonly overlay?: Overlay;
  /** How the copy is written. Default: as its source is; TIFF and GIF as PNG, HEIC as JPEG; quality 92. */
  readonly output?: Partial<OutputOptions>;
}

/** A marked copy. */
export interface MarkedFile {
  /** The bytes of the new file. */
  readonly data: Uint8Array<ArrayBuffer>;
  readonly format: Format;
  /** What the mark cost, before the file was compressed. */
  readonly report: EmbedReport;
}

/**
 * A picture file in, a marked copy of it out: read as `readPicture`, marked as `embed`, with the visible overlay if asked
 * for, written as `writePicture`. Nothing of the file's metadata is copied. With a border overlay the copy is higher than
 * the picture by two bands (`overlayBox`).
 *
 * @param file the bytes of a JPEG, PNG, WebP, AVIF, TIFF, GIF or HEIC.
 * @throws {WatermarkError} whatever `readPicture`, `embed`, `renderOverlay` and `writePicture` throw, and FONT_MISSING:
 * an overlay is asked for on a machine that cannot draw letters;
 * IMAGE_TOO_LARGE also for an overlay above 32,767 pixels a side.
 * @throws {TypeError} `output` is no object.
 * @throws {RangeError} as `writePicture`, before anything is read.
 * @example
 * const { data } = await markFile(await readFile('wound.jpg'), { chips });
 * await writeFile('wound.copy.jpg', data);
 */
export async function markFile(file: Uint8Array, options: MarkFileOptions): Promise<MarkedFile> {
  const { overlay, output = {}, ...marking } = options;
  checkOutput(output);
  const { pixels, source } = await readSource(file);
  const { pixels: marked, report } = embed(pixels, marking);
  const shown = overlay === undefined ? marked : await drawOverlay(await loadSharp(), marked, overlay);
  const transparent = isTransparent(shown, shown.data.length / (shown.width * shown.height));
  const format = output.format ?? formatFor(source, transparent);
  return { data: await writePicture(shown, { ...output, format }), format, report };
}
