import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js';
import { seededRandom } from '@wardseal/testkit';
import { describe, expect, it } from 'vitest';
import { signText } from '../src/cosignature.js';
import {
  generateCosignerKey,
  generateLogKey,
  logSigner,
  parsePolicy,
  type VerifyPolicy,
  verifyCheckpoint,
  type WitnessPolicy,
} from '../src/index.js';
import { formatSignature, parseNote } from '../src/note.js';
import { codeOf, demoSigner, ORIGIN, START } from './support/events.js';
import { checkpointOver, cosigner, leavesOf } from './support/witnesses.js';

// By ways of its own, so that a fault of ours cannot hide.
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const u64 = (value: number): Uint8Array => {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(value));
  return out;
};
const b64 = (data: Uint8Array): string => btoa(String.fromCharCode(...data));
const idOf = (name: string, type: number, publicKey: Uint8Array): Uint8Array =>
  sha256(join(text(`${name}\n`), Uint8Array.of(type), publicKey)).slice(0, 4);
const line = (name: string, id: Uint8Array, signature: Uint8Array): string => `— ${name} ${b64(join(id, signature))}\n`;

const seconds = START / 1000;
const { signer, vkey } = await demoSigner();
const leaves = leavesOf(5);
const checkpoint = await checkpointOver(leaves, [signer]);
const body = parseNote(checkpoint)!.text;

function policyOf(vkeys: readonly string[], quorum: string): WitnessPolicy {
  return parsePolicy(
    `${vkeys.map((key, i) => `witness w${i} ${key}\n`).join('')}group all all ${vkeys.map((_, i) => `w${i}`).join(' ')}\ngroup any any all\nquorum ${quorum}\n`,
  );
}

describe('signatures are those of the specifications', () => {
  it('Ed25519 of tlog-cosignature: type 0x04, cosignature/v1 and the time', async () => {
    const seed = seededRandom('w1 ed25519')(32);
    const publicKey = ed25519.getPublicKey(seed);
    const id = idOf('w1', 4, publicKey);
    const { vkey: key, signer: ours } = await cosigner('w1');
    expect(key).toBe(
      `w1+${[...id].map((b) => b.toString(16).padStart(2, '0')).join('')}+${b64(join(Uint8Array.of(4), publicKey))}`,
    );
    const signature = join(u64(seconds), ed25519.sign(text(`cosignature/v1\ntime ${seconds}\n${body}`), seed));
    expect(formatSignature(await signText(body, ours, START + 999))).toBe(line('w1', id, signature));
    const { cosignatures } = await verifyCheckpoint(checkpoint + line('w1', id, signature), {
      logKey: vkey,
      witnesses: policyOf([key], 'w0'),
    });
    expect(cosignatures).toEqual([{ name: 'w1', witness: 'w0', timestamp: START }]);
  });

  it('ML-DSA-44 of tlog-cosignature: type 0x06, struct cosigned_message', async () => {
    const { publicKey, secretKey } = ml_dsa44.keygen(seededRandom('w2 ml-dsa-44')(32));
    const id = idOf('w2', 6, publicKey);
    const { vkey: key, signer: ours } = await cosigner('w2', 'ml-dsa-44');
    expect(key.endsWith(b64(join(Uint8Array.of(6), publicKey)))).toBe(true);
    const root = Uint8Array.from(atob(body.split('\n')[2]!), (c) => c.charCodeAt(0));
    const name = text('w2');
    const origin = text(ORIGIN);
    const message = join(
      ...[text('subtree/v1\n'), Uint8Array.of(0), Uint8Array.of(name.length), name, u64(seconds)],
      ...[Uint8Array.of(origin.length), origin, u64(0), u64(5), root],
    );
    const made = await signText(body, ours, START);
    expect(ml_dsa44.verify(made.signature.subarray(8), message, publicKey)).toBe(true);
    expect(made.signature.subarray(0, 8)).toEqual(u64(seconds));
    const theirs = line('w2', id, join(u64(seconds), ml_dsa44.sign(message, secretKey)));
    const policy = { logKey: vkey, witnesses: policyOf([key], 'w0') };
    expect((await verifyCheckpoint(checkpoint + theirs, policy)).cosignatures).toHaveLength(1);
    // Signed for another start, name, origin, size or time.
    for (const at of [12, 14, 22, 40, message.length - 40, message.length - 48, 20]) {
      const other = new Uint8Array(message);
      other[at]! ^= 1;
      const wrong = line('w2', id, join(u64(seconds), ml_dsa44.sign(other, secretKey)));
      expect(await codeOf(verifyCheckpoint(checkpoint + wrong, policy))).toBe('SIGNATURE_INVALID');
    }
  });

  it('reads the example of signed-note', async () => {
    const note = parseNote(
      'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n',
    )!;
    const { checkSignature } = await import('../src/cosignature.js');
    const { parseVkey } = await import('../src/note-key.js');
    const key = parseVkey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
    expect(await checkSignature(note, key)).toEqual({ state: 'valid', timestamp: null });
    expect(await checkSignature({ ...note, text: 'Another message.\n' }, key)).toEqual({ state: 'invalid' });
  });
});

