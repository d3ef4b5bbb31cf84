import { bareRealm } from '@wardseal/testkit/node';
import { expect, it } from 'vitest';

const built = new URL('../../dist/index.js', import.meta.url);

it('seals and opens with injected randomness where there is only the language', async () => {
  const answer = await bareRealm<typeof import('../../src/index.js')>(built, async (api, _, { random }) => {
    api.provideRandomness(random);
    const { identity, recipient } = await api.generateIdentity();
    const keys = await api.generateSigningKey();
    const entry = {
      person: 'p',
      organisation: 'o',
      recipient,
      signingKey: keys.publicKey,
      validFrom: 0,
      validTo: 2 ** 40,
    };
    const sealed = await api.seal(new Uint8Array(70_000).fill(7), {
      recipients: [entry],
      guardians: { seats: [recipient], threshold: 1 },
      directory: 'unverified',
      sender: { keys, entry },
      mediaType: 'image/jpeg',
      case: 'c',
      labels: {},
    });
    const opened = await api.open(sealed.bytes, { identities: [identity], resolveSender: () => entry });
    const { backend } = await api.capabilities();
    return { backend, size: opened.plaintext.length, all: opened.plaintext.every((byte) => byte === 7) };
  });
  expect(answer).toEqual({ backend: 'noble', size: 70_000, all: true });
});

it('says so where randomness is missing', async () => {
  const answer = await bareRealm<typeof import('../../src/index.js')>(built, (api) =>
    api.generateIdentity().catch((error: { code: string }) => error.code),
  );
  expect(answer).toBe('RANDOM_UNAVAILABLE');
});

it('takes no source there that gives zeros, a count or nothing', async () => {
  const answer = await bareRealm<typeof import('../../src/index.js')>(built, async (api) => {
    const said: unknown[] = [];
    const sources = [
      (length: number) => new Uint8Array(length),
      (length: number) => length,
      () => undefined,
      undefined,
    ];
    for (const source of sources) {
      try {
        api.provideRandomness(source as (length: number) => Uint8Array);
        said.push('taken');
      } catch (error) {
        said.push((error as { code?: string }).code ?? (error as Error).name);
      }
      said.push(await api.generateIdentity().catch((error: { code: string }) => error.code));
    }
    return said;
  });
  const none = 'RANDOM_UNAVAILABLE';
  expect(answer).toEqual(['RangeError', none, none, none, none, none, none, none]);
});
