import { aeadOpen, aeadSeal, base64raw, base64url, concat, hkdfSha256, sha256, utf8 } from '@wardseal/primitives';
import { Encrypter } from 'age-encryption';
import { beforeAll, describe, expect, it } from 'vitest';
import { bech32 } from '../src/bech32.js';
import { encodeHeader, encodeStanza, parseHeader, type Stanza } from '../src/header.js';
import {
  type Credentials,
  generateIdentity,
  inspect,
  limits,
  type Mode,
  open,
  openShare,
  recipientOf,
  SealError,
  seal,
} from '../src/index.js';
import { parseRecipient } from '../src/keys/recipient.js';
import { chunkNonce, payloadKey } from '../src/payload.js';
import { openBox, openerOf, sealTo } from '../src/stanza/box.js';
import { unwrapLink, wrapForLink } from '../src/stanza/link.js';
import { wrapForRecipient } from '../src/stanza/native.js';
import { openSeat, parseRecovery, recoveryHolds, wrapForGuardians } from '../src/stanza/recovery.js';
import { approvedRequest } from './recovery-world.js';
import { codeOf, content, type World, world } from './world.js';

// What stands behind each `->`: the one shape of each type, and whom it opens for.

const fileKey = new Uint8Array(16).fill(6);

/** An age file of these stanzas with a right MAC and a right payload of three bytes. */
async function fileOf(...stanzas: readonly Stanza[]): Promise<Uint8Array<ArrayBuffer>> {
  const nonce = new Uint8Array(16);
  const chunk = await aeadSeal(payloadKey(fileKey, nonce), chunkNonce(0, true), Uint8Array.of(1, 2, 3));
  return concat(encodeHeader(fileKey, stanzas), nonce, chunk);
}

/** What somebody with these keys reads, or the code. */
async function read(file: Uint8Array, credentials: Credentials): Promise<readonly number[] | string> {
  const opened = await open(file, { ...credentials, allowUnsigned: true }).catch((error: unknown) => error);
  if (opened instanceof SealError) return opened.code;
  if (opened instanceof Error) throw opened;
  return [...(opened as { plaintext: Uint8Array }).plaintext];
}

async function shapeError(...stanzas: readonly Stanza[]): Promise<SealError> {
  const error = await inspect(await fileOf(...stanzas)).catch((reason: unknown) => reason);
  if (error instanceof SealError) return error;
  throw new Error('was accepted', { cause: error });
}

/** Times x in AES's field. */
const twice = (byte: number): number => ((byte << 1) ^ (byte & 128 ? 0x11b : 0)) & 255;

const raw = (length: number): string => base64raw(new Uint8Array(length).fill(9));
const body = (length: number): Uint8Array => new Uint8Array(length).fill(9);