describe('a log with two keys', () => {
  it('signs with both, and the post-quantum signature is demanded where its key is pinned', async () => {
    const pq = await cosigner(ORIGIN, 'ml-dsa-44');
    const both = await checkpointOver(leaves, [signer, pq.signer], { now: START });
    expect(await codeOf(verifyCheckpoint(both, { logKey: vkey, pqLogKey: pq.vkey }))).toBe('none');
    expect(await codeOf(verifyCheckpoint(both, { logKey: vkey }))).toBe('none');
    expect(await codeOf(verifyCheckpoint(both, { logKey: pq.vkey }))).toBe('none');
    expect(await codeOf(verifyCheckpoint(checkpoint, { logKey: vkey, pqLogKey: pq.vkey }))).toBe('CHECKPOINT_UNSIGNED');
    const [first, second] = parseNote(both)!.signatures;
    const foreign = await checkpointOver(leavesOf(6), [signer, pq.signer], { now: START });
    const mixed = `${body}\n${formatSignature(first!)}${formatSignature(parseNote(foreign)!.signatures[1]!)}`;
    expect(await codeOf(verifyCheckpoint(mixed, { logKey: vkey, pqLogKey: pq.vkey }))).toBe('SIGNATURE_INVALID');
    // Who does not know the key ignores its signature, right or wrong.
    expect(await codeOf(verifyCheckpoint(mixed, { logKey: vkey }))).toBe('none');
    expect(second!.signature).toHaveLength(8 + 2420);
  });

  it('keys of other kinds or names are refused', async () => {
    const witness = await cosigner(ORIGIN);
    const elsewhere = await cosigner('elsewhere.example', 'ml-dsa-44');
    expect(await codeOf(verifyCheckpoint(checkpoint, { logKey: witness.vkey }))).toBe('KEY_INVALID');
    expect(await codeOf(verifyCheckpoint(checkpoint, { logKey: vkey, pqLogKey: vkey }))).toBe('KEY_INVALID');
    expect(await codeOf(verifyCheckpoint(checkpoint, { logKey: vkey, pqLogKey: elsewhere.vkey }))).toBe(
      'ORIGIN_MISMATCH',
    );
  });
});

const keys = ['a.example', 'b.example', 'c.example'];
const at = async (name: string, time: number): Promise<string> =>
  formatSignature(await signText(body, (await cosigner(name)).signer, time));
const vkeys = await Promise.all(keys.map(async (name) => (await cosigner(name)).vkey));
const witnesses = parsePolicy(
  `${vkeys.map((key, i) => `witness w${i} ${key}\n`).join('')}group two 2 w0 w1 w2\nquorum two\n`,
);

