import { fromHex, hex } from '@wardseal/primitives';
import { describe, expect, test } from 'vitest';
import {
  decodeGrant,
  encodeGrant,
  importKeySet,
  importTagKeys,
  keyThumbprint,
  LinkError,
  linkKey,
  openingToken,
  verifyChain,
  verifyGrant,
  verifyHandle,
  verifyProof,
} from '../src/index.js';
import chains from '../vectors/chains.json' with { type: 'json' };
import grants from '../vectors/grants.json' with { type: 'json' };
import handles from '../vectors/handles.json' with { type: 'json' };
import proofs from '../vectors/proofs.json' with { type: 'json' };

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

describe('chains of delegated grants', () => {
  const keySet = importKeySet([{ publicKey: fromHex(chains.publicKey)!, issuer: chains.issuer }]);
  const read = async (chain: string[]) => verifyChain(chain.map(decodeGrant), await keySet, chains.now);

  test.each(chains.accepted)('accepts $name', async ({ chain }) => {
    expect((await read(chain)).ancestors).toHaveLength(chain.length - 1);
  });

  test.each(chains.refused)('refuses $name', async ({ chain }) => {
    await expect(read(chain)).rejects.toBeInstanceOf(LinkError);
  });

  test('thumbprints of keys are as written', () => {
    for (const { algorithm, x, y, thumbprint } of chains.thumbprints as Record<string, string>[]) {
      const point = { x: fromHex(x!)!, ...(y !== undefined && { y: fromHex(y)! }) };
      expect(hex(keyThumbprint({ algorithm, ...point } as Parameters<typeof keyThumbprint>[0]))).toBe(thumbprint);
    }
  });
});

describe('proofs', () => {
  const { method, url, token, nonce, now } = proofs;

  test.each(proofs.accepted)('accepts $name', async ({ proof, recipientKey }) => {
    expect(openingToken(proofs.handle, fromHex(proofs.ephemeralKey)!)).toBe(token);
    expect(hex((await verifyProof(proof, { method, url, token, nonce, now })).recipientKey)).toBe(recipientKey);
  });

  test.each(proofs.refused)('refuses $name', async ({ proof }) => {
    await expect(verifyProof(proof, { method, url, token, nonce, now })).rejects.toBeInstanceOf(LinkError);
  });
});
