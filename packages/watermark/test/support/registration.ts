import { expect } from 'vitest';
import type { Pixels, TraceReport } from '../../src/index.js';
import { jpeg } from '../node/photos.js';
import { viewings } from '../pictures.js';
import { smoothSkin, TONES } from '../smooth-skin.js';
import { attackSuite, built } from './built.js';

const { deriveImageKey, embed, prepareChips, trace } = built;

export const imageKey: Uint8Array = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');

export const marked = (original: Pixels): Pixels =>
  embed(original, { chips: prepareChips(imageKey, 'view-42') }).pixels;
export const traced = (suspect: Pixels, original: Pixels, more: object = {}): Promise<TraceReport> =>
  trace(suspect, original, { key: imageKey, candidates: viewings(200), decoys: 1000, ...more });
export const attacked = (name: string, pixels: Pixels, seed: number): Promise<Pixels> =>
  Promise.resolve(
    attackSuite({ seed, jpeg })
      .find((attack) => attack.name === name)!
      .apply(pixels),
  );

/** Everybody of whom a report says anything, with what it says. */
export const spoken = (report: TraceReport): string[] =>
  report.hits.filter((hit) => hit.verdict !== 'none').map((hit) => `${hit.id} ${hit.verdict}`);
/** The step that laid the copy on the original. */
export const wayOf = ({ registration }: TraceReport): string =>
  registration.status === 'registered' ? registration.method : 'failed';

/** An attack, a tone, a seed, pores, and the ways of which one must have worked. */
export type SmoothCase = readonly [name: string, tone: number, seed: number, pores: number, ways: readonly string[]];

/** Smooth skin, marked and attacked, names its viewing, and the report says how it was laid on the original. */
export async function namesItsViewing([name, tone, seed, pores, ways]: SmoothCase): Promise<void> {
  const original = smoothSkin(720, 540, seed, pores, TONES[tone]);
  const report = await traced(await attacked(name, marked(original), seed), original);
  expect(spoken(report)).toEqual(['view-42 match']);
  expect(ways).toContain(wayOf(report));
}
