import { stat } from 'node:fs/promises';
import { hex, sha256Stream } from '@wardseal/primitives';
import { named, openInput } from '@wardseal/primitives/cli';
import { HEAD_BYTES, isVideoHead } from '../ffmpeg/container.js';

/** Whether a file begins as a video. Stdin and pipes hold pictures: a video is read several times. */
export async function isVideoFile(path: string | undefined, what: string): Promise<boolean> {
  if (path === undefined || path === '-') return false;
  // Whoever writes into a pipe writes once: it is opened where it is read.
  if (!(await named(path, () => stat(path))).isFile()) return false;
  const input = await openInput(path, what);
  try {
    if (input.regular === null) return false;
    return isVideoHead(await input.read(0, Math.min(HEAD_BYTES, input.regular.size)));
  } finally {
    await input.close();
  }
}

/** SHA-256 of a file of any size. */
export async function hashOf(path: string, what: string): Promise<string> {
  const input = await openInput(path, what);
  try {
    const hash = sha256Stream();
    for await (const chunk of input.chunks()) hash.update(chunk);
    return hex(hash.digest());
  } finally {
    await input.close();
  }
}
