import { base64url, concat, fromBase64url, utf8 } from '@wardseal/primitives';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeStanza } from '../src/header.js';
import { addRecipients, generateIdentity, limits, open, recipientThumbprint, seal } from '../src/index.js';
import { parseRecipient } from '../src/keys/recipient.js';
import { STANZA } from '../src/names.js';
import { wrapForRecipient } from '../src/stanza/native.js';
import { type Inside, openUp, otherContent, rebuild, signedLine, withClaims, withJws, withTree } from './craft.js';
import { codeOf, content, NOW, type World, world } from './world.js';

const CHUNK = 65_536 + 16;

let w: World;
let file: Uint8Array<ArrayBuffer>;
/** What Bob, a recipient, holds of Alice's file of three chunks. */
let inside: Inside;
let opened: (changed: Uint8Array, options?: object) => Promise<string>;

beforeAll(async () => {
  w = await world('classic');
  file = (await seal(content(150_000), w.sealing)).bytes;
  inside = await openUp(file, w.bob.identity);
  opened = (changed, options = {}) => codeOf(() => open(changed, { ...w.opening, ...options }));
});

describe('somebody without the file key', () => {
  it('who changes any line of the header', async () => {
    const text = new TextDecoder('latin1').decode(file.subarray(0, file.length - inside.payload.length));
    const lines = text.split('\n').length - 1;
    for (let line = 0; line < lines; line++) {
      const copies = text.split('\n');
      copies.splice(line, 1);
      expect(await opened(concat(utf8(copies.join('\n')), inside.payload))).toMatch(/^(HEADER|MAC)_INVALID$/);
    }
  });

  it('who adds a stanza for an outsider', async () => {
    const stanza = await wrapForRecipient(parseRecipient(w.mallory.entry.recipient), new Uint8Array(16));
    const text = new TextDecoder('latin1').decode(file.subarray(0, file.length - inside.payload.length));
    const grown = text.replace('\n-> ', `\n${new TextDecoder().decode(stanza.raw)}-> `);
    expect(await opened(concat(utf8(grown), inside.payload))).toBe('MAC_INVALID');
  });

  it('who swaps, drops, repeats or adds chunks', async () => {
    const { payload } = inside;
    const header = file.subarray(0, file.length - payload.length);
    const nonce = payload.subarray(0, 16);
    const [a, b, c] = [
      payload.subarray(16, 16 + CHUNK),
      payload.subarray(16 + CHUNK, 16 + 2 * CHUNK),
      payload.subarray(16 + 2 * CHUNK),
    ];
    const of = (...parts: Uint8Array[]) => opened(concat(header, nonce, ...parts));
    expect(await of(a, b, c)).toBe('accepted');
    for (const parts of [
      [b, a, c],
      [a, a, c],
      [a, b],
      [a, c],
      [a, b, b, c],
      [a, b, c.subarray(0, -1)],
      [a, b, c, c],
      [],
    ])
      expect(await of(...parts)).toBe('PAYLOAD_INVALID');
    expect(await opened(concat(header))).toBe('PAYLOAD_INVALID');
  });

  it('who puts the payload of another file behind the header', async () => {
    const other = await seal(content(150_000), w.sealing);
    expect(await opened(concat(file.subarray(0, file.length - inside.payload.length), other.payload))).toBe(
      'PAYLOAD_MISMATCH',
    );
  });

  it('who is no recipient', async () => {
    expect(await opened(file, { identities: [w.mallory.identity] })).toBe('NO_MATCH');
    expect(await opened(file, { identities: [(await generateIdentity()).identity] })).toBe('NO_MATCH');
    expect(await opened(file, { identities: [], passphrase: 'guess' })).toBe('NO_MATCH');
    expect(await opened(file, { identities: [], link: { id: 'x', key: new Uint8Array(32) } })).toBe('NO_MATCH');
    expect(await opened(file, { identities: [], recovery: { set: 'x', key: new Uint8Array(32) } })).toBe('NO_MATCH');
  });
});

