// What happens to a marked clip before it is found: cut out, re-encoded, filmed. Each is ffmpeg's arguments.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { ffmpeg } from './programs.ts';

/** Numbers from 0 to 1, of the case's own seed. */
export type Random = () => number;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Take {
  readonly marked: string;
  readonly size: Size;
  /** Seconds of the marked clip. */
  readonly seconds: number;
  /** Where the cut begins, and how long it is. */
  readonly start: number;
  readonly length: number;
  readonly random: Random;
  /** Folder for files of the case. */
  readonly folder: string;
}

export interface Attack {
  readonly title: string;
  /** Part of the cuts that must be traced; none where the end is looked for. */
  readonly goal?: number;
  /** Seconds of the cut. Default 5. */
  readonly length?: number;
  /** Writes the copy beside the case and gives its path. */
  readonly make: (take: Take) => Promise<string>;
}

const x264 = (crf: number): string[] => ['-c:v', 'libx264', '-preset', 'medium', '-crf', `${crf}`, '-an'];
const SMALLER = "scale='2*round(iw*0.33)':'2*round(ih*0.33)'";

const cut = ({ start, length, marked }: Take): string[] => ['-ss', start.toFixed(4), '-t', `${length}`, '-i', marked];

/** A cut through one chain of filters. */
function filtered(filters: string | ((take: Take) => string), encoder: readonly string[] = x264(32), ending = 'mp4') {
  return async (take: Take): Promise<string> => {
    const chain = typeof filters === 'string' ? filters : filters(take);
    const out = join(take.folder, `copy.${ending}`);
    await ffmpeg(...cut(take), '-vf', chain, ...encoder, out);
    return out;
  };
}

function crop({ size, random }: Take): string {
  const side = Math.sqrt(0.9);
  const [x, y] = [random() * (1 - side) * size.width, random() * (1 - side) * size.height];
  return `crop=${Math.round(size.width * side)}:${Math.round(size.height * side)}:${x.toFixed(0)}:${y.toFixed(0)}:exact=1`;
}

/**
 * A screen filmed at 30 frames a second: the clip in a window on a dark wall, corners moved by 3 to 5 % of the frame, two
 * gratings for moire and light that falls off, other colours, blur, noise.
 *
 * @param moving how far the filming hand wanders, in pixels.
 */
function filmedScreen(moving: number) {
  return async (take: Take): Promise<string> => {
    const { random, folder, size } = take;
    const [width, height] = [1280, 720];
    const light = join(folder, 'light.png');
    await writeLight(light, width, height, random);
    const shown = Math.min((width * 0.9) / size.width, (height * 0.9) / size.height);
    const even = (side: number): number => 2 * Math.round((side * shown) / 2);
    // Where the frame's corners go: inwards or outwards by 3 to 5 %, each by its own.
    const off = (side: number): string => {
      const still = side * (0.03 + 0.02 * random()) * (random() < 0.5 ? -1 : 1);
      return moving === 0
        ? still.toFixed(1)
        : `(${still.toFixed(1)}+${(0.15 * moving * random()).toFixed(2)}*sin(on/23))`;
    };
    const drift = (rate: number): string => (moving === 0 ? '0' : `${moving}*sin(on/${rate})`);
    const [dx, dy] = [drift(40 + 20 * random()), drift(50 + 20 * random())];
    const corner = (name: number, x: string, y: string): string =>
      `x${name}='${x}+${off(width)}+${dx}':y${name}='${y}+${off(height)}+${dy}'`;
    const corners = [corner(0, '0', '0'), corner(1, 'W', '0'), corner(2, '0', 'H'), corner(3, 'W', 'H')].join(':');
    const screen = [
      'framerate=fps=30',
      `scale=${even(size.width)}:${even(size.height)}`,
      `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2:color=0x202428`,
      `perspective=${corners}:sense=destination:interpolation=linear:eval=${moving === 0 ? 'init' : 'frame'}`,
      'format=gbrp',
    ].join(',');
    const camera = [
      'blend=all_mode=multiply',
      'format=yuv420p',
      `eq=gamma=${(1 + 0.2 * random()).toFixed(2)}:contrast=0.92:saturation=0.9`,
      'gblur=sigma=0.9',
      `noise=alls=8:allf=t:all_seed=${Math.floor(random() * 1e6)}`,
    ].join(',');
    const out = join(folder, 'copy.mp4');
    const graph = `[0:v]${screen}[screen];[1:v]format=gbrp[light];[screen][light]${camera}`;
    const looped = ['-loop', '1', '-framerate', '30', '-i', light];
    const encoder = x264(26 + Math.round(2 * random()));
    await ffmpeg(...cut(take), ...looped, '-filter_complex', graph, '-t', `${take.length}`, ...encoder, out);
    return out;
  };
}

/** What the screen's dots, the lens and the lamp do to the light, as a picture that multiplies: 70 to 100 %. */
async function writeLight(path: string, width: number, height: number, random: Random): Promise<void> {
  const waves = [0, 1].map(() => {
    const [angle, period] = [Math.PI * random(), 5 + 20 * random()];
    return [(2 * Math.PI * Math.cos(angle)) / period, (2 * Math.PI * Math.sin(angle)) / period, 6 * random()] as const;
  });
  const tint = [1, 0.97, 0.92];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const moire = waves.reduce((sum, [u, v, phase]) => sum + 0.015 * Math.sin(u * x + v * y + phase), 0);
      const away = Math.hypot(x / width - 0.4, y / height - 0.45);
      const level = 255 * (0.96 + moire) * (1 - 0.25 * away * away);
      for (let c = 0; c < 3; c++) data[(y * width + x) * 3 + c] = Math.min(255, level * tint[c]!);
    }
  }
  const raw = { width, height, channels: 3 as const };
  writeFileSync(path, await sharp(data, { raw }).png({ compressionLevel: 1 }).toBuffer());
}

