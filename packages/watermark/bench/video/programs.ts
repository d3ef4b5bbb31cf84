// ffmpeg, run to its end or as a pipe of frames.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

/** Runs ffmpeg with these arguments; what it complained of is in the error. */
export async function ffmpeg(...args: readonly string[]): Promise<void> {
  await promisify(execFile)('ffmpeg', ['-nostdin', '-y', '-v', 'error', ...args], { maxBuffer: 1 << 26 });
}

/** Writes frames (planar YUV 4:2:0, limited range) to a file with the encoder's arguments given. */
export async function encode(
  path: string,
  { width, height, rate }: { readonly width: number; readonly height: number; readonly rate: number },
  frames: Iterable<Uint8Array>,
  encoder: readonly string[],
): Promise<void> {
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`, '-r', `${rate}`, '-i', 'pipe:0'];
  const child = spawn('ffmpeg', ['-nostdin', '-y', '-v', 'error', ...raw, ...encoder, path], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = once(child, 'exit');
  child.stdin.on('error', () => {});
  for (const frame of frames) if (!child.stdin.write(frame)) await Promise.race([once(child.stdin, 'drain'), ended]);
  child.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
}
