import { aeadSeal, base64raw, base64url, concat, fromUtf8, hkdfSha256 } from '@wardseal/primitives';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeHeader, encodeStanza, type Stanza, stanzaDigest } from '../src/header.js';
import {
  type AuthorizeGrant,
  addRecipients,
  type ChangeOptions,
  listRecipients,
  type OpenOptions,
  open,
  recipientThumbprint,
  rewrapWithout,
  rotate,
  type SealedFile,
  seal,
} from '../src/index.js';
import { openInner } from '../src/inner.js';
import { parseRecipient } from '../src/keys/recipient.js';
import { INFO, STANZA, ZERO_NONCE } from '../src/names.js';
import { wrapForLink } from '../src/stanza/link.js';
import { wrapForRecipient } from '../src/stanza/native.js';
import {
  grantsOf,
  type Inside,
  openUp,
  rebuild,
  sealGrant,
  signedLine,
  withClaims,
  withGrant,
  withJws,
  withTree,
} from './craft.js';
import { codeOf, content, NOW, type Person, person, type World, world } from './world.js';

// Changes of recipients as somebody makes them who holds the file key, or an old header, and writes everything by hand.

let w: World;
let carol: Person;
let acting: ChangeOptions;
let file: SealedFile;
let first: Uint8Array<ArrayBuffer>;
let second: Uint8Array<ArrayBuffer>;
/** What Bob holds of the file with no, one (Carol) and two (Mallory) additions. */
let bare: Inside;
let one: Inside;
let two: Inside;

const byCustodian: AuthorizeGrant = ({ by }) => by.roles?.includes('custodian') === true;
const anybody: AuthorizeGrant = () => true;
const named = (of: Person) => recipientThumbprint(of.entry.recipient);

beforeAll(async () => {
  carol = await person('carol', 'classic');
  w = await world('classic', [carol]);
  acting = {
    actor: { identities: [w.custodian.identity], sender: { keys: w.custodian.keys, entry: w.custodian.entry } },
    directory: w.directory,
    reason: 'on call',
    resolveSender: w.directory.resolveSender,
    authorizeGrant: byCustodian,
    now: NOW,
  };
  file = await seal(content(100), w.sealing);
  const { header } = await addRecipients(file.header, [carol.entry], acting);
  first = concat(header, file.payload);
  second = concat((await addRecipients(header, [w.mallory.entry], acting)).header, file.payload);
  bare = await openUp(file.bytes, w.bob.identity);
  one = await openUp(first, w.bob.identity);
  two = await openUp(second, w.bob.identity);
});

const opened = (bytes: Uint8Array, more: Partial<OpenOptions> = {}) =>
  codeOf(() => open(bytes, { ...w.opening, authorizeGrant: byCustodian, ...more }));
const stanzasOf = async (inside: Inside, stanzas: readonly Stanza[] | Promise<readonly Stanza[]>, more = {}) =>
  opened(rebuild(inside, { stanzas: await stanzas }), more);

