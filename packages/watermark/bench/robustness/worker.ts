// Works off cases, one at a time, in a thread of its own. Keeps the last photograph, marked, in memory.
import { parentPort, workerData } from 'node:worker_threads';
import { decode, deriveImageKey, embed, type Pixels, prepareChips, trace, WatermarkError } from '@wardseal/watermark';
import { attackSuite } from '@wardseal/watermark/testing';
import sharp from 'sharp';
import { type Blind, type Case, expectedId, type Informed, type Marked, seedOf } from './case.ts';
import { codec } from './codec.ts';
import { photographs } from './pictures.ts';
import { psnr, ssim } from './quality.ts';

/** What the main thread tells a worker once. */
export interface Setting {
  readonly folder: string | undefined;
  readonly seed: number;
  readonly candidates: number;
  readonly budgetMs: number;
  readonly informed: boolean;
  readonly blind: boolean;
}

const { folder, seed, candidates, budgetMs, informed, blind } = workerData as Setting;
// One thread for the codec, so that as many workers as cores do not get in each other's way.
sharp.concurrency(1);
const viewings = Array.from({ length: candidates }, (_, i) => `view-${i}`);

interface Ready {
  readonly photo: string;
  readonly original: Pixels;
  readonly copy: Pixels;
  readonly key: Uint8Array;
  readonly guilty: string;
  readonly marked: Marked;
}
let ready: Ready | undefined;

async function prepare(photo: string): Promise<Ready> {
  if (ready?.photo === photo) return ready;
  ready = undefined;
  const found = photographs(folder, seed).find(({ name }) => name === photo);
  if (found === undefined) throw new Error(`no photograph ${photo}`);
  const original = await found.load();
  const own = seedOf(photo, seed);
  const key = deriveImageKey(Buffer.alloc(32, 'benchmark only'), `${photo} ${seed}`);
  const guilty = viewings[own % viewings.length]!;
  const { pixels: copy, report } = embed(original, { chips: prepareChips(key, guilty) });
  const { width, height } = original;
  const quality = { psnr: psnr(original, copy), ssim: ssim(original, copy) };
  const marked: Marked = { kind: 'marked', photo, width, height, ...quality, ms: report.ms };
  ready = { photo, original, copy, key, guilty, marked };
  return ready;
}

async function run(photo: string, name: string): Promise<{ marked: Marked; result: Case }> {
  const { original, copy, key, guilty, marked } = await prepare(photo);
  const attack = attackSuite({ seed: seedOf(photo, seed), jpeg: codec }).find((one) => one.name === name);
  if (attack === undefined) throw new Error(`no attack ${name}`);
  const { width, height } = original;
  const about = { kind: 'case', photo, attack: name, width, height } as const;
  try {
    const suspect = await attack.apply(copy);
    const result: Case = {
      ...about,
      suspect: [suspect.width, suspect.height],
      ...(blind ? { blind: readBlind(suspect, key, guilty) } : {}),
      ...(informed ? { informed: await traced(suspect, original, key, guilty) } : {}),
    };
    return { marked, result };
  } catch (error) {
    const what = error instanceof WatermarkError ? error.code : String(error);
    return { marked, result: { ...about, error: what } };
  }
}

function readBlind(suspect: Pixels, key: Uint8Array, guilty: string): Blind {
  const lead = decode(suspect, { keys: [key], budgetMs });
  const right = lead.id === expectedId(key, 'view', guilty);
  return { outcome: !lead.found ? 'none' : right ? 'right' : 'wrong', exhausted: lead.exhausted, ms: lead.ms };
}

async function traced(suspect: Pixels, original: Pixels, key: Uint8Array, guilty: string): Promise<Informed> {
  const { registration, hits, ms } = await trace(suspect, original, { key, candidates: viewings });
  const own = hits.find(({ id }) => id === guilty);
  const others = hits.filter(({ id }) => id !== guilty);
  const named = hits.filter(({ verdict }) => verdict === 'match');
  const wrong = named.some(({ id }) => id !== guilty);
  const registered = registration.status === 'registered';
  return {
    outcome: wrong ? 'wrong' : named.length === 1 ? 'right' : 'none',
    verdict: own?.verdict ?? 'none',
    method: registered ? registration.method : 'failed',
    correlation: registered ? registration.correlation : null,
    z: own?.z ?? null,
    next: others[0]?.z ?? null,
    ms,
  };
}

parentPort!.on('message', ({ photo, attack }: { photo: string; attack: string }) => {
  run(photo, attack).then(
    (answer) => parentPort!.postMessage(answer),
    (error: unknown) => {
      throw error;
    },
  );
});
