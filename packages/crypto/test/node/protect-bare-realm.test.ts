import { bareRealm } from '@wardseal/testkit/node';
import { expect, it } from 'vitest';

const built = new URL('../../dist/index.js', import.meta.url);

it('keys are wrapped and unwrapped where there is only the language', async () => {
  const answer = await bareRealm<typeof import('../../src/index.js')>(built, async (api, _, { random }) => {
    api.provideRandomness(random);
    const { identity, recipient } = await api.generateIdentity();
    const signing = await api.generateSigningKey();
    const device = await api.generateIdentity();
    const recoveryCode = api.generateRecoveryCode();
    const about = { person: 'p', credential: 'c', entry: { recipient, signingKey: signing.publicKey } };
    const found: boolean[] = [];
    for (const [by, open] of [
      [{ passkeyPrf: random(32) }, null],
      [{ recoveryCode }, null],
      [{ deviceRecipient: device.recipient }, { deviceIdentity: device.identity }],
    ] as const) {
      const keys = await api.unprotectKeys(await api.protectKeys({ identity, signing }, by, about), open ?? by, about);
      found.push(keys.identity === identity && keys.signing.secretKey === signing.secretKey);
    }
    return { found, fingerprint: api.deviceFingerprint(device.recipient).length };
  });
  expect(answer).toEqual({ found: [true, true, true], fingerprint: 29 });
});
