import { aeadSeal, base64url, canonicalJson, fromBase64url, fromHex, hex, utf8 } from '@wardseal/primitives';
import { seededRandom } from '@wardseal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  canonicalRecoveryCode,
  deviceFingerprint,
  generateIdentity,
  generateRecoveryCode,
  type PersonalKeys,
  protectKeys,
  type UnprotectBy,
  unprotectKeys,
} from '../../src/index.js';
import { associatedData, type Envelope, wrappingKey } from '../../src/keys/protected-keys.js';
import { recoveryCodeSecret } from '../../src/keys/recovery-code.js';
import { ZERO_NONCE } from '../../src/names.js';
import { forceBackend } from '../../src/testing.js';
import { codeOf, type Person, person } from '../world.js';
import { fromSeed, onDisk } from './vector-file.js';

// vectors/protected-keys.json is made here, from a fixed seed on the plain-JavaScript back end, like vectors/sealed-file.json.

const SUBJECT = { person: 'p-1', credential: 'c-1' };

interface VectorPerson {
  readonly identity: string;
  readonly recipient: string;
  readonly signingKey: string;
  readonly signingSecret: string;
}

interface Case {
  readonly name: string;
  readonly wrapped: string;
  readonly by: { readonly passkeyPrf?: string; readonly recoveryCode?: string; readonly deviceIdentity?: string };
  readonly person?: string;
  readonly credential?: string;
  /** Whose public keys must come out, as the directory has them; null: not asked. */
  readonly entry: string | null;
  /** `ok`, or the code it must be refused with. */
  readonly expect: string;
  /** Whose keys come out. */
  readonly keys?: string;
}

interface Vectors {
  readonly format: string;
  readonly about: string;
  readonly subject: typeof SUBJECT;
  readonly people: Record<string, VectorPerson>;
  readonly codes: readonly { typed: string; expect: string; canonical?: string; secret?: string }[];
  readonly fingerprints: readonly { recipient: string; expect: string }[];
  readonly cases: readonly Case[];
}

function codesOf(code: string): Vectors['codes'] {
  const right = { expect: 'ok', canonical: code, secret: hex(recoveryCodeSecret(code)) };
  const bare = code.replaceAll('-', '');
  const [first, second] = bare as unknown as [string, string];
  return [
    { typed: code, ...right },
    { typed: bare.toLowerCase(), ...right },
    { typed: ` ${bare.match(/.{6}/g)!.join('  ')}\n`, ...right },
    { typed: code.replaceAll('-', '\u2013').replaceAll('0', 'o').replaceAll('1', 'l'), ...right },
    { typed: code.replaceAll('0', 'O').replaceAll('1', 'I'), ...right },
    { typed: (bare.startsWith('Z') ? 'Y' : 'Z') + bare.slice(1), expect: 'CODE_INVALID' },
    { typed: bare.slice(0, -1) + (bare.endsWith('Z') ? 'Y' : 'Z'), expect: 'CODE_INVALID' },
    { typed: `${second}${first}${bare.slice(2)}`, expect: 'CODE_INVALID' },
    { typed: `U${bare.slice(1)}`, expect: 'CODE_INVALID' },
    // A dotless i, whose upper case is I, which would be read as 1.
    { typed: `${'0'.repeat(35)}\u0131`, expect: 'CODE_INVALID' },
    { typed: bare.slice(1), expect: 'CODE_INVALID' },
    { typed: `${bare}0`, expect: 'CODE_INVALID' },
    { typed: '0'.repeat(36), expect: 'CODE_INVALID' },
    { typed: '', expect: 'CODE_INVALID' },
    // 20 zero bytes: the check is 1, which could also be written as 1 + 1,048,517.
    { typed: `${'0'.repeat(35)}1`, expect: 'ok', canonical: `${'0000-'.repeat(8)}0001`, secret: '00'.repeat(20) },
    { typed: `${'0'.repeat(32)}ZZY6`, expect: 'CODE_INVALID' },
  ];
}

