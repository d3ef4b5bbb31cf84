// One copy of one clip: made, traced against 1,000 viewings, judged.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { seededNumbers } from '@wardseal/testkit';
import { deriveImageKey, type Layer, prepareChips, traceVideo, type Video } from '@wardseal/watermark';
import { readVideo } from '@wardseal/watermark/ffmpeg';
import sharp from 'sharp';
import { ATTACKS, type Attack, type AttackName, type Size } from './attacks.ts';

export const CANDIDATES = 1_000;
export const viewings: readonly string[] = Array.from({ length: CANDIDATES }, (_, i) => `view-${i}`);

/** A clip and what was marked of it. */
export interface Marked {
  readonly clip: string;
  readonly original: string;
  readonly marked: string;
  readonly size: Size;
  readonly seconds: number;
  readonly layer: Layer;
  /** Who must be named: one viewing, several when copies were mixed, nobody where there is no mark of this key. */
  readonly guilty: readonly string[];
}

export interface Job extends Marked {
  readonly attack: AttackName;
  /** The row that it counts in; the attack's, or what was marked unlike the others. */
  readonly row: string;
  readonly cut: number;
  readonly seed: number;
  readonly folder: string;
}

export interface Case {
  readonly clip: string;
  readonly row: string;
  readonly attack: AttackName;
  readonly cut: number;
  readonly start: number;
  /** 'right': all that are guilty and nobody else. 'part': some of several. 'none': nobody. 'wrong': somebody else. */
  readonly outcome: 'right' | 'part' | 'none' | 'wrong';
  readonly matches: readonly string[];
  /** Least score of those who are guilty; null when not registered or unlisted. */
  readonly z: number | null;
  /** Highest score of an innocent viewing. */
  readonly next: number | null;
  readonly presence: number | null;
  readonly registered: boolean;
  readonly used: number;
  readonly correlation: number | null;
  readonly ms: number;
  readonly error?: string;
}

/** The key of a clip: every clip is an image of its own. */
export const keyOf = (clip: string, seed: number): Uint8Array =>
  deriveImageKey(new Uint8Array(32).fill(7), `${clip} ${seed}`);

export const chipsOf = (clip: string, seed: number, viewing: string, layer: Layer) =>
  prepareChips(keyOf(clip, seed), viewing, { layer });

/** A viewing of the log, from the name of a clip. */
export function guiltyOf(clip: string, seed: number, more = ''): string {
  return viewings[seededNumbers(`guilty ${clip} ${more} ${seed}`)() % CANDIDATES]!;
}

export async function runCase(job: Job): Promise<Case> {
  const { clip, row, attack, cut, seed } = job;
  const attacked: Attack = ATTACKS[attack];
  const next = seededNumbers(`case ${clip} ${row} ${attack} ${cut} ${seed}`);
  const random = (): number => next() / 2 ** 32;
  const length = attacked.length ?? 5;
  // A clip that is no longer than the cut is taken whole.
  const start = random() * Math.max(0, job.seconds - length - 0.1);
  const folder = join(job.folder, `${clip}-${row}-${cut}`);
  const began = Date.now();
  const about = { clip, row, attack, cut, start };
  mkdirSync(folder, { recursive: true });
  try {
    const copy = await attacked.make({ ...job, start, length, random, folder });
    const suspect = copy.endsWith('.png') ? await pictureVideo(copy) : await readVideo(copy);
    const report = await traceVideo(suspect, await readVideo(job.original), {
      ...{ key: keyOf(clip, seed), candidates: viewings, layer: job.layer, decoys: 1_000 },
    });
    const matches = report.hits.filter(({ verdict }) => verdict === 'match').map(({ id }) => id);
    const right = matches.filter((id) => job.guilty.includes(id));
    const scores = report.hits.filter(({ id }) => job.guilty.includes(id)).map(({ z }) => z);
    const innocent = report.hits.filter(({ id }) => !job.guilty.includes(id)).map(({ z }) => z);
    const outcome =
      matches.length > right.length
        ? 'wrong'
        : right.length === job.guilty.length
          ? 'right'
          : right.length > 0
            ? 'part'
            : 'none';
    return {
      ...about,
      ...{ outcome, matches },
      z: scores.length === job.guilty.length && scores.length > 0 ? Math.min(...scores) : null,
      next: innocent.length === 0 ? null : Math.max(...innocent),
      presence: report.presence?.p ?? null,
      registered: report.registration.status === 'registered',
      used: report.frames.used.length,
      correlation: report.registration.status === 'registered' ? report.registration.correlation : null,
      ms: report.ms,
    };
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    const empty = { matches: [], z: null, next: null, presence: null, registered: false, used: 0, correlation: null };
    return { ...about, ...empty, outcome: 'none', ms: Date.now() - began, error: `${code ?? ''} ${message ?? error}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A picture file as a video of one frame. */
async function pictureVideo(path: string): Promise<Video> {
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return { width, height, frames: () => [{ pixels: { data: new Uint8Array(data), width, height }, time: 0 }] };
}
