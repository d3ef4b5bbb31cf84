import { fromHex, hex } from '@wardseal/primitives';
import { describe, expect, test } from 'vitest';
import {
  decodeGrant,
  encodeGrant,
  importKeySet,
  importTagKeys,
  LinkError,
  linkKey,
  verifyGrant,
  verifyHandle,
} from '../src/index.js';
import grants from '../vectors/grants.json' with { type: 'json' };
import handles from '../vectors/handles.json' with { type: 'json' };

describe('grants', () => {
  const keySet = importKeySet([{ publicKey: fromHex(grants.publicKey)!, issuer: grants.issuer }]);

  test.each(grants.accepted)('accepts $name', async ({ text, id }) => {
    const grant = decodeGrant(text);
    expect(hex((await verifyGrant(grant, await keySet, grants.now)).id)).toBe(id);
    expect(encodeGrant(grant)).toBe(text);
  });

  test.each(grants.refused)('refuses $name', async ({ text }) => {
    // All but the first carry a good signature: it is the form that is refused.
    const error = await verifyGrant(decodeGrant(text), await keySet, grants.now).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(LinkError);
  });
});

describe('handles', () => {
  const keys = importTagKeys([{ key: fromHex(handles.tagKey)! }]);

  test.each(handles.accepted)('accepts $name', ({ text, id, expires }) => {
    expect(verifyHandle(text, keys, handles.now)).toEqual({ id: fromHex(id), expires });
  });

  test.each(handles.refused)('refuses $name', ({ text }) => {
    expect(() => verifyHandle(text, keys, handles.now)).toThrow(LinkError);
  });

  test('the link key is the one a second writer derives', () => {
    const [secret, share, cti] = [handles.linkKey.secret, handles.linkKey.share, handles.linkKey.cti].map((part) => fromHex(part)!); // biome-ignore format: one cut
    expect(hex(linkKey({ secret: secret!, share: share!, cti: cti! }))).toBe(handles.linkKey.key);
  });
});