async function make(): Promise<Vectors> {
  const alice = await person('alice');
  const bob = await person('bob');
  const old = await person('classic', 'classic');
  const device = await person('device');
  const stranger = await person('stranger');
  const prf = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
  const code = generateRecoveryCode();
  const keysOf = ({ identity, keys }: Person): PersonalKeys => ({ identity, signing: keys });
  const text = (data: Uint8Array) => new TextDecoder().decode(data);
  const wrap = async (of: Person, by: Parameters<typeof protectKeys>[1]) =>
    text(await protectKeys(keysOf(of), by, SUBJECT));
  const passkey = { passkeyPrf: hex(prf) };
  const byCode = { recoveryCode: code };
  const byDevice = { deviceIdentity: device.identity };

  const byPasskey = await wrap(alice, { passkeyPrf: prf });
  const again = await wrap(alice, { passkeyPrf: prf });
  const bobs = await wrap(bob, { passkeyPrf: prf });
  const withCode = await wrap(alice, { recoveryCode: code });
  const withDevice = await wrap(alice, { deviceRecipient: device.entry.recipient });
  const cases: Case[] = [
    { name: 'passkey', wrapped: byPasskey, by: passkey, entry: 'alice', expect: 'ok', keys: 'alice' },
    { name: 'passkey, no entry known', wrapped: byPasskey, by: passkey, entry: null, expect: 'ok', keys: 'alice' },
    { name: 'recovery code', wrapped: withCode, by: byCode, entry: 'alice', expect: 'ok', keys: 'alice' },
    { name: 'device', wrapped: withDevice, by: byDevice, entry: 'alice', expect: 'ok', keys: 'alice' },
    {
      name: 'classic keys',
      wrapped: await wrap(old, { recoveryCode: code }),
      by: { recoveryCode: code.toLowerCase() },
      entry: 'classic',
      expect: 'ok',
      keys: 'classic',
    },
    {
      name: 'two PRF outputs joined',
      wrapped: await wrap(alice, { passkeyPrf: new Uint8Array(64).fill(9) }),
      by: { passkeyPrf: '09'.repeat(64) },
      entry: 'alice',
      expect: 'ok',
      keys: 'alice',
    },
  ];
  const bad = (name: string, wrapped: string, by: Case['by'], more: Partial<Case> = {}) =>
    cases.push({ name, wrapped, by, entry: 'alice', expect: 'PROTECTED_KEYS_INVALID', ...more });
  bad('another PRF output', byPasskey, { passkeyPrf: '01'.repeat(32) });
  bad('another recovery code', withCode, { recoveryCode: generateRecoveryCode() });
  bad('another device', withDevice, { deviceIdentity: stranger.identity });
  bad('mistyped recovery code', withCode, { recoveryCode: `${code.slice(0, -1)}U` }, { expect: 'CODE_INVALID' });
  bad('classic device', withDevice, { deviceIdentity: old.identity }, { expect: 'MIXED_MODE' });
  bad('another person', byPasskey, passkey, { person: 'p-2' });
  bad('another credential', byPasskey, passkey, { credential: 'c-2' });
  bad('person and credential swapped', byPasskey, passkey, { person: 'c-1', credential: 'p-1' });
  bad('keys of another entry', byPasskey, passkey, { entry: 'bob' });
  bad('passkey wrap opened with a code', byPasskey, byCode);
  bad('code wrap opened with a passkey', withCode, passkey);
  bad('device wrap opened with a passkey', withDevice, passkey);
  bad(
    'keys of an attacker, sealed to the device',
    await wrap(stranger, { deviceRecipient: device.entry.recipient }),
    byDevice,
  );

  const parsed = (wrapped: string) => JSON.parse(wrapped) as Envelope;
  const edit = (name: string, change: object, of = byPasskey, by: Case['by'] = passkey) =>
    bad(name, canonicalJson({ ...parsed(of), ...change }), by);
  edit('salt of another wrap', { salt: parsed(again).salt });
  edit('ciphertext of another wrap', { ciphertext: parsed(again).ciphertext });
  edit('signing key of another person named', { kid: parsed(bobs).kid });
  edit('recipient of another person named', { thumbprint: parsed(bobs).thumbprint });
  edit('method changed', { method: 'code' }, byPasskey, byCode);
  edit('method unknown', { method: 'password' });
  edit('version 1', { v: 1 });
  edit('unknown member', { extra: true });
  edit('member missing', { kid: undefined });
  edit('member of the wrong type', { salt: 7 });
  edit('salt too short', { salt: base64url(new Uint8Array(31)) });
  edit('ciphertext shorter than a tag', { ciphertext: 'AAAA' });
  edit('ciphertext with padding', { ciphertext: `${parsed(byPasskey).ciphertext}=` });
  edit('passkey wrap with a device’s members', { enc: parsed(withDevice).enc, sealed: parsed(withDevice).sealed });
  edit('device wrap without its secret', { enc: undefined, sealed: undefined }, withDevice, byDevice);
  const enc = fromBase64url(parsed(withDevice).enc!)!;
  edit('encapsulated key cut', { enc: base64url(enc.slice(1)) }, withDevice, byDevice);
  enc[0]! ^= 1;
  edit('encapsulated key changed', { enc: base64url(enc) }, withDevice, byDevice);
  bad('blank in front', ` ${byPasskey}`, passkey);
  bad('line feed behind', `${byPasskey}\n`, passkey);
  bad('member twice', byPasskey.replace('{', '{"v":0,'), passkey);
  bad(
    'members in another order',
    JSON.stringify(Object.fromEntries(Object.entries(parsed(byPasskey)).reverse())),
    passkey,
  );
  bad('cut short', byPasskey.slice(0, -1), passkey);
  bad('empty', '', passkey);
  bad('no object', '[]', passkey);
  bad('too long', ' '.repeat(4_097), passkey, { expect: 'LIMIT' });

  // What somebody who knows the secret could write, with a right tag.
  const forge = async (name: string, content: string, change: Partial<Envelope> = {}) => {
    const { ciphertext: _, ...bound } = { ...parsed(byPasskey), ...change };
    const key = wrappingKey(prf, fromBase64url(bound.salt)!, 'passkey');
    const sealed = await aeadSeal(key, ZERO_NONCE, utf8(content), associatedData(bound, SUBJECT));
    bad(name, canonicalJson({ ...bound, ciphertext: base64url(sealed) }), passkey);
  };
  const content = (of: Person, more: object = {}) =>
    canonicalJson({ identity: of.identity, signingKey: of.keys.secretKey, ...more });
  await forge('other keys inside than named', content(bob));
  await forge('another identity inside than named', content(alice, { identity: bob.identity }));
  await forge('another signing key inside than named', content(alice, { signingKey: bob.keys.secretKey }));
  await forge('no key inside', content(alice, { identity: 'AGE-SECRET-KEY-PQ-1' }));
  await forge('unknown member inside', content(alice, { extra: 1 }));
  await forge('blank inside', ` ${content(alice)}`);
  await forge('nothing inside', '');

  const vectorPerson = ({ identity, keys, entry }: Person): VectorPerson => ({
    identity,
    recipient: entry.recipient,
    signingKey: keys.publicKey,
    signingSecret: keys.secretKey,
  });
  const people = { alice, bob, classic: old, device, stranger };
  const fresh = await generateIdentity();
  return {
    format: 'wardseal.org protected keys v0',
    about:
      'Each case is opened for the subject, or the person and credential it names, and must give the keys of `entry` where there is one. `wrapped` is the UTF-8 text of the wrapped keys; passkeyPrf and secret are hex. Keys are made from a public seed: never use them.',
    subject: SUBJECT,
    people: Object.fromEntries(Object.entries(people).map(([id, one]) => [id, vectorPerson(one)])),
    codes: codesOf(code),
    fingerprints: [
      ...[device.entry.recipient, fresh.recipient].map((recipient) => ({
        recipient,
        expect: deviceFingerprint(recipient),
      })),
      { recipient: old.entry.recipient, expect: 'MIXED_MODE' },
      { recipient: device.entry.recipient.slice(0, -1), expect: 'KEY_INVALID' },
    ],
    cases,
  };
}

