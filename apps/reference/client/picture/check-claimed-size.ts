import { readFrame } from './jpeg-frame.js';
import { checkSize, MAX_SEGMENTS } from './limits.js';
import { PictureError } from './picture-error.js';
import { type PictureType, startsWith } from './sniff.js';

const SOF = [0xc0, 0xc1, 0xc2];
const SOS = 0xda;

/**
 * Refuses a received picture by the size that its header claims, before a decoder makes room for it: its sender's page may
 * be another than ours, and a small file can claim a gigapixel. Reads the header and nothing of the picture.
 *
 * @throws PictureError `PICTURE_TOO_LARGE`; `PICTURE_MALFORMED` or `PICTURE_UNSUPPORTED` when the header says no size
 */
export function checkClaimedSize(bytes: Uint8Array, type: PictureType): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === 'image/png') {
    if (bytes.length < 24 || !startsWith(bytes, 12, 'IHDR')) throw malformed();
    checkSize(view.getUint32(16), view.getUint32(20));
    return;
  }
  let at = 2;
  for (let count = 0; count < MAX_SEGMENTS && at + 4 <= bytes.length && bytes[at] === 0xff; count++) {
    const marker = bytes[at + 1]!;
    const end = at + 2 + view.getUint16(at + 2);
    if (SOF.includes(marker) && end <= bytes.length) {
      readFrame(marker, bytes.subarray(at + 4, end));
      return;
    }
    if (marker === SOS) break;
    at = end;
  }
  throw malformed();
}

const malformed = (): PictureError => new PictureError('PICTURE_MALFORMED', 'header says no size');
