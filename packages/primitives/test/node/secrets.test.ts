import { expect, it } from 'vitest';
import { ed25519PublicKey, ed25519Sign, x25519PublicKey, xwingPublicKey } from '../../src/index.js';

// Node cuts small Buffers out of one slab that the whole process shares, and hands its bytes on as they are: whoever sends an
// `allocUnsafe` buffer that was not filled sends what lay there.
it('leaves no secret key in the slab that Node shares among buffers', async () => {
  const slab = () => Buffer.from(Buffer.allocUnsafe(1).buffer);
  for (const use of [
    (secret: Uint8Array) => ed25519PublicKey(secret),
    (secret: Uint8Array) => ed25519Sign(secret, new Uint8Array(3)),
    (secret: Uint8Array) => x25519PublicKey(secret),
    (secret: Uint8Array) => xwingPublicKey(secret),
  ]) {
    const secret = crypto.getRandomValues(new Uint8Array(32));
    await use(secret);
    expect(slab().includes(secret)).toBe(false);
  }
  const marker = crypto.getRandomValues(new Uint8Array(32));
  const held = Buffer.from(marker);
  expect(slab().includes(marker)).toBe(true); // the slab is the one that is looked at
  held.fill(0);
});