describe.each<[Mode, string, number]>([
  ['classic', 'X25519', 32],
  ['pq', 'mlkem768x25519', 1120],
])('%s', (kind, type, length) => {
  it('opens for its recipient and nobody else', async () => {
    const [mine, other] = [await generateIdentity({ kind }), await generateIdentity({ kind })];
    const foreign = await generateIdentity({ kind: kind === 'pq' ? 'classic' : 'pq' });
    const stanza = await wrapForRecipient(parseRecipient(mine.recipient), fileKey);
    expect(stanza).toMatchObject({ type, args: [expect.stringMatching(/^[A-Za-z0-9+/]+$/)] });
    const file = await fileOf(await wrapForRecipient(parseRecipient(other.recipient), body(16)), stanza);
    expect(await read(file, { identities: [mine.identity] })).toEqual([1, 2, 3]);
    const sixteen = [...Array<string>(limits.MAX_IDENTITIES - 1).fill(foreign.identity), mine.identity];
    expect(await read(file, { identities: sixteen })).toEqual([1, 2, 3]);
    expect(await read(await fileOf(stanza), { identities: [other.identity] })).toBe('NO_MATCH');
    expect(await read(await fileOf(stanza), { identities: [foreign.identity] })).toBe('NO_MATCH');
    // the stanza in front holds another key for its own recipient
    expect(await read(file, { identities: [other.identity] })).toBe('MAC_INVALID');
  });

  it('opens for an identity that is held elsewhere', async () => {
    const { identity, recipient } = await generateIdentity({ kind });
    const opener = openerOf(identity);
    const asked: number[] = [];
    const held = {
      recipient,
      decapsulate: (enc: Uint8Array) => {
        asked.push(enc.length);
        return opener.decapsulate(enc);
      },
    };
    const file = await fileOf(await wrapForRecipient(parseRecipient(recipient), fileKey));
    expect(await read(file, { identities: [held] })).toEqual([1, 2, 3]);
    expect(asked).toEqual([length]);
    expect(await openerOf(held).recipient()).toBe(await recipientOf(identity));
    expect(await openerOf(held).decapsulate(new Uint8Array(length + 1))).toBeNull();
    expect(await opener.decapsulate(new Uint8Array(length - 1))).toBeNull();
    expect(asked).toEqual([length]);
    const wrong = { recipient, decapsulate: () => new Uint8Array(32) };
    expect(await read(file, { identities: [wrong] })).toBe('NO_MATCH');
    const none = { recipient, decapsulate: () => null };
    expect(await read(file, { identities: [none] })).toBe('NO_MATCH');
    expect(await read(file, { identities: [{ ...held, recipient: 'age1x' }] })).toBe('KEY_INVALID');
    const kindless = { recipient } as never;
    expect(await codeOf(() => open(file, { identities: [kindless], allowUnsigned: true }))).toMatch(/^TypeError/);
  });

  it('has one shape', async () => {
    for (const [args, size] of [
      [[], 32],
      [[raw(length), 'x'], 32],
      [[raw(length - 1)], 32],
      [[raw(length + 1)], 32],
      [[`${raw(length)}=`], 32],
      [[raw(length).replaceAll('J', '_')], 32],
      [[raw(length)], 31],
      [[raw(length)], 33],
      [[raw(length)], 0],
    ] as const) {
      const error = await shapeError(encodeStanza(type, args, body(size)));
      expect(error).toMatchObject({ code: 'HEADER_INVALID', what: type });
      expect(error.message).toBe('a native stanza has the wrong shape');
    }
    expect((await inspect(await fileOf(encodeStanza(type, [raw(length)], body(32))))).modes).toEqual([kind]);
  });

  it('with a point of low order is a broken header', async () => {
    const { identity } = await generateIdentity({ kind });
    const enc = new Uint8Array(length).fill(9);
    enc.fill(0, length - 32);
    const file = await fileOf(encodeStanza(type, [base64raw(enc)], body(32)));
    const error = await open(file, { identities: [identity], allowUnsigned: true }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'HEADER_INVALID', what: type, message: expect.stringContaining('low order') });
  });

  it('is not made for a key of no use', async () => {
    const publicKey = new Uint8Array(kind === 'pq' ? 1216 : 32); // a point of low order, or zeros for a matrix
    if (kind === 'pq') publicKey.fill(255, 0, 1184); // coefficients beyond the modulus
    const text = bech32(kind === 'pq' ? 'age1pq' : 'age', publicKey);
    const error = await sealTo(parseRecipient(text), utf8('x'), fileKey).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'KEY_INVALID', message: 'recipient is not a usable public key' });
  });
});

it('keys are needed, and no more than the limit', async () => {
  const { identity, recipient } = await generateIdentity({ kind: 'classic' });
  const file = await fileOf(await wrapForRecipient(parseRecipient(recipient), fileKey));
  expect(await codeOf(() => read(file, {}))).toMatch(/^TypeError: identities, a link, a recovery key or a passphrase/);
  expect(await codeOf(() => read(file, { identities: [] }))).toMatch(/^TypeError/);
  const many = open(file, { identities: Array<string>(limits.MAX_IDENTITIES + 1).fill(identity), allowUnsigned: true });
  await expect(many).rejects.toMatchObject({
    message: 'too many identities',
    code: 'LIMIT',
    what: 'MAX_IDENTITIES',
    limit: limits.MAX_IDENTITIES,
  });
  for (const other of [
    { link: { id: 'x', key: body(32) } },
    { recovery: { set: 'x', key: new Uint8Array(32) } },
    { passphrase: '' },
  ])
    expect(await read(file, other)).toBe('NO_MATCH');
});

it('every stanza is looked at before any key, also behind the one that opens', async () => {
  const { identity, recipient } = await generateIdentity({ kind: 'classic' });
  const own = await wrapForRecipient(parseRecipient(recipient), fileKey);
  for (const broken of [
    encodeStanza('X25519', [raw(31)], body(32)),
    encodeStanza('mlkem768x25519', [raw(32)], body(32)),
    encodeStanza('scrypt', [raw(16), '2'], body(32)),
    encodeStanza('wardseal.org/recovery', ['v0'], body(32)),
  ])
    expect(await read(await fileOf(own, broken), { identities: [identity] })).toBe('HEADER_INVALID');
  expect(await read(await fileOf(own, encodeStanza('other', [], body(1))), { identities: [identity] })).toEqual([
    1, 2, 3,
  ]);
});

