// A video file from start to end: decode, mark, encode, beside the same two programs and pipe without marking. Node's and the
// programs' peak memory. Needs ffmpeg; the clip is made once.
//   node bench/video-file.bench.ts --seconds 60
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { deriveImageKey, prepareChips } from '@wardseal/watermark';
import { markVideoFile, readVideo } from '@wardseal/watermark/ffmpeg';
import { ffmpeg } from './video/programs.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } });
const seconds = Number(values.seconds);
if (!(seconds >= 1)) throw new RangeError('--seconds takes a number from 1');

const folder = join(tmpdir(), 'wardseal-video-file-bench');
mkdirSync(folder, { recursive: true });
const clip = join(folder, `clip-${seconds}.mp4`);
const target = join(folder, 'copy.mp4');
const START = ['-nostdin', '-hide_banner', '-v', 'error'];

/** A program's end, or an error. */
const done = (child: ReturnType<typeof spawn>): Promise<void> =>
  new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`ffmpeg ended with ${code}`))));
  });

if (!existsSync(clip)) {
  // Moving edges and a camera's noise.
  const drawn = 'testsrc2=s=1280x720:r=30,noise=alls=8:allf=t:all_seed=1,format=yuv420p';
  const encoded = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '20'];
  await ffmpeg('-f', 'lavfi', '-i', drawn, '-t', String(seconds), ...encoded, clip);
}

/** Largest resident set so far of each program that we started, in MB (Linux). */
function programs(): number[] {
  if (!existsSync('/proc/self/status')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        const ours = new RegExp(`^PPid:\\t${process.pid}$`, 'm').test(status) && /^Name:\tffmpeg$/m.test(status);
        return ours ? [Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024] : [];
      } catch {
        return []; // it has ended
      }
    });
}

interface Cost {
  readonly seconds: number;
  readonly nodeMb: number;
  readonly programsMb: number;
}

async function cost(act: () => Promise<unknown>): Promise<Cost> {
  let [node, all] = [0, 0];
  const look = setInterval(() => {
    node = Math.max(node, process.memoryUsage.rss() / 1_048_576);
    all = Math.max(
      all,
      programs().reduce((sum, one) => sum + one, 0),
    );
  }, 100);
  const started = performance.now();
  try {
    await act();
  } finally {
    clearInterval(look);
  }
  return { seconds: (performance.now() - started) / 1000, nodeMb: Math.round(node), programsMb: Math.round(all) };
}

/** What `markVideoFile` starts, with nothing between the two programs. */
async function piped(): Promise<void> {
  const raw = ['-fps_mode', 'passthrough', '-c:v', 'rawvideo', '-f', 'nut', 'pipe:1'];
  const decoder = spawn('ffmpeg', [...START, '-threads', '2', '-i', clip, ...raw], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const written = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '18', '-pix_fmt', 'yuv420p', '-threads', '2'];
  const encoder = spawn(
    'ffmpeg',
    [...START, '-f', 'nut', '-i', 'pipe:0', ...written, '-movflags', '+faststart', '-y', target],
    {
      stdio: ['pipe', 'ignore', 'inherit'],
    },
  );
  const ends = [done(decoder), done(encoder)];
  await pipeline(decoder.stdout!, encoder.stdin!);
  await Promise.all(ends);
}

async function read(): Promise<void> {
  for await (const _ of (await readVideo(clip)).frames());
}

const chips = prepareChips(deriveImageKey(new Uint8Array(32).fill(1), 'vid-1'), 'view-1');
const reading = await cost(read);
const unmarked = await cost(piped);
let frames = 0;
const marked = await cost(async () => {
  ({ frames } = await markVideoFile(clip, target, { chips }));
});
rmSync(target);

const row = (name: string, { seconds: took, nodeMb, programsMb }: Cost): string =>
  `${name.padEnd(36)}${took.toFixed(1).padStart(7)} s  ${(seconds / took).toFixed(2).padStart(6)} x real time  ${String(nodeMb).padStart(5)} MB here  ${String(programsMb).padStart(5)} MB ffmpeg`;
console.log(`${seconds} s of 1280x720 at 30 frames a second, ${frames} frames, ${cpus().length} cores`);
console.log(row('read (luma)', reading));
console.log(row('decode | encode, unmarked', unmarked));
console.log(row('decode | mark | encode', marked));
console.log(`marking makes it ${(marked.seconds / unmarked.seconds).toFixed(2)} times as long`);
const results = { seconds, frames, cores: cpus().length, node: process.version, reading, unmarked, marked };
writeFileSync(
  fileURLToPath(new URL('results/video-file.json', import.meta.url)),
  `${JSON.stringify(results, null, 2)}\n`,
);
