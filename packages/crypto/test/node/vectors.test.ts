import {
  aeadSeal,
  base64,
  base64raw,
  base64url,
  concat,
  fromBase64,
  hex,
  hkdfSha256,
  sha256,
  utf8,
} from '@wardseal/primitives';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeStanza, type Stanza } from '../../src/header.js';
import {
  addRecipients,
  type ChangeOptions,
  open,
  recipientThumbprint,
  release,
  rewrapWithout,
  rotate,
  type SealedFile,
  seal,
} from '../../src/index.js';
import { parseRecipient } from '../../src/keys/recipient.js';
import { INFO, STANZA, ZERO_NONCE } from '../../src/names.js';
import { wrapForLink } from '../../src/stanza/link.js';
import { wrapForRecipient } from '../../src/stanza/native.js';
import { forceBackend } from '../../src/testing.js';
import { openUp, otherContent, rebuild, signedLine, withClaims, withGrant, withJws, withTree } from '../craft.js';
import { codeOf, content, NOW, type World, world } from '../world.js';
import { fromSeed, linear, onDisk } from './vector-file.js';

// vectors/sealed-file.json is made here, from a fixed seed on the plain-JavaScript back end. With WRITE_VECTORS=1 the file
// is written anew; otherwise it must be what this code makes, and every case must come out as it says.

interface Case {
  readonly name: string;
  readonly mode: 'pq' | 'classic';
  /** Base64 of the file, or `of` another case with some bytes set, inserted or cut off. */
  readonly file?: string;
  readonly of?: string;
  readonly set?: readonly (readonly [number, number])[];
  readonly cut?: number;
  /** `ok`, or the code it must be refused with. */
  readonly expect: string;
  readonly plaintextSha256?: string;
  readonly manifestId?: string;
  readonly epoch?: number;
  readonly notBelowEpoch?: number;
  readonly expectLabels?: object;
}

interface Vectors {
  readonly format: string;
  readonly about: string;
  readonly people: Record<string, { identity: string; recipient: string; signingKey: string; signingSecret: string }[]>;
  readonly directory: Record<string, unknown>;
  readonly cases: readonly Case[];
}