describe('a passphrase', () => {
  const passphrase = 'correct horse';
  const stanza = (salt: string, work: string, size = 32) => encodeStanza('scrypt', [salt, work], body(size));

  it('opens a file that it alone opens', async () => {
    const encrypter = new Encrypter();
    encrypter.setPassphrase(passphrase);
    encrypter.setScryptWorkFactor(3);
    const file = new Uint8Array(await encrypter.encrypt(Uint8Array.of(1, 2, 3)));
    expect(await read(file, { passphrase })).toEqual([1, 2, 3]);
    expect(await read(file, { passphrase: 'other horse' })).toBe('NO_MATCH');
    const { identity, recipient } = await generateIdentity({ kind: 'classic' });
    expect(await read(file, { identities: [identity] })).toBe('NO_MATCH');
    expect(await read(file, { identities: [identity], passphrase })).toEqual([1, 2, 3]);

    const [scrypt] = parseHeader(file).stanzas as [Stanza];
    const native = await wrapForRecipient(parseRecipient(recipient), fileKey);
    for (const pair of [
      [scrypt, native],
      [native, scrypt],
      [scrypt, scrypt],
      [scrypt, encodeStanza('x', [], body(1))],
    ]) {
      const error = await shapeError(...pair);
      expect(error).toMatchObject({
        code: 'HEADER_INVALID',
        what: 'scrypt',
        message: 'a scrypt stanza must be the only one',
      });
    }
    expect(await read(await fileOf(native), { passphrase })).toBe('NO_MATCH');
  });

  it('has one shape of stanza', async () => {
    expect(await inspect(await fileOf(stanza(raw(16), '18')))).toMatchObject({ modes: [] });
    for (const one of [
      encodeStanza('scrypt', [], body(32)),
      encodeStanza('scrypt', [raw(16)], body(32)),
      encodeStanza('scrypt', [raw(16), '2', 'x'], body(32)),
      stanza(raw(15), '2'),
      stanza(raw(17), '2'),
      stanza(`${raw(16)}=`, '2'),
      stanza(raw(16), '0'),
      stanza(raw(16), '02'),
      stanza(raw(16), '+2'),
      stanza(raw(16), '-2'),
      stanza(raw(16), '2.0'),
      stanza(raw(16), '2a'),
      stanza(raw(16), '2', 31),
      stanza(raw(16), '2', 33),
    ])
      expect(await shapeError(one)).toMatchObject({
        code: 'HEADER_INVALID',
        what: 'scrypt',
        message: 'a native stanza has the wrong shape',
      });
    for (const work of ['19', '20', '99', '100', '1000000000000000000000'])
      expect(await shapeError(stanza(raw(16), work))).toMatchObject({
        code: 'LIMIT',
        what: 'MAX_SCRYPT_LOG_N',
        limit: limits.MAX_SCRYPT_LOG_N,
        message: 'scrypt work factor is too high',
      });
  });
});

describe('a link', () => {
  const link = { id: 'link_-1', key: body(32) };

  it('opens with its id and key', async () => {
    const stanza = await wrapForLink(link, fileKey);
    expect(stanza).toMatchObject({ type: 'wardseal.org/link', args: ['v0', link.id] });
    const changed = (change: { type?: string; args?: readonly string[]; body?: Uint8Array }) =>
      encodeStanza(change.type ?? stanza.type, change.args ?? stanza.args, change.body ?? stanza.body);
    // Without a manifest a file of ours is refused, but only after its key was found.
    const unwrapped = async (one: Stanza, key = link) => read(await fileOf(one), { link: key });
    expect(await unwrapped(stanza)).toBe('UNSIGNED');
    expect(await unwrapped(stanza, { ...link, id: 'link_-2' })).toBe('NO_MATCH');
    expect(await unwrapped(stanza, { ...link, key: body(32).fill(8) })).toBe('NO_MATCH');
    for (const change of [
      { type: 'wardseal.org/links' },
      { args: ['v1', link.id] },
      { args: ['v0'] },
      { args: ['v0', link.id, 'x'] },
      { args: ['v0', 'other'] },
      { body: stanza.body.slice(1) },
      { body: concat(stanza.body, body(1)) },
      { body: body(0) },
      { body: concat(body(16), stanza.body.slice(16)) },
    ])
      expect(await unwrapped(changed(change))).toBe('NO_MATCH');
    expect(await unwrapped(changed({ args: ['v0', 'other'] }), { ...link, id: 'other' })).toBe('NO_MATCH');
  });

  it('wraps a key of 16 bytes and no other', async () => {
    for (const length of [15, 17, 20, 32])
      expect(await unwrapLink(await wrapForLink(link, body(length)), link)).toBeNull();
    expect(await unwrapLink(await wrapForLink(link, fileKey), link)).toEqual(fileKey);
  });

  it('has an id for addresses and a key of 32 bytes', async () => {
    for (const id of ['', 'a b', 'a/b', 'é', 'a\n', 'x'.repeat(limits.MAX_NAME_LENGTH + 1), 7, undefined])
      expect(await codeOf(() => wrapForLink({ ...link, id } as never, fileKey))).toMatch(/^TypeError: link id/);
    for (const key of [body(31), body(33), 'x'.repeat(32), undefined])
      expect(await codeOf(() => wrapForLink({ ...link, key } as never, fileKey))).toMatch(/^RangeError: link key/);
    for (const none of [undefined, null])
      expect(await codeOf(() => wrapForLink(none as never, fileKey))).toMatch(/^TypeError/);
    expect(await codeOf(() => wrapForLink({ ...link, id: 'x'.repeat(limits.MAX_NAME_LENGTH) }, fileKey))).toBe(
      'accepted',
    );
  });
});

