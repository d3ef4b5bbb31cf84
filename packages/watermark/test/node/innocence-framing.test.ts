import { describe, expect, test } from 'vitest';
import { encodePayload } from '../../src/code/payload.js';
import { blindId, chipAt, ID_CHIPS, layoutOf, maskBits, traceBits } from '../../src/code/tile.js';
import type { Chips, Layer, Pixels, TraceReport } from '../../src/index.js';
import { scorer } from '../../src/statistics.js';
import { chipsFrom, chipsOf, mix } from '../forge.js';
import { random, skin, viewings } from '../pictures.js';
import { built } from '../support/built.js';

const { decode, deriveImageKey, embed, prepareChips, trace } = built;

const secret = new Uint8Array(32).fill(7);
const key = deriveImageKey(secret, 'img-1');
const original = skin(256, 192);
/** Everybody whom the log lists: 300 colleagues, the attacker and somebody who helps. */
const everybody = [...viewings(300), 'mallory', 'helper'];
const own = prepareChips(key, 'mallory');
/** Time for a blind search that must find nothing: the likely places come first. The long suite lets searches end. */
const SHORT = { budgetMs: 1000 };
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const hexId = (viewing: string): string =>
  Array.from(blindId(key, 'view', utf8(viewing)), (byte) => byte.toString(16).padStart(2, '0')).join('');

const marked = (chips: Chips, picture: Pixels = original, layer: Layer = 'view'): Pixels =>
  embed(picture, { chips, layer }).pixels;
const look = (suspect: Pixels, more: Partial<Parameters<typeof trace>[2]> = {}): Promise<TraceReport> =>
  trace(suspect, original, { key, candidates: everybody, decoys: 1000, ...more });
/** Everybody of whom the report says anything at all, even 'consistent'. */
const named = (report: TraceReport): string[] =>
  report.hits
    .filter((hit) => hit.verdict !== 'none')
    .map((hit) => hit.id)
    .sort();
/** The same, and the suspect must have been laid on the original: a failed registration would prove nothing. */
async function namedIn(suspect: Pixels, more: Parameters<typeof look>[1] = {}): Promise<string[]> {
  const report = await look(suspect, more);
  expect(report.registration.status).toBe('registered');
  return named(report);
}

describe('a key or an id that is not the right one', () => {
  const leaked = marked(own);

  test('another image’s key, and one with a bit flipped, name nobody', async () => {
    const flipped = key.slice();
    flipped[31]! ^= 1;
    const wrong = [deriveImageKey(secret, 'img-1 '), deriveImageKey(new Uint8Array(32).fill(8), 'img-1'), flipped];
    for (const other of wrong) {
      const report = await look(leaked, { key: other });
      expect(report.registration.status).toBe('registered');
      expect(named(report)).toEqual([]);
      expect(report.presence!.p).toBeGreaterThan(1e-6);
    }
    expect(decode(leaked, { keys: wrong, ...SHORT }).found).toBe(false);
    expect(await namedIn(leaked)).toEqual(['mallory']);
  });

  test('an id that differs in one character, a space or its Unicode form is another viewing', async () => {
    const tampered = [
      'mallory ',
      ' mallory',
      'Mallory',
      'mallorz',
      'mallor',
      'malloryy',
      'mallory\u0301',
      'm\u0430llory',
    ];
    expect(await namedIn(leaked, { candidates: tampered })).toEqual([]);
  });

  test('id chips changed on the way give the same id or none, though the mark is plainly there', () => {
    const noise = random(4);
    const { id: places } = layoutOf(key, 'view');
    const read = [0.05, 0.5].map((part) => {
      const tampered = chipsOf(own);
      for (const at of places) if (noise() < part) tampered[at]! *= -1;
      return decode(marked(chipsFrom(tampered)), { keys: [key], ...SHORT });
    });
    expect(read.map((lead) => lead.id)).toEqual([hexId('mallory'), undefined]);
    for (const lead of read) expect(lead.pPresence).toBeLessThan(1e-9);
  });
});

