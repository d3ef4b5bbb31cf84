import { sniff } from '../sharp/formats.js';

/** Containers that are read, by the name of ffmpeg's demuxer. */
export type Container = 'mov' | 'matroska' | 'avi' | 'mpegts';

/** How much of a file tells what it is: two packets of the largest kind of transport stream, and more. */
export const HEAD_BYTES = 512;

const SYNC = 0x47;
/** Boxes that a QuickTime or MP4 file may begin with. */
const BOXES: readonly string[] = ['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip', 'pnot'];
const EBML = '\x1a\x45\xdf\xa3';

/**
 * The container a file begins as, or null. Asked before a program sees the file, and told to it: so nothing is guessed from
 * its name or its content, least of all a playlist, which names other files and addresses.
 */
export function containerOf(head: Uint8Array): Container | null {
  const text = (from: number, length: number): string => String.fromCodePoint(...head.subarray(from, from + length));
  const transport = (first: number, step: number): boolean => head[first] === SYNC && head[first + step] === SYNC;
  if (sniff(head) !== null) return null; // HEIC and AVIF are MP4 too
  if (text(0, 4) === EBML) return 'matroska';
  if (text(0, 4) === 'RIFF' && text(8, 4) === 'AVI ') return 'avi';
  if (BOXES.includes(text(4, 4))) return 'mov';
  // Packets of 188 bytes, in cameras' files with four bytes of time before each.
  return transport(0, 188) || transport(4, 192) ? 'mpegts' : null;
}

/** Whether a file begins as a video that `readVideo` and `markVideoFile` take. */
export function isVideoHead(head: Uint8Array): boolean {
  return containerOf(head) !== null;
}