describe('quorum and age', () => {
  const policy = { logKey: vkey, witnesses };

  it('demands the quorum', async () => {
    const one = checkpoint + (await at('a.example', START));
    expect(await codeOf(verifyCheckpoint(checkpoint, policy))).toBe('QUORUM_MISSING');
    expect(await codeOf(verifyCheckpoint(one, policy))).toBe('QUORUM_MISSING');
    const stranger = one + (await at('stranger.example', START));
    expect(await codeOf(verifyCheckpoint(stranger, policy))).toBe('QUORUM_MISSING');
    const two = one + (await at('c.example', START + 5000));
    expect((await verifyCheckpoint(two, policy)).cosignatures).toEqual([
      { name: 'a.example', witness: 'w0', timestamp: START },
      { name: 'c.example', witness: 'w2', timestamp: START + 5000 },
    ]);
    const none = { logKey: vkey, witnesses: parsePolicy('quorum none\n') };
    expect((await verifyCheckpoint(two, none)).cosignatures).toEqual([]);
  });

  it('a wrong cosignature of a known witness spoils the note; one of a stranger does not', async () => {
    const good = checkpoint + (await at('a.example', START)) + (await at('b.example', START));
    const other = parseNote(await checkpointOver(leavesOf(6), [signer]))!.text;
    const wrong = async (name: string) => formatSignature(await signText(other, (await cosigner(name)).signer, START));
    expect(await codeOf(verifyCheckpoint(good + (await wrong('c.example')), policy))).toBe('SIGNATURE_INVALID');
    expect(await codeOf(verifyCheckpoint(good + (await wrong('d.example')), policy))).toBe('none');
  });

  it('the age is the quorum’s, not that of its youngest member', async () => {
    const old = await at('a.example', START - 100_000);
    const note = checkpoint + old + (await at('b.example', START));
    const aged = (maxAge: number, text = note): Promise<string> =>
      codeOf(verifyCheckpoint(text, { ...policy, maxAge, now: () => START }));
    expect(await aged(100_000)).toBe('none');
    expect(await aged(99_999)).toBe('CHECKPOINT_STALE');
    expect(await aged(0, note + (await at('c.example', START)))).toBe('none');
    // A clock in the future would make a cosignature fresh for ever.
    expect(await aged(1000, note + (await at('c.example', START + 61_000)))).toBe('CHECKPOINT_STALE');
    expect(await aged(1000, note + (await at('c.example', START + 60_000)))).toBe('none');
  });

  it('nobody signs in the year 287396', async () => {
    const note = checkpoint + (await at('a.example', START)) + (await at('b.example', 9_007_199_254_741 * 1000));
    expect(await codeOf(verifyCheckpoint(note, policy))).toBe('SIGNATURE_INVALID');
    const future = checkpoint + (await at('a.example', START + 99_000)) + (await at('b.example', START + 99_000));
    const patient = { ...policy, maxAge: Number.MAX_SAFE_INTEGER, now: () => START };
    expect(await codeOf(verifyCheckpoint(future, patient))).toBe('CHECKPOINT_STALE');
  });

  it('refuses an age that nothing judges, and a policy for other logs', async () => {
    const ask = (change: Partial<VerifyPolicy>) => codeOf(verifyCheckpoint(checkpoint, { logKey: vkey, ...change }));
    expect(await ask({ maxAge: 1 })).toBe('RangeError');
    expect(await ask({ maxAge: 1, witnesses: parsePolicy('quorum none\n') })).toBe('RangeError');
    expect(await ask({ maxAge: Number.NaN, witnesses })).toBe('RangeError');
    expect(await ask({ maxAge: -1, witnesses })).toBe('RangeError');
    const { vkey: other } = await generateLogKey('other.example', seededRandom('other'));
    expect(await ask({ witnesses: parsePolicy(`log ${other}\nquorum none\n`) })).toBe('POLICY_INVALID');
    expect(await ask({ witnesses: parsePolicy(`log ${other}\nlog ${vkey}\nquorum none\n`) })).toBe('none');
  });
});

describe('keys', () => {
  it('are read in their one form only', async () => {
    const { skey } = await cosigner('w1');
    const pq = await cosigner('w2', 'ml-dsa-44');
    expect((await logSigner(pq.skey)).vkey).toBe(pq.vkey);
    const bad = [
      skey.slice(12),
      skey.replace('w1+', 'w3+'),
      skey.replace(/\+[0-9a-f]{8}\+/, '+00000000+'),
      skey.replace(/\+BA?/, '+Aw'),
      `${skey}A`,
      pq.skey.replace(/(\+[0-9a-f]{8}\+)../, '$1AQ'),
      pq.vkey,
    ];
    for (const text of bad) expect(await codeOf(logSigner(text)), text.slice(0, 40)).toBe('KEY_INVALID');
    const short = (type: number, length: number): string => {
      const key = new Uint8Array(length);
      const id = [...idOf('w1', type, key)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      return `w1+${id}+${b64(join(Uint8Array.of(type), key))}`;
    };
    for (const [type, length] of [
      [1, 31],
      [1, 33],
      [6, 32],
      [6, 1311],
      [6, 1313],
    ] as const) {
      expect(await codeOf(verifyCheckpoint(checkpoint, { logKey: short(type, length) }))).toBe('KEY_INVALID');
      if (length !== 32) expect(await codeOf(logSigner(`PRIVATE+KEY+${short(type, length)}`))).toBe('KEY_INVALID');
    }
    const note = { logKey: vkey, witnesses: undefined as unknown as WitnessPolicy };
    for (const key of [`${vkey}=`, vkey.toUpperCase(), vkey.replace('+', ' +'), '', 'a+b+c', pq.vkey.slice(0, -4)])
      expect(await codeOf(verifyCheckpoint(checkpoint, { ...note, logKey: key }))).toBe('KEY_INVALID');
    for (const name of ['', 'a b', 'a+b', 'a\u00a0b', 'x'.repeat(257)])
      await expect(async () => generateCosignerKey(name, 'ed25519')).rejects.toThrow(RangeError);
  });

  it('a signer that does not sign for its key signs nothing', async () => {
    const good = await cosigner('w1');
    const liar = { vkey: good.vkey, sign: (await cosigner('w2')).signer.sign };
    expect(await codeOf(signText(body, liar, START))).toBe('KEY_INVALID');
    expect(await codeOf(signText('no checkpoint\n', (await cosigner('w2', 'ml-dsa-44')).signer, START))).toBe(
      'KEY_INVALID',
    );
  });
});
