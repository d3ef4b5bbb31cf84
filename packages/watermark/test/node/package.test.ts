import { readdirSync, readFileSync } from 'node:fs';
import { bareRealm } from '@wardseal/testkit/node';
import { describe, expect, test } from 'vitest';

const dist = new URL('../../dist/', import.meta.url);
const files = (ending: string): string[] =>
  readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ending));

/** Entries for browsers and bare realms; those for Node alone are loaded only when asked for. */
const DOORS = [
  'index.js',
  'testing/index.js',
  'canvas/index.js',
  'report/index.js',
  'worker/worker.js',
  'worker/start-worker.js',
  'player/start-player.js',
  'player/player-worker.js',
];
const IMPORT = /^(?:import|export)[^'"]*?["']([^"']+)["']/gm;

/** A built module and all it imports statically, by address. */
function reached(name: string, seen = new Map<string, string>()): Map<string, string> {
  const { href } = new URL(name, dist);
  if (seen.has(href)) return seen;
  const code = readFileSync(new URL(href), 'utf8');
  seen.set(href, code);
  for (const [, from] of code.matchAll(IMPORT)) {
    expect(from!.startsWith('./') || from!.startsWith('../'), `${name} imports ${from}`).toBe(true);
    reached(new URL(from!, href).href, seen);
  }
  return seen;
}

describe('the built package', () => {
  test.each(DOORS)('%s imports nothing but its own files, and carries no copy of noble', (door) => {
    for (const code of reached(door).values()) expect(code).not.toMatch(/node_modules\/@noble/);
  });

  test('shows no type of the private packages', () => {
    // What makes up the report's page is left out of the package: no door's types lead there.
    for (const name of files('.d.ts').filter((one) => !one.startsWith('report/page/'))) {
      expect(readFileSync(new URL(name, dist), 'utf8'), name).not.toContain('./page/');
      expect(readFileSync(new URL(name, dist), 'utf8'), name).not.toMatch(/@wardseal\/(primitives|testkit)/);
    }
  });

  test.each([...DOORS, 'sharp/index.js'])('%s can be imported where nothing but the language is', async (door) => {
    const names = await bareRealm<object>(new URL(door, dist), (api) => Object.keys(api));
    expect((names as string[]).length).toBeGreaterThan(0);
  });

  test('marks and traces in a realm without crypto, TextEncoder, Blob or process', async () => {
    const answer = await bareRealm<typeof import('../../src/index.js')>(new URL('index.js', dist), async (api) => {
      const key = api.deriveImageKey(new Uint8Array(32).fill(1), 'img-1');
      const data = Uint8Array.from({ length: 160 * 128 }, (_, i) => 60 + ((i * 37 + (i % 160) * 11) % 131));
      const original = { data, width: 160, height: 128 };
      const { pixels } = api.embed(original, { chips: api.prepareChips(key, 'view-3') });
      const candidates = ['view-1', 'view-2', 'view-3'];
      const report = await api.trace(pixels, original, { key, candidates, decoys: 1000 });
      return report.hits.filter((hit) => hit.verdict === 'match').map((hit) => hit.id);
    });
    expect(answer).toEqual(['view-3']);
  });
});