describe('a co-recipient, who holds the file key', () => {
  it('cannot take the manifest away', async () => {
    const bare = inside.stanzas.filter(({ type }) => !type.startsWith('wardseal.org/'));
    expect(await opened(rebuild(inside, { stanzas: bare }))).toBe('UNSIGNED');
    const half = inside.stanzas.filter(({ type }) => type !== STANZA.manifest);
    expect(await opened(rebuild(inside, { stanzas: half }))).toBe('UNSIGNED');
    expect(await opened(rebuild(inside, { stanzas: half }), { allowUnsigned: true })).toBe('UNSIGNED');
  });

  it('cannot put in the manifest of another file', async () => {
    const other = await openUp((await seal(content(150_000), w.sealing)).bytes, w.bob.identity);
    expect(await opened(rebuild(inside, { stanzas: await withJws(inside, other.jws) }))).toBe('COMMITMENT_MISMATCH');
    const raw = inside.stanzas.map((old) =>
      old.type === STANZA.manifest ? other.stanzas.find(({ type }) => type === STANZA.manifest)! : old,
    );
    expect(await opened(rebuild(inside, { stanzas: raw }))).toBe('MANIFEST_INVALID');
  });

  it('cannot change the content, with or without its tree', async () => {
    const salt = fromBase64url(inside.claims.salt)!;
    const forged = await otherContent(inside, content(150_000).reverse(), salt);
    expect(await opened(rebuild(inside, { payload: forged.payload }))).toBe('PAYLOAD_MISMATCH');
    const stanzas = await withTree(inside, forged.leaves);
    expect(await opened(rebuild(inside, { stanzas, payload: forged.payload }))).toBe('TREE_INVALID');
    const nonce = new Uint8Array(16).fill(1);
    const fresh = await otherContent(inside, inside.plaintext, salt, nonce);
    expect(await opened(rebuild(inside, { payload: fresh.payload }))).toBe('PAYLOAD_MISMATCH');
    const shorter = await otherContent(inside, content(70_000), salt);
    expect(await opened(rebuild(inside, { payload: shorter.payload }))).toBe('PAYLOAD_INVALID');
  });

  it('cannot exchange chunks and seal them again', async () => {
    const swapped = inside.plaintext.slice();
    swapped.set(inside.plaintext.subarray(65_536, 131_072), 0);
    swapped.set(inside.plaintext.subarray(0, 65_536), 65_536);
    const forged = await otherContent(inside, swapped, fromBase64url(inside.claims.salt)!);
    expect(await opened(rebuild(inside, { payload: forged.payload }))).toBe('PAYLOAD_MISMATCH');
  });

  it('cannot drop, repeat or invent the tree', async () => {
    const without = inside.stanzas.filter(({ type }) => type !== STANZA.tree);
    expect(await opened(rebuild(inside, { stanzas: without }))).toBe('TREE_INVALID');
    const tree = inside.stanzas.find(({ type }) => type === STANZA.tree)!;
    expect(await opened(rebuild(inside, { stanzas: [...inside.stanzas, tree] }))).toBe('TREE_INVALID');
    expect(await opened(rebuild(inside, { stanzas: await withTree(inside, new Uint8Array(64)) }))).toBe('TREE_INVALID');
    expect(await opened(rebuild(inside, { stanzas: await withTree(inside, new Uint8Array(96)) }))).toBe('TREE_INVALID');
    expect(await opened(rebuild(inside, { stanzas: await withTree(inside, new Uint8Array(1 << 20)) }))).toBe('LIMIT');
    const small = await openUp((await seal(content(10), w.sealing)).bytes, w.bob.identity);
    const superfluous = await withTree(small, fromBase64url(small.claims.root)!);
    expect(await opened(rebuild(small, { stanzas: superfluous }))).toBe('TREE_INVALID');
  });

  it('cannot add, remove, repeat or reorder recipients', async () => {
    const [first, second, ...rest] = inside.stanzas as [never, never, ...never[]];
    const mallory = await wrapForRecipient(parseRecipient(w.mallory.entry.recipient), inside.fileKey);
    const grease = encodeStanza('example.com/grease', ['x'], new Uint8Array(3));
    const refused = [
      [mallory, ...inside.stanzas],
      [...inside.stanzas, mallory],
      [mallory, second, ...rest],
      [second, ...rest],
      [first, first, second, ...rest],
      [first, second, second, ...rest],
      [second, first, ...rest],
      [...inside.stanzas, grease],
      [...inside.stanzas, encodeStanza('wardseal.org/unknown', ['v0'], new Uint8Array(3))],
    ];
    for (const stanzas of refused) expect(await opened(rebuild(inside, { stanzas }))).toBe('RECIPIENTS_MISMATCH');
  });

  it('cannot wrap the key anew for a recipient', async () => {
    const again = await wrapForRecipient(parseRecipient(w.bob.entry.recipient), inside.fileKey);
    const [first, , ...rest] = inside.stanzas as [never, never, ...never[]];
    expect(await opened(rebuild(inside, { stanzas: [first, again, ...rest] }))).toBe('RECIPIENTS_MISMATCH');
  });

  it('cannot bring an older header back to who has seen a newer one', async () => {
    const { header } = await addRecipients(file.subarray(0, file.length - inside.payload.length), [w.mallory.entry], {
      actor: { identities: [w.custodian.identity], sender: { keys: w.custodian.keys, entry: w.custodian.entry } },
      directory: w.directory,
      reason: 'on call',
      resolveSender: w.directory.resolveSender,
      now: NOW,
    });
    const newer = { authorizeGrant: () => true, notBelowEpoch: 1 };
    expect(await opened(concat(header, inside.payload), newer)).toBe('accepted');
    expect(await opened(file, newer)).toBe('ROLLBACK');
  });

  // what more can be tried with grants: grants-adversary.test.ts
  it('cannot write a grant', async () => {
    const grant = encodeStanza(STANZA.grant, ['v0', 'AAAAAAAAAAAAAAAAAAAAAA'], new Uint8Array(80));
    expect(await opened(rebuild(inside, { stanzas: [...inside.stanzas, grant] }))).toBe('GRANT_INVALID');
  });

  it('cannot sign as somebody else', async () => {
    const asBob = await withClaims(inside, w.bob.keys, { case: 'case-2' });
    expect(await opened(rebuild(inside, { stanzas: asBob }))).toBe('SIGNATURE_INVALID');
    const iss = { org: 'demo-trust', person: 'alice', kid: w.bob.keys.kid };
    const mixed = await withClaims(inside, w.bob.keys, { iss });
    expect(await opened(rebuild(inside, { stanzas: mixed }))).toBe('SENDER_UNKNOWN');
    const [header, , signature] = inside.jws.split('.');
    const payload = base64url(utf8(atobUrl(inside.jws.split('.')[1]!).replace('case-1', 'case-2')));
    const edited = await withJws(inside, `${header}.${payload}.${signature}`);
    expect(await opened(rebuild(inside, { stanzas: edited }))).toBe('SIGNATURE_INVALID');
  });

  it('cannot pass a file on as if the sender had sent it there', async () => {
    const onward = await seal(inside.plaintext, {
      ...w.sealing,
      recipients: [w.mallory.entry],
      sender: { keys: w.bob.keys, entry: w.bob.entry },
    });
    const his = await openUp(onward.bytes, w.mallory.identity);
    const surreptitious = rebuild(his, { stanzas: await withJws(his, inside.jws) });
    expect(await opened(surreptitious, { identities: [w.mallory.identity] })).toBe('COMMITMENT_MISMATCH');
  });
});

