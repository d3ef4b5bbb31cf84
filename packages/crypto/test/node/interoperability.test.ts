import { writeFileSync } from 'node:fs';
import { Encrypter } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeArmor, encodeArmor, open, seal } from '../../src/index.js';
import { age, bothWays, SIZES, sizes, type Table, table } from '../interop.js';
import { content } from '../world.js';

let t: Table;
beforeAll(async () => {
  t = await table();
});
afterAll(() => t.close());

describe('both ways, with typage (classic and post-quantum) and with Debian’s age', () => {
  it.each(SIZES)('%i bytes', async (size) => {
    await bothWays(t, size, 0);
    await bothWays(t, size, 1);
  });

  // 1,000 in test/full
  it('random sizes', async () => {
    for (const [index, size] of sizes(SIZES.length + 40).entries()) await bothWays(t, size, index);
  });
});

describe('besides', () => {
  it('typage writes passphrase files that we open', async () => {
    const encrypter = new Encrypter();
    encrypter.setPassphrase('correct horse');
    encrypter.setScryptWorkFactor(10);
    const file = await encrypter.encrypt(content(99));
    const opened = await open(file, { passphrase: 'correct horse', allowUnsigned: true });
    expect(opened.plaintext).toEqual(content(99));
  });

  it("Debian's age reads our armor and we its", async () => {
    const { classic, identityFile } = t;
    const sealed = await seal(content(1000), classic.sealing);
    const path = `${identityFile}.age`;
    writeFileSync(path, encodeArmor(sealed.bytes));
    expect(await age(['-d', '-i', identityFile, path], new Uint8Array())).toEqual(content(1000));
    const theirs = await age(['-a', '-r', classic.bob.entry.recipient], content(1000));
    const opened = await open(decodeArmor(theirs), { identities: [classic.bob.identity], allowUnsigned: true });
    expect(opened.plaintext).toEqual(content(1000));
    expect(encodeArmor(decodeArmor(theirs))).toBe(new TextDecoder().decode(theirs));
  });
});
