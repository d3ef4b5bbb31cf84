import { describe, expect, it } from 'vitest';
import type { KeyStore } from '../../src/index.js';

/** What every key store promises. */
export function keyStoreConformance(name: string, place: () => Promise<{ keys(): KeyStore; remove(): Promise<void> }>) {
  describe(`${name}: what every key store promises`, () => {
    const secret = (n: number): Uint8Array => new Uint8Array(32).fill(n);

    it('keeps, refuses what is taken, and destroys', async () => {
      const at = await place();
      try {
        const keys = at.keys();
        expect(await keys.get('log')).toBe(null);
        expect(await keys.put('log', secret(1))).toBe(true);
        expect(await keys.put('log', secret(2))).toBe(false);
        expect([...(await at.keys().get('log'))!]).toEqual([...secret(1)]);
        await keys.delete('log');
        expect(await at.keys().get('log')).toBe(null);
        await keys.delete('log');
        expect(await keys.put('log', secret(3))).toBe(true);
        expect([...(await keys.get('log'))!]).toEqual([...secret(3)]);
        const long = 'subject-'.padEnd(100, 'a');
        expect(await keys.put(long, secret(4))).toBe(true);
        expect([...(await keys.get(long))!]).toEqual([...secret(4)]);
      } finally {
        await at.remove();
      }
    });

    it('lets one of many win a name', async () => {
      const at = await place();
      try {
        const keys = [at.keys(), at.keys(), at.keys()];
        const won = await Promise.all(keys.map((store, n) => store.put('log', secret(n))));
        expect(won.filter(Boolean)).toHaveLength(1);
        expect([...(await at.keys().get('log'))!]).toEqual([...secret(won.indexOf(true))]);
      } finally {
        await at.remove();
      }
    });
  });
}