function atobUrl(text: string): string {
  return new TextDecoder().decode(fromBase64url(text)!);
}

describe('a sender with a right signature', () => {
  const signed = async (change: object) =>
    opened(rebuild(inside, { stanzas: await withClaims(inside, w.alice.keys, change) }));

  it('who claims what is not so', async () => {
    expect(await signed({})).toBe('accepted');
    expect(await signed({ kc: base64url(new Uint8Array(32)) })).toBe('COMMITMENT_MISMATCH');
    expect(await signed({ pn: base64url(new Uint8Array(16)) })).toBe('PAYLOAD_MISMATCH');
    expect(await signed({ root: base64url(new Uint8Array(32)) })).toBe('TREE_INVALID');
    expect(await signed({ salt: base64url(new Uint8Array(32)) })).toBe('PAYLOAD_MISMATCH');
    expect(await signed({ size: 149_999 })).toBe('PAYLOAD_INVALID');
    expect(await signed({ size: 2 ** 52 })).toBe('PAYLOAD_INVALID');
    expect(await signed({ mode: 'pq' })).toBe('MIXED_MODE');
    expect(await signed({ stz: inside.claims.stz.slice(1) })).toBe('RECIPIENTS_MISMATCH');
    const recovery = { set: base64url(new Uint8Array(16)), k: 1, n: 1, seats: [base64url(new Uint8Array(32))] };
    expect(await signed({ recovery })).toBe('MANIFEST_INVALID');
  });

  it('who lists somebody as somebody else', async () => {
    const [a, b, c] = inside.claims.stz as [never, never, never];
    const bob = { ...(b as object), thumbprint: recipientThumbprint(w.mallory.entry.recipient) };
    expect(await signed({ stz: [a, bob, c] })).toBe('RECIPIENTS_MISMATCH');
    const twice = { ...(a as object), thumbprint: recipientThumbprint(w.bob.entry.recipient) };
    expect(await signed({ stz: [twice, b, c] })).toBe('RECIPIENTS_MISMATCH');
    expect(await signed({ stz: [a, b, c, a] })).toBe('RECIPIENTS_MISMATCH');
    for (const role of ['link', 'recovery'])
      expect(await signed({ stz: [{ ...(a as object), role }, b, c] })).toBe('RECIPIENTS_MISMATCH');

    const link = { id: 'link-1', key: new Uint8Array(32) };
    const guardians = { seats: w.guardians.map(({ entry }) => entry), threshold: 2 };
    const full = await openUp((await seal(content(10), { ...w.sealing, link, guardians })).bytes, w.bob.identity);
    for (const change of [{ role: 'member' }, { thumbprint: 'link-2' }, { role: 'recovery' }]) {
      for (const which of [3, 4]) {
        const stz = full.claims.stz.map((line, i) => (i === which ? { ...line, ...change } : line));
        const right = which === 3 && Object.values(change)[0] === 'recovery';
        const stanzas = await withClaims(full, w.alice.keys, { stz });
        expect(await opened(rebuild(full, { stanzas }))).toBe(right ? 'accepted' : 'RECIPIENTS_MISMATCH');
      }
    }
    const unknown = encodeStanza('example.com/x', ['y'], new Uint8Array(32));
    const manifest = await withClaims(inside, w.alice.keys, {
      stz: [...inside.claims.stz, signedLine(unknown, 'somebody')],
    });
    expect(await opened(rebuild(inside, { stanzas: [...manifest, unknown] }))).toBe('RECIPIENTS_MISMATCH');
  });

  it('whose manifest has an unknown, missing or mistyped member', async () => {
    const wrong = [
      { extra: 1 },
      { v: 1 },
      { id: 'short' },
      { iat: -1 },
      { iat: '1' },
      { case: '' },
      { case: 'x'.repeat(257) },
      { labels: [] },
      { labels: 'text' },
      { mediaType: 'IMAGE/JPEG' },
      { mediaType: 'image/jpeg; charset=x' },
      { chunk: 4096 },
      { mode: 'both' },
      { stz: [] },
      { stz: [{ ...inside.claims.stz[0], extra: true }] },
      { stz: [{ ...inside.claims.stz[0], role: 'owner' }] },
      { iss: { ...inside.claims.iss, name: 'x' } },
      { clinical: 'text' },
      { originRoot: 'AAAA' },
      { root: `${inside.claims.root.slice(0, -1)}B` },
      { kc: undefined },
      { salt: undefined },
      { recovery: { set: 'x', k: 1, n: 1, seats: [] } },
    ];
    for (const change of wrong) expect([change, await signed(change)]).toEqual([change, 'MANIFEST_INVALID']);
  });

  it('whose manifest is not in canonical form', async () => {
    const { signerOf } = await import('../src/keys/signing-key.js');
    const signer = await signerOf(w.alice.keys);
    const header = inside.jws.split('.')[0]!;
    const text = atobUrl(inside.jws.split('.')[1]!);
    const sign = async (protectedHeader: string, payload: string) => {
      const input = `${protectedHeader}.${base64url(utf8(payload))}`;
      const jws = `${input}.${base64url(new Uint8Array(await signer.sign(utf8(input))))}`;
      return opened(rebuild(inside, { stanzas: await withJws(inside, jws) }));
    };
    expect(await sign(header, text)).toBe('accepted');
    expect(await sign(header, ` ${text}`)).toBe('MANIFEST_INVALID');
    expect(await sign(header, text.replace('"v":0', '"v":0.0'))).toBe('MANIFEST_INVALID');
    expect(await sign(header, text.replace('"case":"case-1"', '"case":"case-1","case":"case-1"'))).toBe(
      'MANIFEST_INVALID',
    );
    expect(await sign(header, text.replace('case-1', 'case\\u002d1'))).toBe('MANIFEST_INVALID');
    expect(await sign(header, '['.repeat(40_000))).toBe('MANIFEST_INVALID');
    for (const other of [
      '{"alg":"none"}',
      '{"typ":"wardseal-manifest-v0","alg":"Ed25519"}',
      '{"alg":"EdDSA","typ":"wardseal-manifest-v0"}',
    ])
      expect(await sign(base64url(utf8(other)), text)).toBe('MANIFEST_INVALID');
    for (const jws of [inside.jws.slice(0, -4), `${inside.jws}.x`, `${inside.jws}=`, 'text', '']) {
      const stanzas = await withJws(inside, jws);
      expect(await opened(rebuild(inside, { stanzas }))).toBe('MANIFEST_INVALID');
    }
  });

  it('whose file lists a recipient of the weaker kind under a post-quantum mode', async () => {
    const pq = await world('pq');
    const strong = await openUp((await seal(content(10), pq.sealing)).bytes, pq.bob.identity);
    const weak = await wrapForRecipient(parseRecipient(w.mallory.entry.recipient), strong.fileKey);
    const stz = [...strong.claims.stz, signedLine(weak, recipientThumbprint(w.mallory.entry.recipient))];
    const manifest = (await withClaims(strong, pq.alice.keys, { stz })).at(-1)!;
    const stanzas = [...strong.stanzas.filter(({ type }) => type !== STANZA.manifest), weak, manifest];
    expect(await codeOf(() => open(rebuild(strong, { stanzas }), pq.opening))).toBe('MIXED_MODE');
  });
});