describe('a co-recipient who writes a grant', () => {
  it('in their own name is not authorised', async () => {
    const grant = await withGrant(bare, { by: w.bob, to: [w.mallory.entry] });
    expect(await stanzasOf(bare, grant)).toBe('GRANT_INVALID');
    expect(await stanzasOf(bare, grant, { authorizeGrant: undefined })).toBe('GRANT_INVALID');
    expect(await stanzasOf(bare, grant, { identities: [w.mallory.identity] })).toBe('GRANT_INVALID');
    // by hand it is a right one: where members may grant, it counts
    expect(await stanzasOf(bare, grant, { authorizeGrant: anybody })).toBe('accepted');
  });

  it("in the custodian's name lacks the custodian's signature", async () => {
    const by = { keys: w.bob.keys, entry: w.bob.entry };
    const claimed = { org: 'demo-trust', person: 'custodian', kid: w.custodian.keys.kid };
    for (const iss of [
      claimed,
      { ...claimed, kid: w.bob.keys.kid },
      { ...claimed, person: 'bob' },
      { ...claimed, person: 'nobody' },
      { ...claimed, org: 'other-trust' },
    ])
      expect(await stanzasOf(bare, withGrant(bare, { by, to: [w.mallory.entry], claims: { iss } }))).toBe(
        'GRANT_INVALID',
      );
  });

  it('of nonsense', async () => {
    const bodies = [new Uint8Array(0), new Uint8Array(80), bare.stanzas[0]!.body];
    for (const body of bodies)
      expect(
        await stanzasOf(bare, [...bare.stanzas, encodeStanza(STANZA.grant, ['v0', 'AAAAAAAAAAAAAAAAAAAAAA'], body)]),
      ).toBe('GRANT_INVALID');
    const right = (await withGrant(bare, { by: w.custodian, to: [carol.entry] })).at(-1)!;
    const as = (args: string[]) => [...bare.stanzas, encodeStanza(STANZA.grant, args, right.body)];
    expect(await stanzasOf(bare, as(['v1', right.args[1]!]))).toBe('UNSUPPORTED');
    expect(await stanzasOf(bare, as([]))).toBe('UNSUPPORTED');
    expect(await stanzasOf(bare, as(['v0']))).toBe('GRANT_INVALID');
    expect(await stanzasOf(bare, as(['v0', right.args[1]!, 'x']))).toBe('GRANT_INVALID');
    // a manifest is no grant, and the other way round
    const manifest = bare.stanzas.find(({ type }) => type === STANZA.manifest)!;
    const renamed = encodeStanza(STANZA.grant, manifest.args, manifest.body);
    expect(await stanzasOf(bare, [...bare.stanzas, renamed])).toBe('GRANT_INVALID');
  });

  it('that is longer than any grant', async () => {
    const claims = { reason: 'x'.repeat(70_000) };
    expect(await stanzasOf(bare, withGrant(bare, { by: w.custodian, to: [carol.entry], claims }))).toBe('LIMIT');
  });
});

