import { contextOf } from '../canvas/context.js';
import { WatermarkError } from '../errors.js';
import type { MarkedPixels } from '../image.js';
import type { BrowserPort } from '../worker/browser-port.js';
import { toFault } from '../worker/fault.js';
import { type PixelMarker, pixelMarker } from './frame-marker.js';
import { frameOf, isOurs, PROTOCOL, readRequest } from './protocol.js';

/**
 * Answers a player's messages, one after the other. They are checked as input from outside. Every frame that comes in is
 * closed, whatever becomes of it, and none leaves without its mark.
 */
export function servePlayer(port: BrowserPort): void {
  const toBitmap = bitmaps();
  let marker: PixelMarker | null = null;
  const send = (content: object, transfer: Transferable[] = []): void =>
    port.send({ protocol: PROTOCOL, ...content }, transfer);

  const answer = async (message: unknown): Promise<void> => {
    try {
      const request = readRequest(message);
      if ('options' in request) {
        marker = pixelMarker(request.options);
        send({ ready: true });
        return;
      }
      if (marker === null) {
        throw new WatermarkError('MESSAGE_INVALID', 'a frame came before the chips', { field: 'frame' });
      }
      const picture = toBitmap(await marker.mark(request.frame));
      send({ picture, report: marker.report() }, [picture]);
    } catch (error) {
      send({ fault: toFault(error) });
    } finally {
      frameOf(message)?.close();
    }
  };
  port.listen((message) => {
    if (isOurs(message)) void answer(message);
  });
}

/** Makes bitmaps of pixels, by one canvas that holds nothing but marked ones. */
function bitmaps(): (pixels: MarkedPixels) => ImageBitmap {
  let screen: { canvas: OffscreenCanvas; context: ReturnType<typeof contextOf> } | null = null;
  return ({ data, width, height }) => {
    if (screen?.canvas.width !== width || screen.canvas.height !== height) {
      const canvas = new OffscreenCanvas(width, height);
      screen = { canvas, context: contextOf(canvas, width, height) };
    }
    screen.context.putImageData(new ImageData(data, width, height, { colorSpace: 'srgb' }), 0, 0);
    return screen.canvas.transferToImageBitmap();
  };
}