describe('who the sender is', () => {
  const as = (change: object, options: object = {}) =>
    opened(file, { resolveSender: () => ({ ...w.alice.entry, ...change }), ...options });

  it('must be known, with this key', async () => {
    expect(await as({})).toBe('accepted');
    expect(await opened(file, { resolveSender: () => null })).toBe('SENDER_UNKNOWN');
    expect(await as({ person: 'bob' })).toBe('SENDER_UNKNOWN');
    expect(await as({ organisation: 'other-trust' })).toBe('SENDER_UNKNOWN');
    expect(await as({ signingKey: w.bob.entry.signingKey })).toBe('SENDER_UNKNOWN');
    expect(await as({ signingKey: 'x' })).toBe('KEY_INVALID');
    expect(await as({ validTo: undefined })).toMatch(/^TypeError/);
    expect(await opened(file, { resolveSender: undefined })).toMatch(/^TypeError/);
  });

  it('must have been valid when the file was sent', async () => {
    expect(await as({ validTo: NOW })).toBe('SENDER_EXPIRED');
    expect(await as({ validFrom: NOW + 1 })).toBe('SENDER_EXPIRED');
    expect(await as({}, { sentAt: NOW + 5000 })).toBe('SENDER_EXPIRED');
    expect(await as({ revokedAt: NOW + 10 }, { sentAt: NOW + 9 })).toBe('accepted');
    expect(await as({ revokedAt: NOW + 10 }, { sentAt: NOW + 10 })).toBe('SENDER_REVOKED');
    // a thief dates what he signs before the revocation
    expect(await as({ revokedAt: NOW + 10 })).toBe('SENDER_REVOKED');
    // nor does a time that is none speak for him, as a database's null
    for (const sentAt of [null, '', String(NOW), NaN, NOW + 0.5, -1, [NOW], new Date(NOW * 1000)])
      expect(await as({ revokedAt: NOW + 10 }, { sentAt })).toMatch(/^RangeError/);
  });

  it('must have signed the labels that were shown', async () => {
    expect(await opened(file, { expectLabels: { identifiable: true, kind: 'photo' } })).toBe('accepted');
    expect(await opened(file, { expectLabels: { kind: 'photo' } })).toBe('LABELS_MISMATCH');
    expect(await opened(file, { expectLabels: { kind: 'photo', identifiable: false } })).toBe('LABELS_MISMATCH');
  });
});