describe('a granter with a right signature', () => {
  const granted = (claims: object, to = [carol.entry]) =>
    stanzasOf(bare, withGrant(bare, { by: w.custodian, to, claims }));

  it('whose grant has a missing, unknown or mistyped member', async () => {
    expect(await granted({})).toBe('accepted');
    const zero = base64url(new Uint8Array(32));
    const line = { thumbprint: zero, role: 'member', digest: zero };
    const out = { thumbprint: zero, at: 0, stanza: '-> x\n\n' };
    const wrong = [
      { extra: 1 },
      { v: 1 },
      { manifest: 'short' },
      { prev: 'short' },
      { epoch: 0 },
      { epoch: '1' },
      { iat: -1 },
      { iat: null },
      { reason: '' },
      { reason: 7 },
      { reason: undefined },
      { logEntry: '' },
      { kind: 'rotate' },
      { kind: 'remove' },
      { kind: 'release' },
      { added: [] },
      { added: 'text' },
      { added: [{ ...line, role: 'recovery' }] },
      { added: [{ ...line, role: 'link' }] },
      { added: [{ ...line, extra: 1 }] },
      { added: [{ ...line, person: '' }] },
      { added: [line, line], kind: 'release', logEntry: 'x' },
      { removed: [out] },
      { removed: [{ ...out, at: -1 }], added: [], kind: 'remove' },
      { removed: [{ ...out, at: 0.5 }], added: [], kind: 'remove' },
      { removed: [{ ...out, stanza: 7 }], added: [], kind: 'remove' },
      { removed: [], added: [], kind: 'remove' },
      { iss: { org: 'demo-trust', person: 'custodian' } },
    ];
    for (const claims of wrong) expect([claims, await granted(claims)]).toEqual([claims, 'GRANT_INVALID']);
  });

  it('for another file, epoch or header', async () => {
    const other = await openUp((await seal(content(100), w.sealing)).bytes, w.bob.identity);
    expect(await granted({ manifest: other.claims.id })).toBe('GRANT_INVALID');
    for (const epoch of [2, 3, 2 ** 50]) expect(await granted({ epoch })).toBe('GRANT_INVALID');
    const { prev } = (await grantsOf(two))[1]!;
    expect(await granted({ prev })).toBe('GRANT_INVALID');
    // the very stanzas of another file's grant, and its words sealed again
    const granting = await withGrant(other, { by: w.custodian, to: [carol.entry] });
    expect(await stanzasOf(bare, [...bare.stanzas, ...granting.slice(-2)])).toBe('GRANT_INVALID');
    const claims = (await grantsOf({ ...other, stanzas: granting }))[0]!;
    const again = await sealGrant(bare, w.custodian.keys, claims);
    expect(await stanzasOf(bare, [...bare.stanzas, granting.at(-2)!, again])).toBe('GRANT_INVALID');
  });

  it('who lets in somebody twice, or whoever is there', async () => {
    expect(await granted({}, [w.bob.entry])).toBe('GRANT_INVALID');
    expect(await granted({}, [carol.entry, carol.entry])).toBe('GRANT_INVALID');
    expect(await stanzasOf(one, withGrant(one, { by: w.custodian, to: [carol.entry] }))).toBe('GRANT_INVALID');
  });

  it('who names somebody else than the stanza is for', async () => {
    const right = await withGrant(bare, { by: w.custodian, to: [carol.entry] });
    const [line] = (await grantsOf({ ...bare, stanzas: right }))[0]!.added;
    const added = [{ ...line, thumbprint: named(w.mallory) }];
    const changed = await withGrant(bare, { by: w.custodian, to: [carol.entry], claims: { added } });
    // the digest is of another wrapping
    expect(await stanzasOf(bare, changed)).toBe('RECIPIENTS_MISMATCH');
    const grant = await sealGrant(bare, w.custodian.keys, {
      ...(await grantsOf({ ...bare, stanzas: right }))[0]!,
      added,
    });
    const lying = [...right.slice(0, -1), grant];
    expect(await stanzasOf(bare, lying, { identities: [carol.identity] })).toBe('RECIPIENTS_MISMATCH');
  });

  it('who adds a key of the other mode, or what is no recipient', async () => {
    const strong = await person('erin', 'pq');
    expect(await granted({}, [strong.entry])).toBe('MIXED_MODE');
    const pq = await world('pq');
    const inside = await openUp((await seal(content(1), pq.sealing)).bytes, pq.bob.identity);
    const weak = await withGrant(inside, { by: pq.custodian, to: [carol.entry] });
    const options = { ...pq.opening, authorizeGrant: anybody };
    expect(await codeOf(() => open(rebuild(inside, { stanzas: weak }), options))).toBe('MIXED_MODE');
    for (const stanza of [
      encodeStanza(STANZA.link, ['v0', 'link-9'], new Uint8Array(48)),
      encodeStanza('example.com/x', [], new Uint8Array(1)),
      bare.stanzas.find(({ type }) => type === STANZA.manifest)!,
    ]) {
      const added = [{ thumbprint: named(carol), role: 'member', digest: base64url(stanzaDigest(stanza)) }];
      const grant = (await withGrant(bare, { by: w.custodian, to: [carol.entry], claims: { added } })).at(-1)!;
      const code = stanza.type === STANZA.manifest ? 'MANIFEST_INVALID' : 'GRANT_INVALID';
      expect(await stanzasOf(bare, [...bare.stanzas, stanza, grant])).toBe(code);
    }
  });

  it('who removes somebody who is not there, another, or what is no recipient', async () => {
    const bob = { at: 1, thumbprint: named(w.bob) };
    const without = (claims: object, out: readonly { at: number; thumbprint: string }[] = [bob]) =>
      stanzasOf(bare, withGrant(bare, { by: w.custodian, out, claims }), { identities: [w.alice.identity] });
    expect(await without({})).toBe('accepted');
    expect(await without({}, [{ ...bob, thumbprint: named(w.alice) }])).toBe('GRANT_INVALID');
    expect(await without({}, [{ ...bob, thumbprint: named(carol) }])).toBe('GRANT_INVALID');
    const removed = [{ ...bob, stanza: fromUtf8(bare.stanzas[1]!.raw)! }];
    for (const at of [0, 2, 4])
      expect(await without({ removed: [{ ...removed[0]!, at }] })).toMatch(/^(GRANT_INVALID|RECIPIENTS_MISMATCH)$/);
    expect(await without({ removed: [{ ...removed[0]!, at: 99 }] })).toBe('GRANT_INVALID');
    expect(await without({ removed: [removed[0], removed[0]] })).toBe('GRANT_INVALID');
    const manifest = bare.stanzas.findIndex(({ type }) => type === STANZA.manifest);
    expect(await without({}, [{ at: manifest, thumbprint: named(w.bob) }])).toBe('UNSIGNED');
    for (const stanza of [
      'text',
      fromUtf8(bare.stanzas[manifest]!.raw)!,
      '-> x',
      '-> x\n\n-> y\n\n',
      '-> x\n\n--- A\n',
      `${removed[0]!.stanza} `,
      '-> \u00e9\n\n',
      '-> x\r\n\n',
    ])
      expect([stanza, await without({ removed: [{ ...removed[0]!, stanza }] })]).toEqual([stanza, 'GRANT_INVALID']);
    // somebody else's stanza in the place of Bob's would rebuild another first header
    const other = await wrapForRecipient(parseRecipient(w.bob.entry.recipient), bare.fileKey);
    expect(await without({ removed: [{ ...removed[0]!, stanza: fromUtf8(other.raw)! }] })).toBe('RECIPIENTS_MISMATCH');
  });
});

