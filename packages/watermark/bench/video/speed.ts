// Run by itself, on one core where the system can pin it: `node speed.ts mark 1280 720 1` or `node speed.ts trace COPY ORIGINAL CLIP SEED`.
// Writes one line of JSON.
import { seededNumbers } from '@wardseal/testkit';
import { traceVideo, videoMarker } from '@wardseal/watermark';
import { readVideo } from '@wardseal/watermark/ffmpeg';
import { chipsOf, keyOf, viewings } from './case.ts';

export interface MarkSpeed {
  readonly kind: 'mark';
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Milliseconds a frame, by the clock and by the processor. */
  readonly wall: number;
  readonly cpu: number;
}

export interface TraceSpeed {
  readonly kind: 'trace';
  readonly seconds: number;
  readonly cpu: number;
  /** Most memory held, in megabytes. */
  readonly memory: number;
  readonly frames: { readonly suspect: number; readonly original: number };
  readonly candidates: number;
}

const [kind, ...rest] = process.argv.slice(2);
const answer: MarkSpeed | TraceSpeed =
  kind === 'mark'
    ? markSpeed(Number(rest[0]), Number(rest[1]), Number(rest[2]))
    : await traceSpeed(rest[0]!, rest[1]!, rest[2]!, Number(rest[3]));
console.log(JSON.stringify(answer));

function markSpeed(width: number, height: number, channels: number): MarkSpeed {
  const next = seededNumbers('speed');
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < data.length; i++) data[i] = 90 + (next() % 7) + 40 * Math.sin(i / 5000);
  if (channels === 4) for (let i = 3; i < data.length; i += 4) data[i] = 255;
  const marker = videoMarker({ chips: chipsOf('speed', 1, 'view-1', 'view'), width, height });
  const frame = { data, width, height };
  const frames = 50;
  for (let n = 0; n < 10; n++) marker.mark(frame, n / 25);
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  // Two seconds over a fade, where two patterns are mixed.
  for (let n = 0; n < frames; n++) marker.mark(frame, 2.5 + n / 25);
  const spent = process.cpuUsage(cpu);
  return {
    ...{ kind: 'mark', width, height, channels },
    wall: (performance.now() - wall) / frames,
    cpu: (spent.user + spent.system) / 1000 / frames,
  };
}

async function traceSpeed(copy: string, original: string, clip: string, seed: number): Promise<TraceSpeed> {
  const started = performance.now();
  const report = await traceVideo(await readVideo(copy), await readVideo(original), {
    key: keyOf(clip, seed),
    candidates: viewings,
  });
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return {
    kind: 'trace',
    seconds: (performance.now() - started) / 1000,
    cpu: (userCPUTime + systemCPUTime) / 1e6,
    memory: maxRSS / 1024,
    frames: { suspect: report.frames.suspect, original: report.frames.original },
    candidates: report.candidates,
  };
}