describe('input that is too much', () => {
  const VERSION = 'age-encryption.org/v1\n';

  it('of stanzas', async () => {
    const stanza =
      '-> X25519 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n';
    expect(await opened(utf8(VERSION + stanza.repeat(10_000)))).toBe('LIMIT');
  });

  it('of one stanza that never ends', async () => {
    const line = `${'A'.repeat(64)}\n`;
    const endless = utf8(`${VERSION}-> x\n${line.repeat(Math.ceil(limits.MAX_HEADER_BYTES / 65) + 10)}`);
    expect(await opened(endless)).toBe('LIMIT');
    expect(await opened(utf8(`${VERSION}-> ${'x'.repeat(5000)}\n`))).toBe('HEADER_INVALID');
    expect(await opened(concat(utf8(VERSION), new Uint8Array(3_000_000)))).toBe('HEADER_INVALID');
  });

  it('of identities', async () => {
    expect(await opened(file, { identities: Array<string>(17).fill(w.bob.identity) })).toBe('LIMIT');
  });

  it('of work for a passphrase', async () => {
    const stanza = (work: string) =>
      `-> scrypt AAAAAAAAAAAAAAAAAAAAAA ${work}\n${'A'.repeat(43)}\n--- ${'A'.repeat(43)}\n`;
    for (const work of ['19', '99', '9999999999999'])
      expect(await opened(utf8(VERSION + stanza(work)), { passphrase: 'x' })).toBe('LIMIT');
  });

  it('or of the wrong kind', async () => {
    for (const bytes of [
      new Uint8Array(0),
      utf8('hello'),
      utf8(VERSION),
      utf8('age-encryption.org/v2\n'),
      new Uint8Array(100),
    ])
      expect(await opened(bytes)).toBe('HEADER_INVALID');
    expect(await codeOf(() => open('text' as never, w.opening))).toMatch(/^TypeError/);
    expect(await codeOf(() => open(null as never, w.opening))).toMatch(/^TypeError/);
    expect(await opened(file, { identities: [] })).toMatch(/^TypeError/);
    expect(await opened(file, { identities: ['AGE-SECRET-KEY-1X'] })).toBe('KEY_INVALID');
    expect(await opened(file, { identities: [w.bob.identity.toLowerCase()] })).toBe('KEY_INVALID');
  });
});