describe('the custodian', () => {
  it('cannot leave nobody, not even on the way to another list', async () => {
    const everybody = [w.alice, w.bob, w.custodian].map((one, at) => ({ at, thumbprint: named(one) }));
    const none = await withGrant(bare, { by: w.custodian, out: everybody });
    const again = await withGrant({ ...bare, stanzas: none }, { by: w.custodian, to: [w.bob.entry] });
    expect(await stanzasOf(bare, again)).toBe('GRANT_INVALID');
    const some = await withGrant(bare, { by: w.custodian, out: everybody.slice(1) });
    const back = await withGrant({ ...bare, stanzas: some }, { by: w.custodian, to: [w.bob.entry] });
    expect(await stanzasOf(bare, back)).toBe('accepted');
  });
});

describe('somebody with the file key who edits a chain', () => {
  const grantOf = (inside: Inside) => inside.stanzas.filter(({ type }) => type === STANZA.grant);

  it('cannot drop, reorder, repeat or move a grant', async () => {
    const [g1, g2] = grantOf(two) as [Stanza, Stanza];
    const base = bare.stanzas;
    const forCarol = one.stanzas.at(-2)!;
    const forMallory = two.stanzas.at(-2)!;
    expect(await stanzasOf(two, [...base, forCarol, g1, forMallory, g2])).toBe('accepted');
    const edited: [string, Stanza[]][] = [
      ['GRANT_INVALID', [...base, forMallory, g2]], // the middle dropped
      ['RECIPIENTS_MISMATCH', [...base, forCarol, forMallory, g2]], // its grant alone dropped
      ['RECIPIENTS_MISMATCH', [...base, g1, forMallory, g2]], // its stanza alone dropped
      ['GRANT_INVALID', [...base, forMallory, g2, forCarol, g1]],
      ['RECIPIENTS_MISMATCH', [...base, forCarol, forMallory, g1, g2]],
      ['RECIPIENTS_MISMATCH', [...base, forCarol, forMallory, g2, g1]],
      ['RECIPIENTS_MISMATCH', [...base, forCarol, g1, g1, forMallory, g2]],
      ['GRANT_INVALID', [...base, forCarol, g1, forCarol, g1]],
      ['RECIPIENTS_MISMATCH', [...base, forCarol, g1, forMallory, g2, forMallory]],
      ['RECIPIENTS_MISMATCH', [forCarol, g1, ...base]],
      ['RECIPIENTS_MISMATCH', [...base, forCarol, g1, forMallory]],
      ['RECIPIENTS_MISMATCH', [forCarol, ...base, g1]],
    ];
    for (const [i, [code, stanzas]] of edited.entries()) expect([i, await stanzasOf(two, stanzas)]).toEqual([i, code]);
    // an older header as it was is right, but not for who has seen the newer
    expect(await opened(first)).toBe('accepted');
    expect(await opened(first, { notBelowEpoch: 2 })).toBe('ROLLBACK');
    expect(await opened(file.bytes, { notBelowEpoch: 1 })).toBe('ROLLBACK');
  });

  it('cannot slip a stanza in anywhere', async () => {
    const mallory = await wrapForRecipient(parseRecipient(w.mallory.entry.recipient), one.fileKey);
    for (let at = 0; at <= one.stanzas.length; at++) {
      const stanzas = [...one.stanzas.slice(0, at), mallory, ...one.stanzas.slice(at)];
      expect([at, await stanzasOf(one, stanzas)]).toEqual([at, 'RECIPIENTS_MISMATCH']);
      expect(await stanzasOf(one, stanzas, { identities: [w.mallory.identity] })).toBe('RECIPIENTS_MISMATCH');
    }
    for (let at = 0; at < one.stanzas.length; at++) {
      const less = one.stanzas.filter((_, i) => i !== at);
      expect(await stanzasOf(one, less, { identities: [w.bob.identity, w.alice.identity] })).not.toBe('accepted');
    }
  });

  it('cannot bring back who was removed', async () => {
    const removed = await rewrapWithout(file.header, [named(w.bob)], acting);
    const inside = await openUp(concat(removed.header, file.payload), w.alice.identity);
    const his = bare.stanzas[1]!;
    const grant = inside.stanzas.at(-1)!;
    const without = inside.stanzas.slice(0, -1);
    expect(await stanzasOf(inside, [without[0]!, his, ...without.slice(1), grant])).toBe('RECIPIENTS_MISMATCH');
    expect(await stanzasOf(inside, [...inside.stanzas, his])).toBe('RECIPIENTS_MISMATCH');
    const again = await withGrant(inside, { by: w.bob, to: [w.bob.entry] });
    expect(await stanzasOf(inside, again)).toBe('GRANT_INVALID');
    // without the removal it is the first header again: that needs the reader's memory
    expect(await stanzasOf(inside, bare.stanzas)).toBe('accepted');
    expect(await stanzasOf(inside, bare.stanzas, { notBelowEpoch: 1 })).toBe('ROLLBACK');
    // and a change after the removal cannot stand without it
    const after = await addRecipients(removed.header, [carol.entry], {
      ...acting,
      actor: { ...acting.actor, identities: [w.custodian.identity] },
    });
    const later = await openUp(concat(after.header, file.payload), w.alice.identity);
    expect(await stanzasOf(later, [...bare.stanzas, ...later.stanzas.slice(-2)])).toBe('GRANT_INVALID');
  });

  it('cannot make the verbs continue what they wrote', async () => {
    const big = await seal(content(70_000), w.sealing);
    const inside = await openUp(big.bytes, w.bob.identity);
    const felled = encodeHeader(inside.fileKey, await withTree(inside, new Uint8Array(64)));
    expect(await codeOf(() => addRecipients(felled, [carol.entry], acting))).toBe('TREE_INVALID');
    expect(await codeOf(() => listRecipients(felled, w.opening))).toBe('TREE_INVALID');
    const grant = await withGrant(bare, { by: w.bob, to: [w.mallory.entry] });
    const forged = encodeHeader(bare.fileKey, grant);
    expect(await codeOf(() => addRecipients(forged, [carol.entry], acting))).toBe('GRANT_INVALID');
    expect(await codeOf(() => rewrapWithout(forged, [named(w.mallory)], acting))).toBe('GRANT_INVALID');
    const o = { ...acting, recipients: [w.alice.entry] };
    expect(await codeOf(() => rotate(concat(forged, file.payload), o))).toBe('GRANT_INVALID');
  });
});

