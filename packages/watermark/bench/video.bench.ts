// How much of a leaked video's history the mark survives, how it looks, and what it costs. Clips are made once, from the
// seed; every copy is made by ffmpeg, traced against 1,000 viewings and judged. Needs ffmpeg.
//   node bench/video.bench.ts --cuts 20 --only scale,screen
import { execFile } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { ATTACKS, type AttackName } from './video/attacks.ts';
import type { Case, Job } from './video/case.ts';
import { CLIPS, type ClipName, clipFile, REAL } from './video/clips.ts';
import { flickerOf, looksOf } from './video/looks.ts';
import { markedFor } from './video/marked.ts';
import {
  attackTable,
  clipTable,
  looksTable,
  missed,
  missTable,
  OTHER_ROWS,
  publish,
  readSummary,
} from './video/page.ts';
import { ffmpeg } from './video/programs.ts';
import type { MarkSpeed, TraceSpeed } from './video/speed.ts';

const { values: options } = parseArgs({
  options: {
    cuts: { type: 'string', default: '4' },
    clips: { type: 'string' },
    only: { type: 'string' },
    case: { type: 'string' },
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '60' },
    threads: { type: 'string', default: String(cpus().length) },
    folder: { type: 'string', default: join(tmpdir(), 'wardseal-video-bench') },
    publish: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const ATTACK_NAMES = Object.keys(ATTACKS) as AttackName[];
const PARTS = ['looks', 'flicker', 'speed'];
if (options.help) {
  console.log(`Options:
  --cuts n        cuts of each clip for each row (default 4)
  --clips a,b     of ${Object.keys({ ...CLIPS, ...REAL }).join(', ')} (default: all that are there)
  --only a,b      of ${[...ATTACK_NAMES, ...Object.keys(OTHER_ROWS), ...PARTS].join(', ')}
  --case n        only this cut
  --seed n        clips, keys, viewings, starts, all that is random (default 1)
  --seconds n     length of the clips (default 60)
  --threads n     default: as many as cores
  --folder path   where clips are kept (default ${options.folder})
  --publish       write bench/results/video.json and docs/watermark-video.md from all cases that were run in the folder with
                  this seed and length; looks, flicker and speed that this run leaves out stay as they were
IMAGES names a folder that may hold video-ducks.mp4, a real clip.`);
  process.exit(0);
}

const seed = whole(options.seed, 'seed');
const seconds = whole(options.seconds, 'seconds');
const cuts = whole(options.cuts, 'cuts');
const one = options.case === undefined ? undefined : whole(options.case, 'case');
const { folder } = options;
const run = { folder, seed, seconds };
const images = process.env['IMAGES'] ?? process.env['PHOTOS_DIR'];
const wanted = options.only?.split(',');
const asked = (name: string): boolean => wanted === undefined || wanted.includes(name);
const allRows = [...ATTACK_NAMES, ...Object.keys(OTHER_ROWS), ...PARTS];
for (const name of wanted ?? []) if (!allRows.includes(name)) throw new Error(`no row is called ${name}; see --help`);
mkdirSync(folder, { recursive: true });
const names = (options.clips?.split(',') ?? Object.keys({ ...CLIPS, ...REAL })) as ClipName[];

const jobs: Job[] = [];
const originals = new Map<ClipName, string>();
const rows = [...ATTACK_NAMES, ...Object.keys(OTHER_ROWS)].filter(asked);
for (const clip of names) {
  const original = await clipFile(clip, { folder, seed, seconds, images });
  if (original === null) {
    console.log(`${clip}: not there, left out`);
    continue;
  }
  originals.set(clip, original);
  for (const row of rows) {
    const marked = await markedFor(clip, original, row, run);
    const attack = row in ATTACKS ? (row as AttackName) : 'scale';
    for (let cut = 0; cut < cuts; cut++) {
      if (one === undefined || cut === one) jobs.push({ ...marked, attack, row, cut, seed, folder });
    }
  }
  console.log(`${clip}: ready`);
}

const cases: Case[] = [];
const log = join(folder, `cases-${seconds}-${seed}.jsonl`);
const waiting = [...jobs].sort((a, b) => a.cut - b.cut);
await Promise.all(
  Array.from({ length: Math.min(whole(options.threads, 'threads'), jobs.length) }, async () => {
    let worker = new Worker(new URL('./video/worker.ts', import.meta.url));
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const result = await ask(worker, job);
      if (result.error?.startsWith('worker') === true) {
        await worker.terminate();
        worker = new Worker(new URL('./video/worker.ts', import.meta.url));
      }
      cases.push(result);
      appendFileSync(log, `${JSON.stringify(result)}\n`);
      tell(result);
    }
    await worker.terminate();
  }),
);

const looks = [];
for (const [clip, path] of asked('looks') ? originals : []) {
  looks.push(await looksOf(clip, path, seed));
  console.log(`${clip}: looked at`);
}
const flicker = [];
for (const range of asked('flicker') ? (['full', 'limited'] as const) : []) {
  for (const rate of [25, 30])
    for (const level of [40, 90, 128, 200]) flicker.push(flickerOf(level, rate, range, seed));
  console.log(`flat grey, ${range} range: at most ${Math.max(...flicker.map(({ change }) => change))} levels`);
}
const marking: MarkSpeed[] = [];
let tracing: TraceSpeed | null = null;
if (asked('speed')) {
  for (const [width, height] of [
    [1280, 720],
    [1920, 1080],
  ] as const) {
    for (const channels of [1, 4]) marking.push((await apart('mark', width, height, channels)) as MarkSpeed);
  }
  const [clip, original] = [...originals][0]!;
  const { marked } = await markedFor(clip, original, 'scale', run);
  const copy = join(folder, `whole-${clip}.mp4`);
  await ffmpeg('-i', marked, '-vf', 'scale=844:476', '-c:v', 'libx264', '-crf', '32', copy);
  tracing = (await apart('trace', copy, original, clip, seed)) as TraceSpeed;
  console.log(marking, tracing);
}

console.log(`\n${attackTable(cases)}\n\n${clipTable(cases)}\n\nMisses:\n${missTable(cases)}\n\n${looksTable(looks)}\n`);
for (const { title } of missed(cases)) console.log(`Not reached: ${title}`);
if (options.publish) {
  const before = readSummary();
  const same = before?.seed === seed && before.seconds === seconds ? before : undefined;
  publish({
    date: new Date().toISOString(),
    machine: `Node ${process.versions.node}, ${cpus().length} cores, ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    ...{ seed, seconds },
    cases: known(log),
    looks: looks.length > 0 ? looks : (same?.looks ?? []),
    flicker: flicker.length > 0 ? flicker : (same?.flicker ?? []),
    marking: marking.length > 0 ? marking : (same?.marking ?? []),
    tracing: tracing ?? same?.tracing ?? null,
  });
}
// A colleague's name is the one answer that must never come.
if (cases.some(({ outcome }) => outcome === 'wrong')) process.exitCode = 1;

function ask(worker: Worker, job: Job): Promise<Case> {
  const { clip, row, attack, cut } = job;
  return new Promise((resolve) => {
    const lost = { clip, row, attack, cut, start: 0, outcome: 'none', matches: [], z: null, next: null } as const;
    const nothing = { presence: null, registered: false, used: 0, correlation: null, ms: 0 };
    const end = (result: Case): void => {
      worker.off('message', end).off('error', failed);
      resolve(result);
    };
    const failed = (error: unknown): void => end({ ...lost, ...nothing, error: `worker: ${error}` });
    worker.on('message', end).on('error', failed);
    worker.postMessage(job);
  });
}

function tell({ clip, row, cut, start, outcome, z, next, correlation, used, presence, ms, error }: Case): void {
  const scores = `z ${z?.toFixed(1) ?? '-'}, next ${next?.toFixed(1) ?? '-'}, presence ${presence?.toExponential(0) ?? '-'}`;
  const place = `${used} frames, correlation ${correlation?.toFixed(2) ?? '-'}`;
  const text = error ?? `${scores}, ${place}, ${(ms / 1000).toFixed(0)} s`;
  console.log(`${cases.length}/${jobs.length} ${clip} ${row} ${cut} at ${start.toFixed(2)}: ${outcome}, ${text}`);
}

/** Runs bench/video/speed.ts in a process of its own, on the first core where the system can pin it. */
async function apart(...args: readonly (string | number)[]): Promise<unknown> {
  const script = new URL('./video/speed.ts', import.meta.url).pathname;
  const call = [process.execPath, script, ...args.map(String)];
  const pinned = process.platform === 'linux' && args[0] === 'mark' ? ['taskset', '-c', '0', ...call] : call;
  const { stdout } = await promisify(execFile)(pinned[0]!, pinned.slice(1));
  return JSON.parse(stdout);
}

/** The last result of every case in the folder's log, in order: runs of parts add up. */
function known(path: string): Case[] {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
  const all = lines.map((line) => JSON.parse(line) as Case);
  const key = ({ clip, row, cut }: Case): string => `${row} ${clip} ${String(cut).padStart(4, '0')}`;
  const last = new Map(all.map((result) => [key(result), result]));
  return [...last].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, result]) => result);
}

function whole(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a whole number`);
  return value;
}
