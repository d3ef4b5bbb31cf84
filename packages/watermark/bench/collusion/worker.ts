// One thread's share of the photographs: marks copies, lets them be combined, and scores what comes out. The list is so
// long that its codes are made once a photograph: therefore this reads the sources.
import '../null/source.ts';
import { parentPort, workerData } from 'node:worker_threads';
import { deriveImageKey, embed, type Pixels, prepareChips } from '@wardseal/watermark';
import { collusionSuite } from '@wardseal/watermark/testing';
import sharp from 'sharp';
import { seedOf } from '../robustness/case.ts';
import { codec } from '../robustness/codec.ts';
import { photographs } from '../robustness/pictures.ts';
import { FRAMINGS } from './framing.ts';
import type { Innocents, Row, Setting } from './row.ts';

const { layoutOf, syncBits, traceBits } = await import('../../src/code/tile.ts');
const { foldVotes } = await import('../../src/fold.ts');
const { canonicalLuma } = await import('../../src/grid.ts');
const { judgeOf } = await import('../../src/register/judge.ts');
const { register } = await import('../../src/register/register.ts');
const { removeKnown } = await import('../../src/remove-known.ts');
const { pBound, scorer } = await import('../../src/statistics.ts');
const { coarseLuma } = await import('../../src/suspect.ts');
const { CONSISTENT_P, chipsOf, MOST_ROUNDS, scoreCandidates, sparse } = await import('../../src/score-candidates.ts');

const { folder, seed, innocents, attacks } = workerData as Setting;
sharp.concurrency(1);
const LAYER = 'view';
const wanted = (name: string): boolean => attacks === undefined || attacks.split(',').some((one) => name.includes(one));
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

async function run(photo: string): Promise<void> {
  const original = await photographs(folder, seed)
    .find(({ name }) => name === photo)!
    .load();
  const own = seedOf(photo, seed);
  const key = deriveImageKey(Buffer.alloc(32, 'benchmark only'), `${photo} ${seed}`);
  const layout = layoutOf(key, LAYER);
  const sync = sparse(layout.sync, syncBits(key, LAYER));
  const codes = Array.from({ length: innocents }, (_, i) => traceBits(key, LAYER, utf8(`view-${i}`)));
  const people = Array.from({ length: 10 }, (_, k) => `guilty-${k}`);
  const candidates = new Map(people.map((id) => [id, utf8(id)]));
  const luma = canonicalLuma(original, 3);
  const chips = people.map((id) => prepareChips(key, id));
  const copies: Pixels[] = [];
  const copiesOf = (count: number): Pixels[] => {
    while (copies.length < count) copies.push(embed(original, { chips: chips[copies.length]! }).pixels);
    return copies.slice(0, count);
  };

  const look = (attack: string, colluders: number, framing: boolean, suspect: Pixels): void => {
    const coarse = coarseLuma(suspect, 3);
    const judge = judgeOf(luma, { pixels: suspect, channels: 3, coarse }, key, LAYER, () => {});
    const { found } = register(luma, coarse, judge, () => {}, null);
    const megapixels = Number(((original.width * original.height) / 1e6).toFixed(1));
    const about = { photo, megapixels, attack, framing, registered: found !== null, colluders };
    if (found === null) {
      tell({ ...about, named: 0, first: 0, z: [], innocents: [], accused: 0 });
      return;
    }
    const tile = foldVotes(found.evidence.votes, LAYER);
    // The correction of a list with all the innocents on it: they are scored apart, in both rounds.
    const listed = innocents / candidates.size;
    const scoring = { key, layer: LAYER, candidates, decoys: 10_000, geometries: listed } as const;
    const { hits } = scoreCandidates(tile, scoring, () => {});
    const theirs = hits.filter(({ id }) => people.indexOf(id) < colluders);
    const others = hits.filter(({ id }) => people.indexOf(id) >= colluders);
    const named = theirs.filter(({ verdict }) => verdict === 'match');
    const known = named
      .filter(({ round }) => round === 1)
      .map(({ id }) => chipsOf(scoring, layout, utf8(id), traceBits(key, LAYER, utf8(id))));
    const scores = [tile, removeKnown(tile, sync, known)].map((votes) => {
      const score = scorer(Float64Array.from(layout.trace, (at) => votes[at]!));
      return codes.map(score);
    });
    const accused = (z: number): boolean => pBound(z) * innocents * MOST_ROUNDS < CONSISTENT_P;
    tell({
      ...about,
      named: named.length,
      first: known.length,
      z: theirs.map(({ z }) => Number(z.toFixed(2))),
      innocents: scores.map(summed),
      accused: scores.flat().filter(accused).length + others.filter(({ verdict }) => verdict !== 'none').length,
    });
  };
  for (const { name, copies: count, apply } of collusionSuite({ seed: own, jpeg: codec })) {
    if (wanted(name)) look(name, count, false, await apply(copiesOf(count)));
  }
  // Twelve megapixels ten times over say no more of innocents than three do.
  if (original.width * original.height > 3_500_000) return;
  for (const { name, copies: count, make } of FRAMINGS) {
    if (!wanted(name)) continue;
    look(name, count, true, make({ original, chips: chips.slice(0, count), copies: copiesOf(count) }));
  }
}

function tell(row: Row): void {
  parentPort!.postMessage(row);
}

function summed(scores: readonly number[]): Innocents {
  const highest = scores.reduce((most, z) => Math.max(most, z), -10);
  return { highest: Number(highest.toFixed(2)), beyond: scores.filter((z) => z >= 4).length };
}

parentPort!.on('message', (photo: string) => {
  run(photo).then(
    () => parentPort!.postMessage('next'),
    (error: unknown) => {
      setImmediate(() => {
        throw error;
      });
    },
  );
});