it('only a rotated manifest may be longer than 64 KiB', async () => {
  const stz = Array.from({ length: 500 }, () => bare.claims.stz[0]!);
  expect(await stanzasOf(bare, withClaims(bare, w.alice.keys, { stz }))).toBe('LIMIT');
});

describe('a rotated file', () => {
  let rotated: SealedFile;
  let inside: Inside;
  beforeAll(async () => {
    const o = { ...acting, recipients: [w.alice.entry, w.bob.entry], custodian: w.custodian.entry };
    rotated = await rotate(first, o);
    inside = await openUp(rotated.bytes, w.bob.identity);
  });
  const signed = async (change: object, by: Person = w.custodian, more = {}) =>
    stanzasOf(inside, withClaims(inside, by.keys, change), more);

  it('keeps what the first sender signed', async () => {
    expect(await signed({})).toBe('accepted');
    const zero = base64url(new Uint8Array(32));
    for (const change of [
      { id: base64url(new Uint8Array(16)) },
      { root: zero },
      { salt: zero },
      { size: 99 },
      { mediaType: 'image/png' },
      { case: 'case-2' },
      { labels: { kind: 'video' } },
      { clinical: { site: 'right forearm' } },
      { clinical: undefined },
      { originRoot: zero },
    ])
      expect([change, await signed(change)]).toEqual([change, 'MANIFEST_INVALID']);
  });

  it('has all parts of a rotation or none', async () => {
    for (const change of [
      { origin: undefined },
      { epoch: undefined },
      { prev: undefined },
      { reason: undefined },
      { origin: undefined, epoch: undefined, prev: undefined },
      { epoch: 0 },
      { prev: 'short' },
      { origin: 'text' },
      { origin: inside.claims.origin!.slice(0, -4) },
      { origin: inside.jws }, // one inside another
      { logEntry: '' },
    ])
      expect([change, await signed(change)]).toEqual([change, 'MANIFEST_INVALID']);
    const { origin: _, epoch: __, prev: ___, reason: ____, ...plain } = inside.claims;
    const claims = { ...plain, logEntry: 'log-1' };
    const stanzas = await withClaims({ ...inside, claims } as Inside, w.custodian.keys, {});
    expect(await stanzasOf(inside, stanzas)).toBe('MANIFEST_INVALID');
  });

  it("is not the actor's own work, nor anybody's without authority", async () => {
    const iss = { ...inside.claims.iss, person: 'bob', kid: w.bob.keys.kid };
    expect(await signed({ iss }, w.bob)).toBe('GRANT_INVALID');
    expect(await signed({}, w.bob)).toBe('SIGNATURE_INVALID');
    // the words of another sender, or Alice's changed, do not pass for the origin
    const other = await openUp(
      (await seal(content(100), { ...w.sealing, sender: { keys: w.bob.keys, entry: w.bob.entry } })).bytes,
      w.alice.identity,
    );
    expect(await signed({ origin: other.jws })).toBe('MANIFEST_INVALID');
    const [head, body] = inside.claims.origin!.split('.');
    const forged = await withClaims(bare, w.bob.keys, {});
    const jws = (await openUp(rebuild(bare, { stanzas: forged }), w.bob.identity)).jws;
    expect(await signed({ origin: jws })).toBe('SIGNATURE_INVALID');
    expect(await signed({ origin: `${head}.${body}.${base64url(new Uint8Array(64))}` })).toBe('SIGNATURE_INVALID');
    expect(await signed({}, w.custodian, { authorizeGrant: ({ kind }: { kind: string }) => kind !== 'rotate' })).toBe(
      'GRANT_INVALID',
    );
  });

  it('does not take grants of before, nor the first manifest', async () => {
    const old = one.stanzas.at(-1)!;
    expect(await stanzasOf(inside, [...inside.stanzas, one.stanzas.at(-2)!, old])).toBe('GRANT_INVALID');
    const [claims] = await grantsOf(one);
    const again = await sealGrant(inside, w.custodian.keys, claims!);
    const forCarol = one.stanzas.at(-2)!;
    expect(await stanzasOf(inside, [...inside.stanzas, forCarol, again])).toBe('GRANT_INVALID');
    expect(await stanzasOf(inside, withJws(inside, inside.claims.origin!))).toBe('COMMITMENT_MISMATCH');
    expect(await stanzasOf(inside, withGrant(inside, { by: w.custodian, to: [carol.entry] }))).toBe('accepted');
    expect(
      await stanzasOf(inside, withGrant(inside, { by: w.custodian, to: [carol.entry], claims: { epoch: 1 } })),
    ).toBe('GRANT_INVALID');
  });

  it('is refused where a newer header was seen, and shows its epoch to who compares', async () => {
    expect(await opened(rotated.bytes, { notBelowEpoch: 2 })).toBe('accepted');
    expect(await opened(rotated.bytes, { notBelowEpoch: 3 })).toBe('ROLLBACK');
    expect(await opened(second, { notBelowEpoch: 3 })).toBe('ROLLBACK');
  });

  it('never became weaker', async () => {
    const pq = await world('pq');
    const strong = await openUp((await seal(content(100), pq.sealing)).bytes, pq.bob.identity);
    const weak = await openUp((await seal(content(100), w.sealing)).bytes, w.bob.identity);
    const { id, salt, root } = strong.claims;
    const change = { id, salt, root, origin: strong.jws, epoch: 1, prev: root, reason: 'x' };
    const stanzas = await withClaims(weak, w.alice.keys, change);
    const resolveSender: OpenOptions['resolveSender'] = (iss) =>
      iss.kid === pq.alice.keys.kid ? pq.alice.entry : w.directory.resolveSender(iss);
    expect(await stanzasOf(weak, stanzas, { resolveSender, authorizeGrant: anybody })).toBe('MIXED_MODE');
  });
});