/** Changes of recipients: the custodian's are authorised, nobody else's. */
async function changes(cases: Case[], w: World, pq: World, small: SealedFile, strong: SealedFile): Promise<void> {
  const acting = (of: World): ChangeOptions => ({
    actor: { identities: [of.custodian.identity], sender: { keys: of.custodian.keys, entry: of.custodian.entry } },
    directory: of.directory,
    reason: 'on call',
    resolveSender: of.directory.resolveSender,
    authorizeGrant: () => true,
    now: NOW,
  });
  const o = acting(w);
  const logEntry = 'log-1';
  const mallory = recipientThumbprint(w.mallory.entry.recipient);
  const alice = recipientThumbprint(w.alice.entry.recipient);
  const manifestId = small.manifestId;
  const plaintextSha256 = hex(sha256(content(40)));
  const valid = (name: string, epoch: number, file: Uint8Array) =>
    cases.push({ name, mode: 'classic', expect: 'ok', plaintextSha256, manifestId, epoch, file: base64(file) });
  const bad = (name: string, code: string, file: Uint8Array, more: Partial<Case> = {}) =>
    cases.push({ name, mode: 'classic', expect: code, file: base64(file), ...more });

  const added = await addRecipients(small.header, [w.mallory.entry], o);
  const first = concat(added.header, small.payload);
  valid('recipient added', 1, first);
  const released = await release(added.header, w.guardians[0]!.entry, { ...o, logEntry });
  const second = concat(released.header, small.payload);
  valid('recipient added, another released', 2, second);
  const removed = await rewrapWithout(released.header, [alice, mallory], o);
  const third = concat(removed.header, small.payload);
  valid('a signed and a granted recipient taken out', 3, third);
  const turned = { ...o, recipients: [w.bob.entry], custodian: w.custodian.entry };
  const rotated = await rotate(third, { ...turned, logEntry });
  valid('rotated', 4, rotated.bytes);
  const again = await rotate(rotated.bytes, turned);
  const granted = await addRecipients(again.header, [w.alice.entry], o);
  valid('rotated twice, then a recipient added', 6, concat(granted.header, again.payload));
  const strongly = await addRecipients(strong.header, [pq.mallory.entry], acting(pq));
  const without = await rewrapWithout(strongly.header, ['link-1'], acting(pq));
  cases.push({
    name: 'post-quantum, recipient added and link taken out',
    mode: 'pq',
    expect: 'ok',
    plaintextSha256,
    manifestId: strong.manifestId,
    epoch: 2,
    file: base64(concat(without.header, strong.payload)),
  });

  bad('an older header than was seen', 'ROLLBACK', first, { notBelowEpoch: 2 });
  const bare = await openUp(small.bytes, w.bob.identity);
  const two = await openUp(second, w.bob.identity);
  const [toMallory, g1, toGuardian, g2] = two.stanzas.slice(-4) as [Stanza, Stanza, Stanza, Stanza];
  const edited = (name: string, code: string, ...stanzas: Stanza[]) =>
    bad(name, code, rebuild(two, { stanzas: [...bare.stanzas, ...stanzas] }));
  edited('first grant and its stanza dropped', 'GRANT_INVALID', toGuardian, g2);
  edited('first grant dropped, its stanza kept', 'RECIPIENTS_MISMATCH', toMallory, toGuardian, g2);
  edited('grants exchanged', 'GRANT_INVALID', toGuardian, g2, toMallory, g1);
  edited('grant twice', 'RECIPIENTS_MISMATCH', toMallory, g1, g1);
  edited('stanza behind the last grant', 'RECIPIENTS_MISMATCH', toMallory, g1, toGuardian);
  const three = await openUp(third, w.bob.identity);
  const back = [bare.stanzas[0]!, ...three.stanzas];
  bad('removed recipient put back', 'RECIPIENTS_MISMATCH', rebuild(three, { stanzas: back }));
  const hand = async (name: string, code: string, grant: Parameters<typeof withGrant>[1]) =>
    bad(name, code, rebuild(bare, { stanzas: await withGrant(bare, grant) }));
  const by = w.custodian;
  const to = [w.mallory.entry];
  const zero = base64url(new Uint8Array(32));
  await hand('granted by a member', 'GRANT_INVALID', { by: w.bob, to });
  const custodian = { org: by.entry.organisation, person: 'custodian', kid: by.keys.kid };
  await hand("granted in the custodian's name", 'GRANT_INVALID', { by: w.bob, to, claims: { iss: custodian } });
  await hand('grant of another manifest', 'GRANT_INVALID', {
    by,
    to,
    claims: { manifest: base64url(new Uint8Array(16)) },
  });
  await hand('grant of another header', 'GRANT_INVALID', { by, to, claims: { prev: zero } });
  await hand('grant of another epoch', 'GRANT_INVALID', { by, to, claims: { epoch: 2 } });
  await hand('granter dated after the entry ended', 'GRANT_INVALID', { by, to, claims: { iat: by.entry.validTo } });
  await hand('granted to somebody who is there', 'GRANT_INVALID', { by, to: [w.bob.entry] });
  await hand('granted to a key of another mode', 'MIXED_MODE', { by, to: [pq.mallory.entry] });
  await hand('grant of unknown kind', 'GRANT_INVALID', { by, to, claims: { kind: 'share' } });
  await hand('release without a log entry', 'GRANT_INVALID', { by, to, claims: { kind: 'release' } });
  await hand('removal under another name', 'GRANT_INVALID', { by, out: [{ at: 0, thumbprint: mallory }] });
  const turn = await openUp(rotated.bytes, w.bob.identity);
  const rotation = async (name: string, code: string, change: object, keys = by.keys) =>
    bad(name, code, rebuild(turn, { stanzas: await withClaims(turn, keys, change) }));
  const bob = { ...turn.claims.iss, person: 'bob', kid: w.bob.keys.kid };
  await rotation('rotated by a member', 'GRANT_INVALID', { iss: bob }, w.bob.keys);
  await rotation('rotation that changes the case', 'MANIFEST_INVALID', { case: 'case-2' });
  await rotation('rotation that changes the root', 'MANIFEST_INVALID', { root: zero });
  await rotation('rotation without its origin', 'MANIFEST_INVALID', { origin: undefined });
  await rotation('rotation inside a rotation', 'MANIFEST_INVALID', { origin: turn.jws });
  const forged = `${turn.claims.origin!.slice(0, -86)}${'A'.repeat(86)}`;
  await rotation('origin that the sender did not sign', 'SIGNATURE_INVALID', { origin: forged });
  const tree = await openUp((await seal(content(65_537), w.sealing)).bytes, w.bob.identity);
  const [manifest, leaves] = tree.stanzas.slice(-2) as [Stanza, Stanza];
  const swapped = [...tree.stanzas.slice(0, -2), leaves, manifest];
  bad('tree before the manifest', 'RECIPIENTS_MISMATCH', rebuild(tree, { stanzas: swapped }));
  const salt = new Uint8Array(16);
  const body = await aeadSeal(hkdfSha256(bare.fileKey, salt, INFO.manifest, 32), ZERO_NONCE, utf8(bare.jws));
  const salted = encodeStanza(STANZA.manifest, ['v0', base64raw(salt)], body);
  bad(
    'manifest under another salt',
    'MANIFEST_INVALID',
    rebuild(bare, { stanzas: bare.stanzas.map((stanza) => (stanza.type === STANZA.manifest ? salted : stanza)) }),
  );
}

