import { beforeAll, describe, expect, it } from 'vitest';
import { generateIdentity, releaseChallenge } from '../src/index.js';

const nonce = new Uint8Array(32).fill(7);
let recipient = '';
beforeAll(async () => {
  ({ recipient } = await generateIdentity());
});

describe('the challenge of a release', () => {
  const asked = () => ({ item: 'item-42', recipient, logEntry: 'evt-17', nonce });

  it('is the published value', () => {
    const classic = 'age1cy0su9fwf3gf9mw868g5yut09p6nytfmmnktexz2ya5uqg9vl9sss4euqm'; // of age's own README
    const challenge = releaseChallenge({ ...asked(), recipient: classic });
    expect(base64(challenge)).toBe('9BlndbdKZ9Fw2OfPilDiZF7LiiOdGffiPNdiFeEhU04=');
  });

  it('is another for every other item, recipient, entry or nonce', async () => {
    const other = await generateIdentity();
    const all = [
      asked(),
      { ...asked(), item: 'item-43' },
      { ...asked(), recipient: other.recipient },
      { ...asked(), logEntry: 'evt-18' },
      { ...asked(), nonce: new Uint8Array(32).fill(8) },
      { ...asked(), nonce: new Uint8Array(31).fill(7) },
    ].map((one) => base64(releaseChallenge(one)));
    expect(new Set(all).size).toBe(all.length);
  });

  it('refuses what is no request', () => {
    expect(() => releaseChallenge({ ...asked(), item: '' })).toThrow(TypeError);
    expect(() => releaseChallenge({ ...asked(), logEntry: 'x'.repeat(257) })).toThrow(TypeError);
    expect(() => releaseChallenge({ ...asked(), nonce: new Uint8Array(15) })).toThrow(RangeError);
    expect(() => releaseChallenge({ ...asked(), recipient: 'age1no' })).toThrow(
      expect.objectContaining({ code: 'KEY_INVALID' }),
    );
  });
});

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
