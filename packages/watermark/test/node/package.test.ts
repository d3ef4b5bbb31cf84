import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { bareRealm } from '@wardseal/testkit/node';
import { describe, expect, test } from 'vitest';

const dist = new URL('../../dist/', import.meta.url);
const files = (ending: string): string[] =>
  readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ending));

describe('the built package', () => {
  test('imports nothing but its own files, and carries no copy of noble', () => {
    for (const name of files('.js')) {
      const code = readFileSync(new URL(name, dist), 'utf8');
      for (const [, from] of code.matchAll(/^(?:import|export)[^'"]*from ["']([^"']+)["']/gm)) {
        expect(from!.startsWith('./') || from!.startsWith('../'), from).toBe(true);
      }
      expect(code).not.toMatch(/node_modules\/@noble/);
    }
  });

  test('shows no type of the private packages', () => {
    for (const name of files('.d.ts')) {
      expect(readFileSync(new URL(name, dist), 'utf8'), name).not.toMatch(/@wardseal\/(primitives|testkit)/);
    }
  });

  test('stays below 60 KB gzipped, not even minified', () => {
    const code = files('.js').map((name) => readFileSync(new URL(name, dist)));
    expect(gzipSync(Buffer.concat(code)).length).toBeLessThan(60_000);
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