async function make(): Promise<Vectors> {
  // One after the other: the order of draws is part of the seed.
  const pq = await world('pq');
  const w = await world('classic');
  const cases: Case[] = [];
  const valid = async (name: string, of: World, size: number, more: object = {}) => {
    const sealed = await seal(content(size), { ...of.sealing, ...more });
    const { mode, manifestId } = sealed;
    const plaintextSha256 = hex(sha256(content(size)));
    cases.push({ name, mode, expect: 'ok', plaintextSha256, manifestId, epoch: 0, file: base64(sealed.bytes) });
    return sealed;
  };
  const guardians = (of: World) => ({ guardians: { seats: of.guardians.map(({ entry }) => entry), threshold: 2 } });
  const link = { id: 'link-1', key: new Uint8Array(32).fill(7) };
  await valid('empty', w, 0);
  const small = await valid('small', w, 40);
  const two = await valid('two chunks', w, 65_537);
  await valid('with guardians and link', w, 40, { ...guardians(w), link });
  await valid('post-quantum', pq, 40);
  const strongFile = await valid('post-quantum with guardians and link', pq, 40, { ...guardians(pq), link });

  const bad = (name: string, code: string, file: Uint8Array, more: Partial<Case> = {}) =>
    cases.push({ name, mode: 'classic', expect: code, file: base64(file), ...more });
  const edit = (name: string, code: string, of: string, more: Partial<Case>) =>
    cases.push({ name, mode: 'classic', expect: code, of, ...more });
  edit('header MAC changed', 'MAC_INVALID', 'small', { set: [[small.header.length - 10, 0x41]] });
  edit('payload nonce changed', 'PAYLOAD_MISMATCH', 'small', { set: [[small.header.length, 0x41]] });
  edit('payload changed', 'PAYLOAD_INVALID', 'small', { set: [[small.bytes.length - 1, 0x41]] });
  edit('second chunk changed', 'PAYLOAD_INVALID', 'two chunks', { set: [[two.bytes.length - 1, 0x41]] });
  edit('last chunk cut off', 'PAYLOAD_INVALID', 'two chunks', { cut: 17 });
  edit('payload cut short', 'PAYLOAD_INVALID', 'small', { cut: 1 });
  edit('payload missing', 'PAYLOAD_INVALID', 'small', { cut: small.payload.length });
  edit('header cut short', 'HEADER_INVALID', 'small', { cut: small.payload.length + 1 });
  edit('version of another format', 'HEADER_INVALID', 'small', { set: [[20, 0x32]] });
  edit('carriage return', 'HEADER_INVALID', 'small', { set: [[21, 13]] });
  edit('labels are not those shown', 'LABELS_MISMATCH', 'small', { expectLabels: { kind: 'video' } });

  const inside = await openUp(small.bytes, w.bob.identity);
  const other = await openUp((await seal(content(40), w.sealing)).bytes, w.bob.identity);
  const outsider = await wrapForRecipient(parseRecipient(w.mallory.entry.recipient), inside.fileKey);
  const [first, second, ...rest] = inside.stanzas as [never, never, ...never[]];
  const without = (type: string) => inside.stanzas.filter((stanza) => stanza.type !== type);
  const native = without(STANZA.manifest);
  const withStanzas = (stanzas: typeof inside.stanzas) => rebuild(inside, { stanzas });
  bad('manifest removed', 'UNSIGNED', withStanzas(native));
  bad('manifest of another file, sealed again', 'COMMITMENT_MISMATCH', withStanzas(await withJws(inside, other.jws)));
  bad('manifest of another file, as it stands', 'MANIFEST_INVALID', withStanzas([...native, other.stanzas.at(-1)!]));
  bad('manifest twice', 'MANIFEST_INVALID', withStanzas([...inside.stanzas, inside.stanzas.at(-1)!]));
  bad(
    'manifest of a newer version',
    'UNSUPPORTED',
    withStanzas([...native, encodeStanza(STANZA.manifest, ['v1', 'AAAA'], new Uint8Array(40))]),
  );
  bad('outsider added', 'RECIPIENTS_MISMATCH', withStanzas([outsider, ...inside.stanzas]));
  bad('outsider in the place of a recipient', 'RECIPIENTS_MISMATCH', withStanzas([outsider, second, ...rest]));
  bad('recipient removed', 'RECIPIENTS_MISMATCH', withStanzas([second, ...rest]));
  bad('recipient twice', 'RECIPIENTS_MISMATCH', withStanzas([first, first, second, ...rest]));
  bad('recipients in another order', 'RECIPIENTS_MISMATCH', withStanzas([second, first, ...rest]));
  bad(
    'unknown stanza',
    'RECIPIENTS_MISMATCH',
    withStanzas([...inside.stanzas, encodeStanza('example.com/x', [], new Uint8Array(1))]),
  );
  bad(
    'grant of nobody',
    'GRANT_INVALID',
    withStanzas([...inside.stanzas, encodeStanza(STANZA.grant, ['v0', 'AAAA'], new Uint8Array(80))]),
  );
  bad('tree where none belongs', 'TREE_INVALID', withStanzas(await withTree(inside, new Uint8Array(32))));
  const salt = inside.claims.salt;
  const forged = await otherContent(
    inside,
    content(40).reverse(),
    fromBase64(base64(new Uint8Array(Buffer.from(salt, 'base64url'))))!,
  );
  bad('content replaced by a recipient', 'PAYLOAD_MISMATCH', rebuild(inside, { payload: forged.payload }));
  const claim = async (name: string, code: string, change: object, keys = w.alice.keys) =>
    bad(name, code, withStanzas(await withClaims(inside, keys, change)));
  await claim('signed by another person', 'SIGNATURE_INVALID', {}, w.bob.keys);
  await claim('key of another person named', 'SENDER_UNKNOWN', {
    iss: { ...inside.claims.iss, kid: w.bob.keys.kid },
  });
  await claim('person nobody knows', 'SENDER_UNKNOWN', { iss: { ...inside.claims.iss, person: 'nobody' } });
  await claim('dated after the entry ended', 'SENDER_EXPIRED', { iat: w.alice.entry.validTo });
  await claim('commitment to another key', 'COMMITMENT_MISMATCH', { kc: base64url(new Uint8Array(32)) });
  await claim('another nonce signed', 'PAYLOAD_MISMATCH', { pn: base64url(new Uint8Array(16)) });
  await claim('another root signed', 'PAYLOAD_MISMATCH', { root: base64url(new Uint8Array(32)) });
  await claim('another size signed', 'PAYLOAD_INVALID', { size: 41 });
  await claim('another mode signed', 'MIXED_MODE', { mode: 'pq' });
  await claim('recovery signed that is not there', 'MANIFEST_INVALID', {
    recovery: { set: base64url(new Uint8Array(16)), k: 1, n: 1, seats: [base64url(new Uint8Array(32))] },
  });
  const [own, reader, ...others] = inside.claims.stz;
  const stranger = { ...reader!, thumbprint: recipientThumbprint(w.mallory.entry.recipient) };
  await claim('reader listed as somebody else', 'RECIPIENTS_MISMATCH', { stz: [own, stranger, ...others] });
  const asLink = { ...own!, role: 'link' };
  await claim('member listed as a link', 'RECIPIENTS_MISMATCH', { stz: [asLink, reader, ...others] });
  await claim('unknown member', 'MANIFEST_INVALID', { extra: true });
  await claim('member missing', 'MANIFEST_INVALID', { salt: undefined });
  await claim('member of the wrong type', 'MANIFEST_INVALID', { iat: '0' });
  bad('manifest that is no JWS', 'MANIFEST_INVALID', withStanzas(await withJws(inside, 'text')));

  const strong = await openUp(strongFile.bytes, pq.bob.identity);
  const weak = await wrapForRecipient(parseRecipient(w.mallory.entry.recipient), strong.fileKey);
  const stz = [...strong.claims.stz, signedLine(weak, recipientThumbprint(w.mallory.entry.recipient))];
  const manifest = (await withClaims(strong, pq.alice.keys, { stz })).at(-1)!;
  const mixed = [...strong.stanzas.slice(0, -1), weak, manifest];
  bad('classic recipient in a post-quantum file', 'MIXED_MODE', rebuild(strong, { stanzas: mixed }), { mode: 'pq' });
  bad('stanza that never ends', 'HEADER_INVALID', utf8(`age-encryption.org/v1\n-> x\n${'A'.repeat(64)}\n`));
  bad('no header', 'HEADER_INVALID', new Uint8Array(0));

  await changes(cases, w, pq, small, strongFile);

  const linked = await openUp((await seal(content(40), { ...w.sealing, link })).bytes, w.bob.identity);
  const line = linked.claims.stz.at(-1)!;
  const ordered = async (name: string, wrapping: readonly Stanza[], signed: readonly unknown[]) => {
    const last = (await withClaims(linked, w.alice.keys, { stz: signed })).at(-1)!;
    bad(name, 'RECIPIENTS_MISMATCH', rebuild(linked, { stanzas: [...wrapping, last] }));
  };
  const wrapping = linked.stanzas.slice(0, -1);
  const forLink = wrapping.at(-1)!;
  await ordered(
    'link signed before the recipients',
    [forLink, ...wrapping.slice(0, -1)],
    [line, ...linked.claims.stz.slice(0, -1)],
  );
  const another = await wrapForLink({ ...link, id: 'link-2' }, linked.fileKey);
  const anotherLine = { ...signedLine(another, 'link-2'), role: 'link' };
  await ordered('two links signed', [...wrapping, another], [...linked.claims.stz, anotherLine]);
  const everybody = inside.claims.stz.map(({ thumbprint }, at) => ({ at, thumbprint }));
  const nobody = await withGrant(inside, { by: w.custodian, out: everybody });
  const back = await withGrant({ ...inside, stanzas: nobody }, { by: w.custodian, to: [w.bob.entry] });
  bad('grant that leaves nobody, and one that lets somebody in', 'GRANT_INVALID', withStanzas(back));

  const people = (of: World) =>
    [of.alice, of.bob, of.mallory, of.custodian, ...of.guardians].map(({ identity, keys, entry }) => ({
      identity,
      recipient: entry.recipient,
      signingKey: keys.publicKey,
      signingSecret: keys.secretKey,
    }));
  return {
    format: 'wardseal.org sealed file v0',
    about:
      'Bob (the second of the people) opens each file; the directory holds everybody of the mode with the entry fields below. Changes of recipients made by the custodian are authorised, those of others are not; `notBelowEpoch` is what the client has seen. The payload of an `ok` case hashes to plaintextSha256. Keys are made from a public seed: never use them.',
    people: { classic: people(w), pq: people(pq) },
    directory: {
      order: ['alice', 'bob', 'mallory', 'custodian', 'guardian-1', 'guardian-2', 'guardian-3'],
      organisation: w.alice.entry.organisation,
      validFrom: w.alice.entry.validFrom,
      validTo: w.alice.entry.validTo,
    },
    cases,
  };
}

