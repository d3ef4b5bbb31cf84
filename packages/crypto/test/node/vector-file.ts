import { readFileSync, writeFileSync } from 'node:fs';
import { forceBackend, forceRandomness } from '../../src/testing.js';

/** A linear congruential generator: what the first vectors were made with. */
export function linear(seed: number): (length: number) => Uint8Array {
  let state = seed;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    });
}

/** What `make` gives, as JSON carries it, replayed from a seed: on noble, where every draw is from the given source. */
export async function fromSeed<V>(random: (length: number) => Uint8Array, make: () => Promise<V>): Promise<V> {
  forceBackend('noble');
  forceRandomness(random);
  try {
    return JSON.parse(JSON.stringify(await make())) as V;
  } finally {
    forceBackend();
    forceRandomness();
  }
}

/** The vectors in a file of vectors/. With WRITE_VECTORS=1 it is written anew first. */
export function onDisk<V>(name: string, made: V): V {
  const path = new URL(`../../vectors/${name}.json`, import.meta.url);
  if (process.env['WRITE_VECTORS'] === '1') writeFileSync(path, `${JSON.stringify(made, null, 1)}\n`);
  return JSON.parse(readFileSync(path, 'utf8')) as V;
}
