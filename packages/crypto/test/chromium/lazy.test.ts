import { afterEach, expect, it } from 'vitest';
import { generateIdentity, generateSigningKey, open, seal } from '../../src/index.js';
import { forceBackend } from '../../src/testing.js';
import { content, world } from '../world.js';

// Code that a browser with native cryptography has no use for. Files of noble's hashes are not among them: synchronous
// hashing has no other source in a browser.
const FALLBACK = /noble[_/](ciphers|curves|post-quantum)|\/(aead|curve25519|mlkem)-[A-Z0-9]+\.js/;
const loaded = (): string[] =>
  performance
    .getEntriesByType('resource')
    .map(({ name }) => name)
    .filter((name) => FALLBACK.test(name));

afterEach(() => forceBackend());

it('fetches no fallback to generate, seal and open, and fetches them where they are needed', async () => {
  performance.setResourceTimingBufferSize(5000);
  const before = loaded();
  await generateIdentity();
  await generateSigningKey();
  const w = await world('pq');
  const sealed = await seal(content(100_000), w.sealing);
  expect((await open(sealed.bytes, w.opening)).plaintext).toEqual(content(100_000));
  expect(loaded()).toEqual(before);
  expect(before).toEqual([]);
  forceBackend('noble');
  expect((await open(sealed.bytes, w.opening)).plaintext).toEqual(content(100_000));
  expect(loaded().length).toBeGreaterThan(2);
});