describe('a header that is not spelt the one way', () => {
  it.each([
    [
      'a body with spare bits',
      (text: string) => text.replace(/\n([A-Za-z0-9+/]{42})[A-Za-z0-9+/]\n/, (_, body: string) => `\n${body}B\n`),
    ],
    ['padding', (text: string) => text.replace(/\n([A-Za-z0-9+/]{43})\n/, '\n$1=\n')],
    ['base64url', (text: string) => text.replace(/\n([A-Za-z0-9+/]{42})[A-Za-z0-9+/]\n/, '\n$1_\n')],
    ['a carriage return', (text: string) => text.replace('\n', '\r\n')],
    ['two blanks', (text: string) => text.replace('-> X25519 ', '-> X25519  ')],
    ['an empty last line where none belongs', (text: string) => text.replace(/\n([A-Za-z0-9+/]{43})\n/, '\n$1\n\n')],
    ['a longer share', (text: string) => text.replace(/(-> X25519 [A-Za-z0-9+/]{42})[A-Za-z0-9+/]/, '$1AAA')],
    ['one more argument', (text: string) => text.replace(/(-> X25519 [A-Za-z0-9+/]{43})/, '$1 x')],
    ['a blank before the end of the MAC', (text: string) => text.replace(/\n$/, ' \n')],
  ])('%s', async (_, change) => {
    const text = new TextDecoder('latin1').decode(file.subarray(0, file.length - inside.payload.length));
    expect(change(text)).not.toBe(text);
    expect(await opened(concat(utf8(change(text)), inside.payload))).toBe('HEADER_INVALID');
  });
});