describe('an id layer rebuilt from one’s own chips', () => {
  const target = 'view-99';
  const layout = layoutOf(key, 'view');
  const mask = maskBits(key, 'view');

  test('without the layout: a colleague’s id written over one’s own chips names the writer only', async () => {
    // He knows the coding from the specification and has learnt the colleague's blind id, but not the places.
    const coded = encodePayload(blindId(key, 'view', utf8(target)));
    const forged = chipsOf(own);
    for (let i = 0; i < ID_CHIPS; i++) forged[i] = coded[i % coded.length]! ? -1 : 1;
    const suspect = marked(chipsFrom(forged));
    expect(await namedIn(suspect)).toEqual(['mallory']);
    expect(decode(suspect, { keys: [key], ...SHORT }).id).not.toBe(hexId(target));
  });

  test('with the layout and the mask: the blind reading is forged, and trace still names the writer only', async () => {
    const coded = encodePayload(blindId(key, 'view', utf8(target)));
    const forged = chipsOf(own);
    for (let i = 0; i < ID_CHIPS; i++) forged[layout.id[i]!] = chipAt(mask, i) * (coded[i % coded.length]! ? -1 : 1);
    const suspect = marked(chipsFrom(forged));
    expect(decode(suspect, { keys: [key] }).id).toBe(hexId(target));
    expect(await namedIn(suspect)).toEqual(['mallory']);
  });

  test('and one’s own tracing chips wiped out: the blind reading is forged, and trace names nobody', async () => {
    const coded = encodePayload(blindId(key, 'view', utf8(target)));
    const forged = chipsOf(own);
    const noise = random(8);
    for (const at of layout.trace) forged[at] = noise() < 0.5 ? -1 : 1;
    for (let i = 0; i < ID_CHIPS; i++) forged[layout.id[i]!] = chipAt(mask, i) * (coded[i % coded.length]! ? -1 : 1);
    const suspect = marked(chipsFrom(forged));
    expect(decode(suspect, { keys: [key] }).id).toBe(hexId(target));
    const report = await look(suspect);
    expect(named(report)).toEqual([]);
    // The report still says that a mark of this picture is there.
    expect(report.presence!.p).toBeLessThan(1e-9);
  });
});

describe('chips turned, mixed and copied', () => {
  const helper = prepareChips(key, 'helper');
  const noise = random(21);
  const a = chipsOf(own);
  const b = chipsOf(helper);

  test.each<[string, (i: number) => number]>([
    ['negated', (i) => -a[i]!],
    ['in reverse order', (i) => a[4095 - i]!],
    ['multiplied with the helper’s', (i) => a[i]! * b[i]!],
    ['where both agree, else chance', (i) => (a[i] === b[i] ? a[i]! : noise() - 0.5)],
    ['one’s own in half of the places, the helper’s in the others', (i) => (i & 1 ? a[i]! : b[i]!)],
  ])('%s: no colleague is named', async (_, rule) => {
    const forged = Float64Array.from({ length: 4096 }, (_, i) => rule(i));
    const report = await look(marked(chipsFrom(forged)));
    expect(report.registration.status).toBe('registered');
    expect(named(report).filter((id) => id !== 'mallory' && id !== 'helper')).toEqual([]);
  });

  test('whatever is computed from eight tiles of one’s own tells nothing of 2,000 colleagues’ codes', () => {
    const tiles = Array.from({ length: 8 }, (_, i) => chipsOf(prepareChips(key, `mallory-${i}`)));
    const { trace: places } = layoutOf(key, 'view');
    const rules: ((place: number) => number)[] = [
      (i) => tiles.reduce((sum, tile) => sum + tile[i]!, 0),
      (i) => tiles.reduce((product, tile) => product * tile[i]!, 1),
      (i) => Math.sign(tiles[0]![i]! + tiles[1]![i]! + tiles[2]![i]!),
      (i) => tiles.reduce((sum, tile, k) => sum + (k & 1 ? -1 : 1) * tile[i]!, 0.25),
      (i) => tiles[i % 8]![i]! * (1 + (i % 5)),
      (i) => tiles[0]![(i + 64) % 4096]!,
      (i) => tiles[0]![(i % 64) * 64 + (i >> 6)]!,
    ];
    for (const rule of rules) {
      const score = scorer(Float64Array.from(places, rule));
      const z = Array.from({ length: 2000 }, (_, i) => score(traceBits(key, 'view', utf8(`colleague-${i}`))));
      // Mean and spread of 2,000 innocent scores, within five standard errors; the highest as chance gives it.
      expect(Math.abs(z.reduce((sum, one) => sum + one, 0) / 2000)).toBeLessThan(5 / Math.sqrt(2000));
      const spread = Math.sqrt(z.reduce((sum, one) => sum + one * one, 0) / 2000);
      expect(Math.abs(spread - 1)).toBeLessThan(5 / Math.sqrt(4000));
      expect(Math.max(...z)).toBeLessThan(6);
    }
  });
});