async function twoParts(take: Take): Promise<string> {
  const { marked, seconds, random, folder } = take;
  const half = take.length / 2;
  const starts = [random() * (seconds - half), random() * (seconds - half)];
  const out = join(folder, 'copy.mp4');
  const parts = starts.flatMap((start) => ['-ss', start.toFixed(4), '-t', `${half}`, '-i', marked]);
  await ffmpeg(...parts, '-filter_complex', `[0:v][1:v]concat=n=2,${SMALLER}`, ...x264(32), out);
  return out;
}

async function twice(take: Take): Promise<string> {
  const first = join(take.folder, 'first.mp4');
  await ffmpeg(...cut(take), '-vf', SMALLER, ...x264(32), first);
  const out = join(take.folder, 'copy.mp4');
  await ffmpeg('-i', first, ...x264(32), out);
  return out;
}

async function screenshot(take: Take): Promise<string> {
  const out = join(take.folder, 'copy.png');
  await ffmpeg('-ss', take.start.toFixed(4), '-i', take.marked, '-frames:v', '1', out);
  return out;
}

/** Two lines of strokes of our own on a bar, because fonts differ between machines. */
function caption({ size, random }: Take): string {
  const [bar, top] = [Math.round(size.height * 0.14), Math.round(size.height * 0.84)];
  const strokes = Array.from({ length: 40 }, (_, k) => {
    const [column, line] = [k % 20, Math.floor(k / 20)];
    const x = Math.round(size.width * (0.05 + column * 0.045));
    const high = Math.round(bar * (0.15 + 0.2 * random()));
    const wide = 4 + Math.round(10 * random());
    return `drawbox=x=${x}:y=${top + Math.round(bar * (0.12 + 0.45 * line))}:w=${wide}:h=${high}:color=white:t=fill`;
  });
  return [`drawbox=x=0:y=${top}:w=iw:h=${bar}:color=black@0.8:t=fill`, ...strokes, SMALLER].join(',');
}

const uneven = ({ random }: Take): string => `select='gt(random(${Math.floor(random() * 1000)}),0.35)',${SMALLER}`;
const PASS = ['-fps_mode', 'passthrough'];
const HEVC = ['-c:v', 'libx265', '-preset', 'fast', '-crf', '34', '-x265-params', 'log-level=error', '-an'];
const VP9 = ['-c:v', 'libvpx-vp9', '-crf', '44', '-b:v', '0', '-deadline', 'realtime', '-cpu-used', '6', '-an'];

export const ATTACKS = {
  scale: { title: 'CRF 32, scaled to 66 %', goal: 1, make: filtered(SMALLER) },
  fps30: { title: 'and 25 to 30 frames a second, frames repeated', goal: 0.9, make: filtered(`fps=30,${SMALLER}`) },
  blend30: { title: 'and 25 to 30, frames blended', goal: 0.9, make: filtered(`framerate=fps=30,${SMALLER}`) },
  crop: {
    title: 'and a tenth of the area cropped away',
    goal: 0.9,
    make: filtered((take) => `${crop(take)},${SMALLER}`),
  },
  screen: { title: 'filmed off a screen (simulated)', goal: 0.9, make: filmedScreen(0) },
  moving: { title: 'filmed off a screen by a moving hand (simulated)', goal: 0.9, make: filmedScreen(14) },
  mirror: { title: 'and mirrored', make: filtered(`hflip,${SMALLER}`) },
  turn: { title: 'and turned by 90 degrees', make: filtered(`transpose=1,${SMALLER}`) },
  parts: { title: 'and two parts of half the length cut together', make: twoParts },
  fast: { title: 'and played at 1.25', make: filtered(`setpts=PTS/1.25,fps=25,${SMALLER}`) },
  slow: { title: 'and played at 0.8', make: filtered(`setpts=PTS/0.8,fps=25,${SMALLER}`) },
  uneven: { title: 'and a third of the frames dropped at random', make: filtered(uneven, [...PASS, ...x264(32)]) },
  caption: { title: 'and a caption burnt in over 14 %', make: filtered(caption) },
  twice: { title: 'twice, one after the other', make: twice },
  hevc: { title: 'HEVC of CRF 34, scaled to 66 %', make: filtered(SMALLER, HEVC) },
  vp9: { title: 'VP9 of CRF 44, scaled to 66 %', make: filtered(SMALLER, VP9, 'webm') },
  crf28: { title: 'CRF 28, scaled to 66 %', make: filtered(SMALLER, x264(28)) },
  crf36: { title: 'CRF 36, scaled to 66 %', make: filtered(SMALLER, x264(36)) },
  crf40: { title: 'CRF 40, scaled to 66 %', make: filtered(SMALLER, x264(40)) },
  three: { title: 'CRF 32, scaled to 66 %, 3 seconds', length: 3, make: filtered(SMALLER) },
  two: { title: 'CRF 32, scaled to 66 %, 2 seconds', length: 2, make: filtered(SMALLER) },
  still: { title: 'one frame, as a screenshot', length: 0, make: screenshot },
} as const satisfies Readonly<Record<string, Attack>>;

export type AttackName = keyof typeof ATTACKS;
