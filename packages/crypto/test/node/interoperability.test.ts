import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decrypter, Encrypter } from 'age-encryption';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeArmor, encodeArmor, open, seal } from '../../src/index.js';
import { content, type World, world } from '../world.js';

const SIZES = [0, 1, 65_535, 65_536, 65_537, 131_072];
const folder = mkdtempSync(join(tmpdir(), 'age-'));
let pq: World;
let classic: World;
beforeAll(async () => {
  pq = await world('pq');
  classic = await world('classic');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function theyOpen(file: Uint8Array, identity: string): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return decrypter.decrypt(file);
}

async function theySeal(data: Uint8Array, ...recipients: string[]): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return encrypter.encrypt(data);
}

/** Runs the real program; its absence fails the test. */
function age(args: readonly string[], input: Uint8Array): Uint8Array {
  return new Uint8Array(execFileSync('age', args, { input, stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 1 << 28 }));
}

function identityFile(identity: string): string {
  const path = join(folder, 'identity.txt');
  writeFileSync(path, `${identity}\n`);
  return path;
}

describe('typage', () => {
  it.each(SIZES)('opens our %i bytes and we its, both kinds', async (size) => {
    for (const { sealing, opening, bob, alice } of [pq, classic]) {
      const data = content(size);
      const guardians = { seats: [bob.entry, alice.entry], threshold: 2 };
      const sealed = await seal(data, { ...sealing, guardians, link: { id: 'x', key: new Uint8Array(32) } });
      expect(await theyOpen(sealed.bytes, bob.identity)).toEqual(data);
      const theirs = await theySeal(data, alice.entry.recipient, bob.entry.recipient);
      const opened = await open(theirs, { identities: opening.identities!, allowUnsigned: true });
      expect(opened).toMatchObject({ signed: false });
      expect(opened.plaintext).toEqual(data);
    }
  });

  it('agrees on random content', async () => {
    const size = fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 65_000, max: 140_000 }));
    await fc.assert(
      fc.asyncProperty(size, async (length) => {
        const data = content(length);
        const sealed = await seal(data, classic.sealing);
        expect(await theyOpen(sealed.bytes, classic.bob.identity)).toEqual(data);
        const theirs = await theySeal(data, classic.bob.entry.recipient);
        expect((await open(theirs, { identities: [classic.bob.identity], allowUnsigned: true })).plaintext).toEqual(
          data,
        );
      }),
      { numRuns: 30 },
    );
  });

  it('writes passphrase files that we open', async () => {
    const encrypter = new Encrypter();
    encrypter.setPassphrase('correct horse');
    encrypter.setScryptWorkFactor(10);
    const file = await encrypter.encrypt(content(99));
    const opened = await open(file, { passphrase: 'correct horse', allowUnsigned: true });
    expect(opened.plaintext).toEqual(content(99));
  });
});

describe("Debian's age", () => {
  it.each(SIZES)('opens our %i bytes and we its', async (size) => {
    const data = content(size);
    const sealed = await seal(data, { ...classic.sealing, link: { id: 'x', key: new Uint8Array(32) } });
    expect(age(['-d', '-i', identityFile(classic.bob.identity)], sealed.bytes)).toEqual(data);
    const theirs = age(['-r', classic.alice.entry.recipient, '-r', classic.bob.entry.recipient], data);
    const opened = await open(theirs, { identities: [classic.bob.identity], allowUnsigned: true });
    expect(opened.plaintext).toEqual(data);
  });

  it('reads our armor and we its', async () => {
    const sealed = await seal(content(1000), classic.sealing);
    const path = join(folder, 'armored.age');
    writeFileSync(path, encodeArmor(sealed.bytes));
    expect(age(['-d', '-i', identityFile(classic.bob.identity), path], new Uint8Array())).toEqual(content(1000));
    expect(decodeArmor(readFileSync(path))).toEqual(sealed.bytes);
    const theirs = age(['-a', '-r', classic.bob.entry.recipient], content(1000));
    const opened = await open(decodeArmor(theirs), { identities: [classic.bob.identity], allowUnsigned: true });
    expect(opened.plaintext).toEqual(content(1000));
  });
});