let made: Vectors;
let stored: Vectors;
beforeAll(async () => {
  made = await fromSeed(seededRandom('protected keys'), make);
  stored = onDisk('protected-keys', made);
});
afterAll(() => forceBackend());

describe('the vectors of protected keys', () => {
  it('are what this code makes from the seed', () => {
    expect(made).toEqual(stored);
    expect(stored.cases.length).toBeGreaterThan(45);
  });

  it('each come out as they say, on every back end', async () => {
    for (const backend of ['node', 'webcrypto', 'noble'] as const) {
      forceBackend(backend);
      for (const one of stored.cases) {
        const { passkeyPrf, ...text } = one.by;
        const by = passkeyPrf === undefined ? text : { passkeyPrf: fromHex(passkeyPrf)! };
        const entry = one.entry === null ? {} : { entry: stored.people[one.entry]! };
        const { person = stored.subject.person, credential = stored.subject.credential } = one;
        const act = () => unprotectKeys(utf8(one.wrapped), by as UnprotectBy, { person, credential, ...entry });
        if (one.expect === 'ok') {
          const expected = stored.people[one.keys!]!;
          const { identity, signing } = await act();
          expect([one.name, identity, signing.secretKey]).toEqual([
            one.name,
            expected.identity,
            expected.signingSecret,
          ]);
          expect(signing.publicKey).toBe(expected.signingKey);
        } else expect([one.name, await codeOf(act)]).toEqual([one.name, one.expect]);
      }
    }
  });

  it('of recovery codes and fingerprints come out as they say', async () => {
    for (const { typed, expect: expected, canonical, secret } of stored.codes) {
      expect([typed, await codeOf(() => canonicalRecoveryCode(typed))]).toEqual([
        typed,
        expected === 'ok' ? 'accepted' : expected,
      ]);
      if (expected !== 'ok') continue;
      expect(canonicalRecoveryCode(typed)).toBe(canonical);
      expect(hex(recoveryCodeSecret(typed))).toBe(secret);
    }
    for (const { recipient, expect: expected } of stored.fingerprints) {
      const code = await codeOf(() => deviceFingerprint(recipient));
      expect(code === 'accepted' ? deviceFingerprint(recipient) : code).toBe(expected);
    }
  });
});
