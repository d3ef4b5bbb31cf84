import { ed25519Verify, fromBase64url, utf8 } from '@wardseal/primitives';
import { expect, test } from 'vitest';
import { checkRegister, newRegister, type Verification, verifyPack } from '../src/governance/index.js';
import vectors from '../vectors/approvals.json' with { type: 'json' };
import { changed } from './support/change.js';

const options = vectors.options as Verification;

test('the published file is believed, and its first approval signs the published bytes', async () => {
  expect((await verifyPack(vectors.file, options)).digest).toBe(vectors.digest);
  const [approval] = vectors.file.approvals;
  const key = fromBase64url(vectors.options.guardians[0]!.publicKey)!;
  expect(await ed25519Verify(key, utf8(vectors.message), fromBase64url(approval!.signature)!)).toBe(true);
  expect(vectors.message.split('\n')[0]).toBe('wardseal.org/policy/v0 approval');
});

test.each(vectors.mustFail)('refused: $name', async ({ at, value, options: more, code, path }) => {
  const file = changed(vectors.file, at, value);
  await expect(verifyPack(file, { ...options, ...(more as object) })).rejects.toMatchObject({ code, path });
  await expect(verifyPack(JSON.stringify(file), { ...options, ...(more as object) })).rejects.toMatchObject({
    code,
    path,
  });
});

test('the published registers are in order', () => {
  checkRegister(vectors.register);
  checkRegister(vectors.empty);
  expect(newRegister('sample')).toEqual(vectors.empty);
});

test.each(vectors.registerMustFail)('refused: a register with $name', ({ at, value, code, path }) => {
  expect(() => checkRegister(changed(vectors.register, at, value))).toThrow(expect.objectContaining({ code, path }));
});
