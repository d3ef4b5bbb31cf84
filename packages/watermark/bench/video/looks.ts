// What the mark costs to look at: the quality of every clip, and what moves that did not move before.
import { type Pixels, prepareChips, videoMarker } from '@wardseal/watermark';
import { readVideo } from '@wardseal/watermark/ffmpeg';
import { psnr, ssim } from '../robustness/quality.ts';
import { chipsOf, keyOf } from './case.ts';

/** Levels as a screen shows them for one level of limited luma. */
const SHOWN = 255 / 219;

export interface Looks {
  readonly clip: string;
  readonly frames: number;
  /** dB of luma as it is shown, over all frames and of the worst one; mean and least SSIM. */
  readonly psnr: number;
  readonly worst: number;
  readonly ssim: number;
  readonly leastSsim: number;
  /** Largest change of the mark (marked less original) from frame to frame, in levels, and how many pixels change by 2 or more. */
  readonly change: number;
  readonly changing: number;
}

/** Marks the frames from 2 to 5 seconds, a fade among them; every fifth is measured. */
export async function looksOf(clip: string, path: string, seed: number): Promise<Looks> {
  const video = await readVideo(path);
  const { width, height, range } = video;
  const marker = videoMarker({ chips: chipsOf(clip, seed, 'view-0', 'view'), width, height, range });
  let before: Int8Array | null = null;
  let [frames, squares, worst, change, changing, compared] = [0, 0, Number.POSITIVE_INFINITY, 0, 0, 0];
  const similar: number[] = [];
  for await (const { pixels, time } of video.frames()) {
    if (time < 2) continue;
    if (time > 5) break;
    const marked = marker.mark(pixels, time);
    const mark = Int8Array.from(marked.data, (value, i) => value - pixels.data[i]!);
    if (before !== null) {
      for (let i = 0; i < mark.length; i++) {
        const step = Math.abs(mark[i]! - before[i]!);
        if (step > change) change = step;
        if (step > 1) changing++;
      }
      compared += mark.length;
    }
    before = mark;
    const one = psnr(shown(pixels), shown(marked));
    squares += 10 ** (-one / 10);
    worst = Math.min(worst, one);
    if (frames++ % 5 === 0) similar.push(ssim(grey(pixels), grey(marked)));
  }
  return {
    ...{ clip, frames, worst, change },
    psnr: -10 * Math.log10(squares / frames),
    ssim: similar.reduce((sum, one) => sum + one, 0) / similar.length,
    leastSsim: Math.min(...similar),
    changing: changing / compared,
  };
}

const shown = ({ data, width, height }: Pixels): Pixels => {
  // Not whole levels: a screen rounds, a yardstick must not.
  const levels = Float32Array.from(data, (value) => (value - 16) * SHOWN);
  return { data: levels as unknown as Uint8Array, width, height };
};

/** SSIM's measure takes RGB. */
function grey({ data, width, height }: Pixels): Pixels {
  const out = new Uint8ClampedArray(data.length * 3);
  for (let i = 0; i < data.length; i++) out.fill((data[i]! - 16) * SHOWN, 3 * i, 3 * i + 3);
  return { data: out, width, height };
}

export interface Flicker {
  readonly level: number;
  readonly rate: number;
  readonly range: 'full' | 'limited';
  readonly frames: number;
  /** Largest change of any pixel from one frame to the next, in levels. The goal is 1. */
  readonly change: number;
}

/** Flat grey over two phases and both fades, 720p. */
export function flickerOf(level: number, rate: number, range: 'full' | 'limited', seed: number): Flicker {
  const [width, height] = [1280, 720];
  const chips = prepareChips(keyOf('flat', seed), `view-${level}`);
  const marker = videoMarker({ chips, width, height, range });
  const frame = { data: new Uint8Array(width * height).fill(level), width, height };
  const frames = 8 * rate;
  let [before, change] = [marker.mark(frame, 0).data, 0];
  for (let n = 1; n <= frames; n++) {
    const { data } = marker.mark(frame, n / rate);
    for (let i = 0; i < data.length; i++) {
      const step = Math.abs(data[i]! - before[i]!);
      if (step > change) change = step;
    }
    before = data;
  }
  return { level, rate, range, frames, change };
}