describe('one file, one header', () => {
  it('a statement sealed under another salt is refused', async () => {
    const big = await seal(content(70_000), w.sealing);
    const granted = await addRecipients(big.header, [carol.entry], acting);
    const [plain, changed] = await Promise.all(
      [big.header, granted.header].map((header) => openUp(concat(header, big.payload), w.bob.identity)),
    );
    for (const [part, code] of [
      ['manifest', 'MANIFEST_INVALID'],
      ['tree', 'TREE_INVALID'],
      ['grant', 'GRANT_INVALID'],
    ] as const) {
      // behind a change the chain of digests would break first
      const inside = part === 'grant' ? changed! : plain!;
      const old = inside.stanzas.find(({ type }) => type === STANZA[part])!;
      const words = await openInner(part, old, inside.fileKey, 1 << 20);
      const salt = new Uint8Array(16).fill(1);
      const body = await aeadSeal(hkdfSha256(inside.fileKey, salt, INFO[part], 32), ZERO_NONCE, words);
      const other = encodeStanza(STANZA[part], ['v0', base64raw(salt)], body);
      const stanzas = inside.stanzas.map((stanza) => (stanza === old ? other : stanza));
      expect([part, await stanzasOf(inside, stanzas)]).toEqual([part, code]);
    }
  });

  it('stanzas in another order are refused', async () => {
    const big = await openUp((await seal(content(70_000), w.sealing)).bytes, w.bob.identity);
    const native = big.stanzas.slice(0, -2);
    const [manifest, tree] = big.stanzas.slice(-2) as [Stanza, Stanza];
    expect(await stanzasOf(big, [...native, manifest, tree])).toBe('accepted');
    for (const stanzas of [
      [...native, tree, manifest],
      [manifest, ...native, tree],
      [manifest, tree, ...native],
      [native[0]!, manifest, ...native.slice(1), tree],
      [tree, ...native, manifest],
    ])
      expect(await stanzasOf(big, stanzas)).toBe('RECIPIENTS_MISMATCH');
  });

  it('a sender cannot sign another order, two links, or a file for nobody in person', async () => {
    const link = { id: 'link-1', key: new Uint8Array(32).fill(7) };
    const guardians = { seats: w.guardians.map(({ entry }) => entry), threshold: 2 };
    const full = await openUp((await seal(content(10), { ...w.sealing, link, guardians })).bytes, w.bob.identity);
    const [alice, bob, custodian, recovery, forLink] = full.stanzas as [Stanza, Stanza, Stanza, Stanza, Stanza];
    const second = await wrapForLink({ ...link, id: 'link-2' }, full.fileKey);
    const lines = new Map(full.claims.stz.map((line, i) => [full.stanzas[i]!, line]));
    lines.set(second, { ...signedLine(second, 'link-2'), role: 'link' });
    const signed = async (wrapping: readonly Stanza[]) => {
      const stz = wrapping.map((stanza) => lines.get(stanza)!);
      const rest = (await withClaims(full, w.alice.keys, { stz })).filter(({ type }) => type === STANZA.manifest);
      return opened(rebuild(full, { stanzas: [...wrapping, ...rest] }), { link: { ...link } });
    };
    expect(await signed([alice, bob, custodian, recovery, forLink])).toBe('accepted');
    expect(await signed([bob, alice, custodian, recovery, forLink])).toBe('accepted'); // signed so, in place of the first
    for (const wrapping of [
      [recovery, alice, bob, custodian, forLink],
      [alice, bob, custodian, forLink, recovery],
      [forLink, alice, bob, custodian, recovery],
      [alice, bob, recovery, custodian, forLink],
      [alice, bob, custodian, recovery, forLink, second],
      [recovery, forLink],
    ])
      expect(await signed(wrapping)).toBe('RECIPIENTS_MISMATCH');
  });

  it('the same statement sealed again is the same header', async () => {
    const again = rebuild(bare, { stanzas: await withJws(bare, bare.jws) });
    expect(again).toEqual(file.bytes);
  });
});

