import { bareRealm } from '@wardseal/testkit/node';
import { expect, test } from 'vitest';
import { ed25519Verify, hpkeOpen, sha256, utf8, xwingPublicKey } from '../../src/index.js';

type Primitives = typeof import('../../src/index.js');
interface Made {
  refusals: string[];
  capabilities: unknown;
  digest: Uint8Array;
  large: Uint8Array;
  kemPublic: Uint8Array;
  sealed: { enc: Uint8Array; ciphertext: Uint8Array };
  opened: Uint8Array;
  publicKey: Uint8Array;
  message: Uint8Array;
  signature: Uint8Array;
  text: string;
  json: string;
}
const built = new URL('../../dist/index.js', import.meta.url);

test('the built module works where there is no platform, and Node understands what it made there', async () => {
  const seed = new Uint8Array(32).fill(5);
  const made = (await bareRealm<Primitives>(
    built,
    async (api, input: { seed: Uint8Array }, { random }) => {
      const refusals: string[] = [];
      try {
        api.randomBytes(1);
      } catch (error) {
        refusals.push((error as Error).message);
      }
      api.injectRandom(random);
      const { secretKey, publicKey } = await api.ed25519Generate();
      const message = api.utf8('from a bare realm €');
      const kemPublic = await api.xwingPublicKey(input.seed);
      const sealed = await api.hpkeSeal(kemPublic, message, message);
      return {
        refusals,
        capabilities: await api.capabilities(),
        digest: api.sha256(message),
        large: await api.sha256Large(message),
        kemPublic,
        sealed,
        opened: await api.hpkeOpen(input.seed, message, sealed!.enc, sealed!.ciphertext),
        publicKey,
        message,
        signature: await api.ed25519Sign(secretKey, message),
        text: api.fromUtf8(message),
        json: api.canonicalJson({ b: 1, a: [null] }),
      };
    },
    { input: { seed } },
  )) as Made;
  const message = utf8('from a bare realm €');
  expect(made.refusals).toEqual(['no secure random source: inject one']);
  expect(made.capabilities).toEqual({ backend: 'noble', hash: 'js', aead: 'js', kem: 'js', sign: 'js' });
  expect(made.message).toEqual(message);
  expect(made.text).toBe('from a bare realm €');
  expect(made.digest).toEqual(sha256(message));
  expect(made.large).toEqual(sha256(message));
  expect(made.kemPublic).toEqual(await xwingPublicKey(seed));
  expect(made.opened).toEqual(message);
  expect(await hpkeOpen(seed, message, made.sealed.enc, made.sealed.ciphertext)).toEqual(message);
  expect(await ed25519Verify(made.publicKey, message, made.signature)).toBe(true);
  expect(made.json).toBe('{"a":[null],"b":1}');
});