describe.each<[Mode, number]>([
  ['classic', 32],
  ['pq', 1120],
])('recovery, %s', (kind, length) => {
  let w: World;
  let stanza: Stanza;
  let set: string;
  beforeAll(async () => {
    w = await world(kind);
    const keys = w.guardians.map(({ entry }) => parseRecipient(entry.recipient));
    ({ stanza, set } = await wrapForGuardians(keys, 2, fileKey));
  });

  it('has one shape', async () => {
    const whole = 32 + 3 * (length + 80);
    expect(parseRecovery(stanza)).toMatchObject({ id: set, threshold: 2, seats: 3, kind });
    expect(stanza.body).toHaveLength(whole);
    const shaped = (args: readonly string[], size = whole) => encodeStanza(stanza.type, args, body(size));
    const sixteen = (seats: number, threshold = 2) =>
      shaped(['v0', set, String(threshold), String(seats)], 32 + seats * (length + 80));
    for (const one of [
      shaped([]),
      shaped(['v0', set, '2']),
      shaped(['v0', set, '2', '3', 'x']),
      shaped(['v1', set, '2', '3']),
      shaped(['v0', base64url(body(15)), '2', '3']),
      shaped(['v0', base64url(body(17)), '2', '3']),
      shaped(['v0', `${set}=`, '2', '3']),
      shaped(['v0', set, '0', '3']),
      shaped(['v0', set, '02', '3']),
      shaped(['v0', set, '2x', '3']),
      shaped(['v0', set, 'x2', '3']),
      shaped(['v0', set, '2', '3.0']),
      shaped(['v0', set, '2', '03']),
      shaped(['v0', set, '100', '3']),
      shaped(['v0', set, '4', '3']),
      shaped(['v0', set, '2', '0']),
      shaped(['v0', set, '2', '2']),
      shaped(['v0', set, '2', '4']),
      shaped(['v0', set, '2', '3'], whole - 1),
      shaped(['v0', set, '2', '3'], whole + 1),
      shaped(['v0', set, '2', '3'], whole + 3),
      shaped(['v0', set, '2', '3'], 32),
      shaped(['v0', set, '2', '3'], 0),
      sixteen(limits.MAX_SEATS + 1),
    ])
      expect(await shapeError(one)).toMatchObject({
        code: 'HEADER_INVALID',
        what: 'wardseal.org/recovery',
        message: 'the recovery stanza has the wrong shape',
      });
    for (const [seats, threshold] of [
      [1, 1],
      [3, 3],
      [limits.MAX_SEATS, 10],
      [limits.MAX_SEATS, limits.MAX_SEATS],
    ] as const)
      expect((await inspect(await fileOf(sixteen(seats, threshold)))).recovery).toEqual({ set, threshold, seats });
    const error = await shapeError(stanza, stanza);
    expect(error).toMatchObject({
      code: 'HEADER_INVALID',
      what: 'wardseal.org/recovery',
      message: 'header has two recovery stanzas',
    });
  });

  it('follows from file key and set as the specification says', async () => {
    const info = (name: string, more: readonly (string | number)[] = []) =>
      utf8([`wardseal.org/v0/${name}`, set, ...more].join(' '));
    const recovery = parseRecovery(stanza);
    const key = hkdfSha256(fileKey, new Uint8Array(0), info('recovery-key'), 32);
    const slope = hkdfSha256(key, new Uint8Array(0), info('coefficient', [2, 3, 1]), 32);
    const wrapping = hkdfSha256(key, new Uint8Array(0), info('recovery'), 32);
    expect(await aeadOpen(wrapping, new Uint8Array(12), recovery.wrapped)).toEqual(fileKey);
    for (const [i, guardian] of w.guardians.entries()) {
      const { x, y } = (await openSeat(recovery, openerOf(guardian.identity)))!;
      expect(x).toBe(i + 1);
      // the first seat's share is key + slope, the second's key + x slope with x the polynomial's variable
      if (x === 1) expect(y).toEqual(key.map((byte, at) => byte ^ slope[at]!));
      if (x === 2) expect(y).toEqual(key.map((byte, at) => byte ^ twice(slope[at]!)));
      expect(recovery.sealed[i]!.check).toEqual(sha256(concat(info('check', [2, 3, x]), y)));
      const box = await openBox(
        openerOf(guardian.identity),
        info('seat', [2, 3, x]),
        recovery.sealed[i]!.enc,
        recovery.sealed[i]!.ciphertext,
      );
      expect(box).toEqual(y);
    }
    expect(await recoveryHolds(recovery, fileKey)).toBe(true);
    expect(await recoveryHolds(recovery, body(16))).toBe(false);
    expect(await recoveryHolds({ ...recovery, wrapped: body(32) }, fileKey)).toBe(false);
    const sealed = recovery.sealed.map((seat, i) => (i === 2 ? { ...seat, check: body(32) } : seat));
    expect(await recoveryHolds({ ...recovery, sealed }, fileKey)).toBe(false);
  });

  it('says of which seat a share is useless', async () => {
    const recovery = parseRecovery(stanza);
    const guardian = w.guardians[1]!;
    const shape = `wardseal.org/v0/seat ${set} 2 3 2`;
    for (const length of [31, 32, 33, 0]) {
      const share = body(length);
      const box = await sealTo(parseRecipient(guardian.entry.recipient), utf8(shape), share);
      // even with the check value of what was sealed, unless it has a share's length
      for (const check of [
        recovery.sealed[1]!.check,
        sha256(concat(utf8(`wardseal.org/v0/check ${set} 2 3 2`), share)),
      ]) {
        const sealed = recovery.sealed.map((seat, i) => (i === 1 ? { ...box, check } : seat));
        const opened = openSeat({ ...recovery, sealed }, openerOf(guardian.identity));
        if (length === 32 && check !== recovery.sealed[1]!.check) expect(await opened).toEqual({ x: 2, y: share });
        else await expect(opened).rejects.toMatchObject({ code: 'RECOVERY_INVALID', what: 'seat', found: 2 });
      }
    }
  });

  it('gives each seat its own share, and a key that opens nothing else', async () => {
    const recovery = parseRecovery(stanza);
    for (const [i, guardian] of w.guardians.entries()) {
      expect(await openSeat(recovery, openerOf(guardian.identity))).toMatchObject({ x: i + 1, y: { length: 32 } });
      // bound to its set and to the numbers of the set
      for (const change of [
        { id: base64url(body(16)) },
        { threshold: 1 },
        { seats: 4 },
        { sealed: [...recovery.sealed].reverse() },
      ])
        if (!('sealed' in change) || i !== 1)
          expect(await openSeat({ ...recovery, ...change }, openerOf(guardian.identity))).toBeNull();
    }
    const foreign = await generateIdentity({ kind: kind === 'pq' ? 'classic' : 'pq' });
    expect(await openSeat(recovery, openerOf(foreign.identity))).toBeNull();
    expect(await openSeat(recovery, openerOf(w.bob.identity))).toBeNull();
    const file = await fileOf(stanza);
    for (const key of [body(32), body(31), body(0)])
      expect(await read(file, { recovery: { set, key: new Uint8Array(key) } })).toBe('NO_MATCH');
  });
});

it('a guardian of one kind has no seat among the other’s, whatever the file', async () => {
  const w = await world('classic');
  const guardians = { seats: w.guardians.map(({ entry }) => entry), threshold: 1 };
  const { header } = await seal(content(3), { ...w.sealing, guardians });
  const { request, options } = await approvedRequest(w, header, w.mallory.entry);
  const { identity } = await generateIdentity();
  expect(await codeOf(() => openShare(header, identity, request, options))).toBe('NO_MATCH');
});
