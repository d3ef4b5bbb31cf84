import { ByteSource } from './byte-source.js';
import { start } from './child.js';

/** The first line of what it says has less. */
const MOST = 4096;
const PATIENCE = 10_000;

/** The version that ffmpeg says it is, as `5.1.9`; a record of what decoded a video. */
export async function ffmpegVersion(ffmpeg = 'ffmpeg'): Promise<string> {
  const child = start(ffmpeg, ['-nostdin', '-version'], []);
  try {
    const source = new ByteSource(child.stdout, PATIENCE, () => void child.stop());
    const said = new TextDecoder().decode(await source.bytes(MOST).catch(() => new Uint8Array(0)));
    return /^ffmpeg version ([\w.:+~-]{1,64})/.exec(said)?.[1] ?? 'unknown';
  } finally {
    await child.stop();
  }
}
