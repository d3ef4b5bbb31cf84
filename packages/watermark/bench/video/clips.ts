// The originals of a run, each made once into the run's folder: 720p, 25 frames a second, H.264 of a camera's quality.
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { syntheticSkin } from '@wardseal/testkit';
import { photos } from '@wardseal/testkit/node';
import sharp from 'sharp';
import { darkFundus, smoothSkin } from '../robustness/made-up.ts';
import { type Film, filmed, type Scene, type Shot, sceneOf } from './camera.ts';
import { encode, ffmpeg } from './programs.ts';

const FILM = { width: 1280, height: 720, rate: 25 };
/** What a camera compresses little. */
const CAMERA = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '16', '-bf', '0'];

/** Clips that are always there. 'ducks' comes with a folder that holds video-ducks.mp4. */
export const CLIPS = {
  hand: 'a photograph in a hand-held camera',
  tripod: 'the same from a tripod, nearly still',
  smooth: 'generated smooth skin, hand-held',
  eye: 'a generated dark fundus, hand-held',
  glove: 'a generated wound, a gloved hand moving over it',
  joined: 'two scenes with a hard cut between them every five seconds',
} as const;
export const REAL = { ducks: 'a real clip of a phone, where a folder holds it' } as const;

export type ClipName = keyof typeof CLIPS | keyof typeof REAL;

async function photograph(path: string): Promise<Scene> {
  const { data, info } = await sharp(path)
    .rotate()
    .removeAlpha()
    .resize({ width: 2400, height: 2400, fit: 'outside' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return sceneOf(data, info.width, info.height);
}

function wound(seed: number): Scene {
  const { data, width, height } = syntheticSkin(seed, { width: 2048, height: 1536 });
  return sceneOf(
    data.filter((_, i) => (i & 3) !== 3),
    width,
    height,
  );
}

function* framesOf(
  name: keyof typeof CLIPS,
  film: Film,
  seed: number,
  scenes: readonly Scene[],
): Generator<Uint8Array> {
  const hand: Shot = { seed, sway: 1, noise: 2, glove: false };
  if (name === 'tripod') return yield* filmed(scenes[0]!, film, { ...hand, sway: 0.004 });
  if (name === 'glove') return yield* filmed(scenes[0]!, film, { ...hand, sway: 0.5, glove: true });
  if (name !== 'joined') return yield* filmed(scenes[0]!, film, hand);
  const shots = scenes.map((scene, k) => filmed(scene, film, { ...hand, seed: seed + k }));
  for (let n = 0; n < film.frames; n++) {
    // Both run on, one of them is seen.
    const seen = shots.map((shot) => shot.next().value!);
    yield seen[Math.floor(n / (5 * film.rate)) % 2]!;
  }
}

async function scenesOf(name: keyof typeof CLIPS, seed: number): Promise<Scene[]> {
  if (name === 'smooth') {
    const { data, width, height } = smoothSkin(2048, 1536, seed);
    return [sceneOf(data, width, height)];
  }
  if (name === 'eye') {
    const { data, width, height } = darkFundus(1600, seed);
    return [sceneOf(data, width, height)];
  }
  if (name === 'glove') return [wound(seed)];
  const first = await photograph(photos.flower.path);
  return name === 'joined' ? [first, await photograph(photos.fundus.path)] : [first];
}

/** The path of a clip's file in the folder, made when it is not there; null when its source is missing. */
export async function clipFile(
  name: ClipName,
  { folder, seed, seconds, images }: { folder: string; seed: number; seconds: number; images: string | undefined },
): Promise<string | null> {
  const path = join(folder, `${name}-${seconds}-${seed}.mp4`);
  if (existsSync(path)) return path;
  const part = join(folder, `part-${name}.mp4`);
  if (name === 'ducks') {
    const source = images === undefined ? undefined : join(images, 'video-ducks.mp4');
    if (source === undefined || !existsSync(source)) return null;
    const size = `fps=25,scale=1280:720:force_original_aspect_ratio=decrease:force_divisible_by=2`;
    const plain = ['-map_metadata', '-1', '-an', '-t', `${seconds}`, '-vf', size, '-pix_fmt', 'yuv420p'];
    await ffmpeg('-i', source, ...plain, ...CAMERA, part);
  } else {
    const film = { ...FILM, frames: Math.round(seconds * FILM.rate) };
    await encode(part, film, framesOf(name, film, seed, await scenesOf(name, seed)), CAMERA);
  }
  renameSync(part, path);
  return path;
}