it('errors about changes carry neither key, name nor reason', async () => {
  const people = [w.alice, w.bob, w.custodian, w.mallory, carol];
  const secrets = people.flatMap((of) => [of.entry.recipient, of.keys.kid, of.identity, named(of)]);
  const forged = rebuild(bare, { stanzas: await withGrant(bare, { by: w.bob, to: [w.mallory.entry] }) });
  const options = { ...w.opening, authorizeGrant: byCustodian };
  const attempts: (() => Promise<unknown>)[] = [
    () => open(forged, options),
    () => open(first, { ...options, authorizeGrant: () => false }),
    () => open(file.bytes, { ...options, notBelowEpoch: 3 }),
    () => open(first, { ...options, identities: [w.mallory.identity] }),
    () => addRecipients(file.header, [{ ...carol.entry, teams: ['x'] }], acting),
    () => addRecipients(file.header, [w.custodian.entry], acting),
    () => addRecipients(file.header, [carol.entry], { ...acting, reason: '' }),
    () => rewrapWithout(file.header, [named(carol)], acting),
    () => rotate(first, { ...acting, recipients: [w.alice.entry], mode: 'pq' }),
  ];
  for (const attempt of attempts) {
    const error = await attempt().catch((reason: unknown) => reason as Error);
    if (!(error instanceof Error)) throw new Error('was accepted');
    const told = `${error.message} ${JSON.stringify(error)} ${String(error.cause)}`;
    for (const secret of [...secrets, 'alice', 'bob', 'mallory', 'carol', 'by hand', 'on call'])
      expect(told).not.toContain(secret);
    expect(error.message).toMatch(/^[a-z`].*[^.]$/);
  }
});