describe('a score is a secret', () => {
  // Not a weakness of the code but of telling: the reason why the report that is passed on names nobody else.
  test('whoever is told a colleague’s score on 300 patterns of his own, even rounded, can forge the colleague’s mark', () => {
    const code = traceBits(key, 'view', utf8('view-99'));
    const score = (votes: Float64Array, bits: Uint8Array): number =>
      votes.reduce((sum, vote, i) => sum + vote * chipAt(bits, i), 0) / Math.hypot(...votes);
    const next = random(12);
    const learnt = new Float64Array(2048);
    for (let told = 0; told < 300; told++) {
      const pattern = Float64Array.from(learnt, () => (next() < 0.5 ? 1 : -1));
      const z = Math.round(score(pattern, code));
      pattern.forEach((chip, i) => {
        learnt[i]! += z * chip;
      });
    }
    expect(score(learnt, code)).toBeGreaterThan(10);
    // Another colleague's code stays unknown.
    expect(Math.abs(score(learnt, traceBits(key, 'view', utf8('view-98'))))).toBeLessThan(5);
  });
});

describe('pictures of several viewings', () => {
  const [first, second, third] = ['view-3', 'view-250', 'mallory'].map((id) => marked(prepareChips(key, id)));

  test('a collage names everybody whose picture is in it, and nobody else', async () => {
    const { width } = original;
    const half = mix([first!, second!], ([left, right], i) => ((i >> 2) % width < width / 2 ? left! : right!));
    expect(await namedIn(half)).toEqual(['view-250', 'view-3']);
    const patch = mix([third!, first!], ([most, little], i) => {
      const [x, y] = [(i >> 2) % width, Math.floor((i >> 2) / width)];
      return x >= 64 && x < 176 && y >= 48 && y < 144 ? little! : most!;
    });
    expect(await namedIn(patch)).toEqual(['mallory', 'view-3']);
  });

  test('mean, extremes and median of three copies name no fourth', async () => {
    const copies = [first!, second!, third!];
    const rules: ((samples: number[]) => number)[] = [
      (s) => Math.round((s[0]! + s[1]! + s[2]!) / 3),
      (s) => Math.min(...s),
      (s) => Math.max(...s),
      (s) => [...s].sort((x, y) => x - y)[1]!,
      // One copy minus another, laid on a third.
      (s) => s[2]! + s[0]! - s[1]!,
    ];
    for (const rule of rules) {
      const who = await namedIn(mix(copies, rule));
      expect(['view-250', 'view-3', 'mallory']).toEqual(expect.arrayContaining(who));
    }
  });
});

describe('a mark that belongs elsewhere', () => {
  const otherKey = deriveImageKey(secret, 'img-2');
  const other = skin(256, 192, 5);

  test('chips of another picture put into this one name nobody under this picture’s key', async () => {
    const replayed = marked(prepareChips(otherKey, 'view-99'));
    const report = await look(replayed);
    expect(named(report)).toEqual([]);
    expect(report.presence!.p).toBeGreaterThan(1e-6);
    expect(decode(replayed, { keys: [key], ...SHORT }).found).toBe(false);
  });

  test('the trace that a colleague’s mark left in another picture, added to this one, names nobody', async () => {
    const stolen = marked(prepareChips(otherKey, 'view-99'), other);
    expect(
      await namedIn(mix([original, stolen, other], ([here, with_, without]) => here! + with_! - without!)),
    ).toEqual([]);
  });

  test('chips of another tenant name nobody', async () => {
    const elsewhere = deriveImageKey(new Uint8Array(32).fill(8), 'img-1');
    expect(await namedIn(marked(prepareChips(elsewhere, 'view-99')))).toEqual([]);
  });

  test('neither layer shows in the other, not even when it is relabelled', async () => {
    const share = prepareChips(key, 'view-99', { layer: 'share' });
    const sent = marked(share, original, 'share');
    expect(await namedIn(sent)).toEqual([]);
    expect(await namedIn(sent, { layer: 'share' })).toEqual(['view-99']);
    expect(await namedIn(marked({ ...share, layer: 'view' }))).toEqual([]);
  });

  test('the unmarked original, and another photograph, name nobody', async () => {
    expect(await namedIn(original)).toEqual([]);
    const stranger = await look(marked(own, other));
    expect(stranger.registration.status).toBe('failed');
    expect(stranger.hits).toEqual([]);
  });
});