let made: Vectors;
let stored: Vectors;
beforeAll(async () => {
  made = await fromSeed(linear(20_261_122), make);
  stored = onDisk('sealed-file', made);
});
afterAll(() => forceBackend());

describe('our vectors', () => {
  it('are what this code makes from the seed', () => {
    expect(made).toEqual(stored);
    expect(stored.cases.length).toBeGreaterThan(75);
  });

  it('each come out as they say, on every back end', async () => {
    const ids = stored.directory['order'] as string[];
    const bytesOf = ({ file, of, set = [], cut = 0 }: Case): Uint8Array<ArrayBuffer> => {
      const base = fromBase64(file ?? stored.cases.find(({ name }) => name === of)!.file!)!;
      for (const [at, byte] of set) {
        expect(base[at]).not.toBe(byte);
        base[at] = byte;
      }
      return base.slice(0, base.length - cut);
    };
    for (const backend of ['node', 'webcrypto', 'noble'] as const) {
      forceBackend(backend);
      for (const one of stored.cases) {
        const { validFrom, validTo, organisation } = stored.directory as {
          validFrom: number;
          validTo: number;
          organisation: string;
        };
        const people = stored.people[one.mode]!;
        const options = {
          identities: [people[1]!.identity],
          resolveSender: ({ person }: { person: string }) => {
            const found = people[ids.indexOf(person)];
            return found ? { ...found, person, organisation, validFrom, validTo } : null;
          },
          // the custodian may change recipients, nobody else
          authorizeGrant: ({ by }: { by: { person: string } }) => by.person === 'custodian',
          ...(one.notBelowEpoch === undefined ? {} : { notBelowEpoch: one.notBelowEpoch }),
          ...(one.expectLabels === undefined ? {} : { expectLabels: one.expectLabels as never }),
        };
        if (one.expect === 'ok') {
          const opened = await open(bytesOf(one), options);
          expect(hex(sha256(opened.plaintext))).toBe(one.plaintextSha256);
          expect(opened.manifest.id).toBe(one.manifestId);
          expect(opened.epoch).toBe(one.epoch);
          expect(opened.sender.person).toBe('alice');
        } else expect([one.name, await codeOf(() => open(bytesOf(one), options))]).toEqual([one.name, one.expect]);
      }
    }
  });
});
