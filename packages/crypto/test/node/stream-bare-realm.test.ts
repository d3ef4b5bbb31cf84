import { bareRealm } from '@wardseal/testkit/node';
import { expect, it } from 'vitest';

const built = new URL('../../dist/index.js', import.meta.url);

it('reads ranges where there is only the language, and says that streams are missing', async () => {
  const answer = await bareRealm<typeof import('../../src/index.js')>(built, async (api, _, { random }) => {
    api.provideRandomness(random);
    const { identity, recipient } = await api.generateIdentity({ kind: 'classic' });
    const keys = await api.generateSigningKey();
    const entry = {
      person: 'p',
      organisation: 'o',
      recipient,
      signingKey: keys.publicKey,
      validFrom: 0,
      validTo: 2 ** 40,
    };
    const options = {
      recipients: [entry],
      directory: 'unverified' as const,
      sender: { keys, entry },
      mediaType: 'image/jpeg',
      case: 'c',
      labels: {},
      mode: 'classic' as const,
    };
    const sealed = await api.seal(new Uint8Array(70_000).fill(7), options);
    const opening = { identities: [identity], resolveSender: () => entry };
    const part = await api.openRange(sealed.bytes, 65_530, 65_540, opening);
    const code = (error: { code?: string }) => error.code;
    return {
      part: [...part],
      sealing: await api.sealStream(new Uint8Array(3), options).catch(code),
      opening: await api.openStream(sealed.bytes, opening).catch(code),
    };
  });
  expect(answer).toEqual({ part: Array.from({ length: 10 }, () => 7), sealing: 'UNSUPPORTED', opening: 'UNSUPPORTED' });
});
