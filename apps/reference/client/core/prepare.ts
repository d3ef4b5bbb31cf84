import { MIN_SIDE } from '@wardseal/watermark';
import { canvasCodec } from '../picture/canvas-codec.js';
import { PictureError } from '../picture/picture-error.js';
import { startsWith } from '../picture/sniff.js';
import { strip } from '../picture/strip.js';
import type { PreparedPicture } from './core.js';
import { CoreError } from './errors.js';
import type { Call, Session } from './session.js';

/** Pictures that wait to be sent; a case rarely has more, and each holds its bytes in memory. */
const MAX_PREPARED = 8;

/** ISO base media: brands of still pictures, which are HEIC or AVIF; every other brand is a film. */
const STILL = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'msf1', 'avif', 'avis'];
const MATROSKA = '\x1a\x45\xdf\xa3';

export async function prepare(session: Session, file: Blob, call: Call): Promise<PreparedPicture> {
  checkKind(new Uint8Array(await file.slice(0, 16).arrayBuffer()), file.type);
  call.step('strip');
  const clean = await stripped(new Uint8Array(await file.arrayBuffer()));
  call.signal.throwIfAborted();
  const { width, height, removed, route, bytes, mediaType } = clean;
  // Nobody could open it: a picture that cannot carry a mark is not shown.
  if (Math.min(width, height) < MIN_SIDE)
    throw new CoreError('PICTURE_TOO_SMALL', `a side is under ${MIN_SIDE} pixels`);
  const picture = crypto.randomUUID();
  session.pictures.set(picture, clean);
  for (const oldest of [...session.pictures.keys()].slice(0, -MAX_PREPARED)) drop(session, oldest);
  return { picture, width, height, removed, route, preview: new Blob([bytes], { type: mediaType }) };
}

export function drop({ pictures }: Session, picture: string): void {
  pictures.get(picture)?.bytes.fill(0);
  pictures.delete(picture);
}

function checkKind(start: Uint8Array, type: string): void {
  const media = startsWith(start, 4, 'ftyp');
  const still = media && STILL.some((brand) => startsWith(start, 8, brand));
  if (still) throw new CoreError('PICTURE_HEIC', 'the file is HEIC or AVIF');
  const avi = startsWith(start, 0, 'RIFF') && startsWith(start, 8, 'AVI ');
  if (media || avi || startsWith(start, 0, MATROSKA) || type.startsWith('video/'))
    throw new CoreError('VIDEO_LATER', 'the file is a video');
}

async function stripped(bytes: Uint8Array): ReturnType<typeof strip> {
  try {
    return await strip(bytes, canvasCodec());
  } catch (cause) {
    if (cause instanceof PictureError) throw new CoreError(cause.code, cause.message, { cause });
    throw cause;
  }
}
