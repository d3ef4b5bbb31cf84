import { beforeAll, describe, expect, it } from 'vitest';
import {
  type AuthorizeGrant,
  addRecipients,
  type ChangeOptions,
  generateIdentity,
  limits,
  listRecipients,
  type OpenOptions,
  open,
  type RecipientChange,
  recipientThumbprint,
  release,
  removeRecipients,
  rewrapWithout,
  rotate,
  type SealedFile,
  seal,
} from '../src/index.js';
import { codeOf, content, NOW, type Person, person, type World, world } from './world.js';

let w: World;
let carol: Person;
let dave: Person;
let sealed: SealedFile;
let data: Uint8Array;
let acting: ChangeOptions;

const byCustodian: AuthorizeGrant = ({ by }) => by.roles?.includes('custodian') === true;
const thumbprint = (one: Person) => recipientThumbprint(one.entry.recipient);
const as = (one: Person): OpenOptions => ({
  ...w.opening,
  identities: [one.identity],
  authorizeGrant: byCustodian,
});
const opens = (one: Person, header: Uint8Array, more: object = {}) =>
  codeOf(() => open({ header, payload: sealed.payload }, { ...as(one), ...more }));

beforeAll(async () => {
  carol = await person('carol');
  dave = await person('dave');
  w = await world('pq', [carol, dave]);
  data = content(70_000);
  sealed = await seal(data, w.sealing);
  acting = {
    actor: { identities: [w.custodian.identity], sender: { keys: w.custodian.keys, entry: w.custodian.entry } },
    directory: w.directory,
    reason: 'on call',
    resolveSender: w.directory.resolveSender,
    authorizeGrant: byCustodian,
    now: NOW + 10,
  };
});

describe('addRecipients', () => {
  it('lets somebody open who could not, and says who did it', async () => {
    expect(await opens(carol, sealed.header)).toBe('NO_MATCH');
    const changed = await addRecipients(sealed.header, [carol.entry], { ...acting, logEntry: 'log-7' });
    expect(changed).toMatchObject({ epoch: 1, added: [thumbprint(carol)], removed: [], unverifiedRecipients: [] });
    expect(changed.previousDigest).toEqual(sealed.headerDigest);
    const opened = await open({ header: changed.header, payload: sealed.payload }, as(carol));
    expect(opened.plaintext).toEqual(data);
    expect(opened.headerDigest).toEqual(changed.headerDigest);
    expect(opened.sender.person).toBe('alice');
    expect(opened.rotated).toBeUndefined();
    expect(opened.epoch).toBe(1);
    expect(opened.recipients.map(({ role, thumbprint: name }) => [role, name])).toEqual([
      ['member', thumbprint(w.alice)],
      ['member', thumbprint(w.bob)],
      ['custodian', thumbprint(w.custodian)],
      ['member', thumbprint(carol)],
    ]);
    expect(opened.changes).toMatchObject([
      {
        kind: 'add',
        by: w.custodian.entry,
        at: NOW + 10,
        epoch: 1,
        reason: 'on call',
        logEntry: 'log-7',
        added: [{ thumbprint: thumbprint(carol), role: 'member', person: 'carol', organisation: 'demo-trust' }],
        removed: [],
      },
    ]);
    // those who could before still can
    expect(await opens(w.bob, changed.header)).toBe('accepted');
  });

  it('adds several, again and again', async () => {
    const first = await addRecipients(sealed.header, [carol.entry, dave.entry], acting);
    const second = await addRecipients(first.header, [w.mallory.entry], acting);
    expect(second.previousDigest).toEqual(first.headerDigest);
    for (const one of [w.alice, w.bob, w.custodian, carol, dave, w.mallory])
      expect(await opens(one, second.header)).toBe('accepted');
    expect(
      (await listRecipients(second.header, as(dave))).granted.map((one) => [one.person, one.change.epoch]),
    ).toEqual([
      ['carol', 1],
      ['dave', 1],
      ['mallory', 2],
    ]);
  });

  it('passes over who is there, and does nothing when nobody is new', async () => {
    const changed = await addRecipients(sealed.header, [w.bob.entry, carol.entry, carol.entry], acting);
    expect(changed.added).toEqual([thumbprint(carol)]);
    const again = await addRecipients(changed.header, [carol.entry, w.bob.entry], acting);
    expect(again).toMatchObject({ header: changed.header, added: [], epoch: 1, previousDigest: changed.headerDigest });
    expect(again.headerDigest).toEqual(changed.headerDigest);
    expect(again.header.buffer).not.toBe(changed.header.buffer);
    const asCustodian = codeOf(() => addRecipients(sealed.header, [w.bob.entry], { ...acting, role: 'custodian' }));
    expect(await asCustodian).toMatch(/^RangeError/);
  });

  it("adds the custodian's next key as custodian", async () => {
    const changed = await addRecipients(sealed.header, [dave.entry], { ...acting, role: 'custodian' });
    expect((await listRecipients(changed.header, as(dave))).granted).toMatchObject([{ role: 'custodian' }]);
  });

  it('names keys that nobody vouched for', async () => {
    const { recipient, identity } = await generateIdentity();
    const changed = await addRecipients(sealed.header, [recipient, carol.entry], acting);
    expect(changed.unverifiedRecipients).toEqual([recipientThumbprint(recipient)]);
    const opened = await open(
      { header: changed.header, payload: sealed.payload },
      { ...as(carol), identities: [identity] },
    );
    expect(opened.changes[0]!.added[0]).toEqual({ thumbprint: recipientThumbprint(recipient), role: 'member' });
  });

  it('refuses whom seal would refuse', async () => {
    const add = (entry: object, more: object = {}) =>
      codeOf(() => addRecipients(sealed.header, [{ ...carol.entry, ...entry }], { ...acting, ...more }));
    expect(await add({ teams: ['other'] })).toBe('RECIPIENT_UNKNOWN');
    expect(await add({ revokedAt: NOW })).toBe('RECIPIENT_REVOKED');
    expect(await add({ validTo: NOW })).toBe('RECIPIENT_EXPIRED');
    const classic = await person('erin', 'classic');
    expect(await add(classic.entry, { directory: 'unverified' })).toBe('MIXED_MODE');
    expect(await add({}, { now: w.directory.validTo })).toBe('SNAPSHOT_STALE');
    const sender = (entry: object) => ({
      actor: { ...acting.actor, sender: { ...acting.actor.sender, entry: { ...w.custodian.entry, ...entry } } },
    });
    expect(await add({}, sender({ revokedAt: NOW }))).toBe('SENDER_REVOKED');
    expect(await add({}, sender({ validTo: NOW }))).toBe('SENDER_EXPIRED');
    expect(await add({}, sender({ teams: ['x'] }))).toBe('SENDER_UNKNOWN');
    expect(await add({}, { actor: { ...acting.actor, identities: [carol.identity] } })).toBe('NO_MATCH');
    const { kid, publicKey } = w.custodian.keys;
    const keys = { kid, publicKey, sign: () => new Uint8Array(64) };
    expect(await add({}, { actor: { ...acting.actor, sender: { keys, entry: w.custodian.entry } } })).toBe(
      'SIGNATURE_INVALID',
    );
  });

  it('refuses options of the wrong kind as mistakes of the caller', async () => {
    const add = (more: object, recipients: unknown = [carol.entry], header: unknown = sealed.header) =>
      codeOf(() => addRecipients(header as never, recipients as never, { ...acting, ...more } as never));
    for (const reason of [undefined, '', 7, 'x'.repeat(257)]) expect(await add({ reason })).toMatch(/^TypeError/);
    expect(await add({ logEntry: '' })).toMatch(/^TypeError/);
    expect(await add({ now: 1.5 })).toMatch(/^RangeError/);
    expect(await add({ role: 'link' })).toMatch(/^TypeError/);
    expect(await add({ actor: undefined })).toMatch(/^TypeError/);
    expect(await add({ directory: undefined })).toMatch(/^TypeError/);
    expect(await add({ resolveSender: undefined })).toMatch(/^TypeError/);
    expect(await add({}, [])).toMatch(/^TypeError/);
    expect(await add({}, [null])).toMatch(/^TypeError/);
    expect(await add({}, [carol.entry], 'text')).toMatch(/^TypeError/);
    expect(await add({}, [carol.entry], sealed.bytes)).toBe('HEADER_INVALID');
  });

  it('proves the header first and never launders a bad one', async () => {
    const granted = await addRecipients(sealed.header, [carol.entry], acting);
    expect(
      await codeOf(() => addRecipients(granted.header, [dave.entry], { ...acting, authorizeGrant: () => false })),
    ).toBe('GRANT_INVALID');
    const text = new TextDecoder('latin1').decode(sealed.header);
    const cut = Uint8Array.from(text.replace(/-> mlkem768x25519[^>]*(?=-> )/, ''), (c) => c.charCodeAt(0));
    expect(await codeOf(() => addRecipients(cut, [dave.entry], acting))).toBe('MAC_INVALID');
    expect(await codeOf(() => addRecipients(sealed.header, [dave.entry], { ...acting, notBelowEpoch: 1 }))).toBe(
      'ROLLBACK',
    );
  });

  it('works on its own copy of the header', async () => {
    const bytes = sealed.header.slice();
    const resolveSender: OpenOptions['resolveSender'] = (iss) => {
      bytes.fill(0);
      return w.directory.resolveSender(iss);
    };
    const changed = await addRecipients(bytes, [carol.entry], { ...acting, resolveSender });
    expect(changed.previousDigest).toEqual(sealed.headerDigest);
    expect(await opens(carol, changed.header)).toBe('accepted');
  });

  it('works on its own copy of a header whose class gives views for copies, as the Buffer of Node does', async () => {
    class Pooled extends Uint8Array<ArrayBuffer> {
      override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
        return this.subarray(start, end);
      }
    }
    for (const act of [
      (header: Uint8Array, more: object) => addRecipients(header, [carol.entry], { ...acting, ...more }),
      (header: Uint8Array, more: object) => rewrapWithout(header, [thumbprint(w.alice)], { ...acting, ...more }),
      (header: Uint8Array, more: object) => listRecipients(header, { ...as(w.bob), ...more }),
    ]) {
      const bytes = Pooled.from(sealed.header) as Uint8Array;
      const resolveSender: OpenOptions['resolveSender'] = (iss) => {
        bytes.fill(0);
        return w.directory.resolveSender(iss);
      };
      const found = await act(bytes, { resolveSender });
      expect('previousDigest' in found ? found.previousDigest : found.headerDigest).toEqual(sealed.headerDigest);
    }
    const bytes = Pooled.from(sealed.header) as Uint8Array;
    const { header } = await addRecipients(bytes, [w.bob.entry], acting);
    bytes.fill(0);
    expect(header).toEqual(sealed.header);
  });

  it('does what it was told at the call, whatever the caller does to its options meanwhile', async () => {
    const judged = { ...acting, directory: 'unverified' as const };
    const recipients = [{ ...carol.entry }];
    const options = { ...judged, logEntry: 'log-1' };
    const adding = addRecipients(sealed.header, recipients, options);
    Object.assign(recipients[0]!, dave.entry);
    recipients.push(dave.entry);
    Object.assign(options, { reason: 'another', logEntry: 'log-2' });
    const added = await adding;
    expect(added.added).toEqual([thumbprint(carol)]);
    expect((await listRecipients(added.header, as(w.bob))).file.changes[0]).toMatchObject({
      reason: 'on call',
      logEntry: 'log-1',
    });

    const to = { ...carol.entry };
    const releasing = release(sealed.header, to, { ...judged, logEntry: 'log-1' });
    Object.assign(to, dave.entry);
    expect((await releasing).added).toEqual([thumbprint(carol)]);

    const out = [thumbprint(w.alice)];
    const removing = rewrapWithout(sealed.header, out, judged);
    out[0] = thumbprint(w.bob);
    expect((await removing).removed).toEqual([thumbprint(w.alice)]);

    const staying = [{ ...w.alice.entry }];
    const link = { id: 'link-1', key: new Uint8Array(32).fill(7) };
    const gone = [thumbprint(w.bob)];
    const rotating = removeRecipients(sealed.bytes, gone, { ...judged, recipients: staying, link });
    gone.pop();
    staying.push(w.bob.entry);
    Object.assign(staying[0]!, dave.entry);
    link.key.fill(0);
    const { bytes } = await rotating;
    const { resolveSender, authorizeGrant } = as(w.alice);
    expect(await codeOf(() => open(bytes, as(w.alice)))).toBe('accepted');
    for (const one of [w.bob, dave]) expect(await codeOf(() => open(bytes, as(one)))).toBe('NO_MATCH');
    const zeros = { id: 'link-1', key: new Uint8Array(32) };
    expect(await codeOf(() => open(bytes, { resolveSender, authorizeGrant: authorizeGrant!, link: zeros }))).toBe(
      'NO_MATCH',
    );
  });

  it('stops at the number of stanzas that a header may have', async () => {
    const weak = await world('classic');
    const many = await Promise.all(Array.from({ length: 200 }, () => generateIdentity({ kind: 'classic' })));
    const o = {
      ...acting,
      directory: 'unverified',
      resolveSender: weak.directory.resolveSender,
      actor: {
        identities: [weak.custodian.identity],
        sender: { keys: weak.custodian.keys, entry: weak.custodian.entry },
      },
    } as const;
    let { header } = await seal(content(1), weak.sealing);
    for (const from of [0, 100])
      header = (
        await addRecipients(
          header,
          many.slice(from, from + 100).map(({ recipient }) => recipient),
          o,
        )
      ).header;
    // 3 signed, 1 manifest, 200 granted, 2 grants: 306 more fit, with their grant 305
    const more = await Promise.all(Array.from({ length: 306 }, () => generateIdentity({ kind: 'classic' })));
    const recipients = more.map(({ recipient }) => recipient);
    const error = await addRecipients(header, recipients, o).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'LIMIT', what: 'MAX_STANZAS', limit: limits.MAX_STANZAS });
    const full = await addRecipients(header, recipients.slice(1), o);
    expect((await listRecipients(full.header, { ...weak.opening, authorizeGrant: () => true })).granted).toHaveLength(
      505,
    );
  });
});

describe('release', () => {
  const logEntry = 'log-9';

  it('lets one person in under a log entry', async () => {
    const changed = await release(sealed.header, carol.entry, { ...acting, logEntry });
    const opened = await open({ header: changed.header, payload: sealed.payload }, as(carol));
    expect(opened.changes).toMatchObject([{ kind: 'release', logEntry, added: [{ person: 'carol' }] }]);
    const again = await release(changed.header, carol.entry, { ...acting, logEntry });
    expect(again.header).toEqual(changed.header);
  });

  it('lets in a key of one session of somebody in the directory', async () => {
    const { recipient, identity } = await generateIdentity();
    const session = { recipient, person: 'carol', organisation: 'demo-trust' };
    const changed = await release(sealed.header, session, { ...acting, logEntry });
    expect(changed.unverifiedRecipients).toEqual([recipientThumbprint(recipient)]);
    const opened = await open(
      { header: changed.header, payload: sealed.payload },
      { ...as(carol), identities: [identity] },
    );
    expect(opened.changes[0]!.added).toEqual([
      { thumbprint: recipientThumbprint(recipient), role: 'member', person: 'carol', organisation: 'demo-trust' },
    ]);
    for (const other of [{ person: 'nobody' }, { organisation: 'other-trust' }])
      expect(await codeOf(() => release(sealed.header, { ...session, ...other }, { ...acting, logEntry }))).toBe(
        'RECIPIENT_UNKNOWN',
      );
  });

  it('needs a log entry and one person', async () => {
    expect(await codeOf(() => release(sealed.header, carol.entry, acting as never))).toMatch(/^TypeError/);
    for (const to of [null, carol.entry.recipient, { recipient: carol.entry.recipient }])
      expect(await codeOf(() => release(sealed.header, to as never, { ...acting, logEntry }))).toMatch(/^TypeError/);
  });
});

describe('rewrapWithout', () => {
  it('takes stanzas out that stay spent only for who has no earlier header', async () => {
    const link = { id: 'link-1', key: new Uint8Array(32).fill(3) };
    const guardians = { seats: w.guardians.map(({ entry }) => entry), threshold: 2 };
    const file = await seal(data, { ...w.sealing, link, guardians });
    const set = file.recipients.find(({ role }) => role === 'recovery')!.thumbprint;
    const changed = await rewrapWithout(file.header, ['link-1', thumbprint(w.bob), set], acting);
    expect(changed.removed).toEqual([thumbprint(w.bob), set, 'link-1']);
    const of = (header: Uint8Array, options: OpenOptions) =>
      codeOf(() => open({ header, payload: file.payload }, options));
    expect(await of(changed.header, as(w.bob))).toBe('NO_MATCH');
    expect(await of(changed.header, { ...as(w.bob), identities: [], link })).toBe('NO_MATCH');
    expect(await of(changed.header, as(w.alice))).toBe('accepted');
    // who kept the old header keeps the file
    expect(await of(file.header, as(w.bob))).toBe('accepted');
    expect(await of(file.header, { ...as(w.bob), identities: [], link })).toBe('accepted');
    const list = await listRecipients(changed.header, as(w.alice));
    expect(list.signed.map(({ role }) => role)).toEqual(['member', 'custodian']);
    expect(list.removed.map(({ role }) => role)).toEqual(['member', 'recovery', 'link']);
    // and back again
    const back = await addRecipients(changed.header, [w.bob.entry], acting);
    expect(await of(back.header, as(w.bob))).toBe('accepted');
    expect((await listRecipients(back.header, as(w.bob))).granted.map(({ person: id }) => id)).toEqual(['bob']);
  });

  it('takes out who was granted, and the custodian who acts', async () => {
    const first = await addRecipients(sealed.header, [carol.entry, dave.entry], acting);
    const second = await rewrapWithout(first.header, [thumbprint(carol)], acting);
    const third = await rewrapWithout(second.header, [thumbprint(w.custodian)], acting);
    expect(await opens(carol, third.header)).toBe('NO_MATCH');
    expect(await opens(w.custodian, third.header)).toBe('NO_MATCH');
    expect(await opens(dave, third.header)).toBe('accepted');
    const list = await listRecipients(third.header, as(w.alice));
    expect(list.granted.map(({ person: id }) => id)).toEqual(['dave']);
    expect(list.epoch).toBe(3);
  });

  it('refuses who is not there, nobody, and everybody', async () => {
    const without = (...names: string[]) => codeOf(() => rewrapWithout(sealed.header, names, acting));
    expect(await without(thumbprint(carol))).toBe('RECIPIENT_UNKNOWN');
    expect(await without()).toMatch(/^TypeError/);
    expect(await without(...sealed.recipients.map((line) => line.thumbprint))).toMatch(/^RangeError/);
  });

  it('stops at the size of a grant', async () => {
    const many = await Promise.all(Array.from({ length: 40 }, () => generateIdentity()));
    const recipients = many.map(({ recipient }) => recipient);
    const file = await seal(content(1), { ...w.sealing, directory: 'unverified', recipients });
    const error = await rewrapWithout(file.header, recipients.map(recipientThumbprint), acting).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code: 'LIMIT', what: 'MAX_GRANT_BYTES' });
    const some = recipients.slice(0, 22).map(recipientThumbprint);
    expect((await rewrapWithout(file.header, some, acting)).removed).toHaveLength(22);
  });
});

describe('authorizeGrant and notBelowEpoch', () => {
  const custodianUntil = (revokedAt: number): Partial<OpenOptions> => ({
    resolveSender: async (iss) => {
      const entry = await w.directory.resolveSender(iss);
      return entry === null || iss.person !== 'custodian' ? entry : { ...entry, revokedAt };
    },
  });

  it('refuse a change that nobody approves', async () => {
    const { header } = await addRecipients(sealed.header, [carol.entry], acting);
    for (const answer of [false, undefined, null])
      expect(await opens(w.bob, header, { authorizeGrant: () => answer })).toBe('GRANT_INVALID');
    expect(await opens(w.bob, header, { authorizeGrant: undefined })).toBe('GRANT_INVALID');
    for (const answer of ['yes', 1])
      expect(await opens(w.bob, header, { authorizeGrant: () => answer })).toMatch(/^TypeError/);
    for (const loggedAt of [undefined, null, '7', 1.5])
      expect(await opens(w.bob, header, { authorizeGrant: () => ({ loggedAt }) })).toMatch(/^RangeError/);
    expect(await opens(w.bob, header, { authorizeGrant: async () => ({ loggedAt: NOW }) })).toBe('accepted');
    expect(await opens(w.bob, header, { authorizeGrant: () => Promise.reject(new Error('log is down')) })).toBe(
      'Error: log is down',
    );
  });

  it('judge a granter by the logged time, never a revoked one by their own word', async () => {
    const { header } = await addRecipients(sealed.header, [carol.entry], acting);
    const judged = (revokedAt: number, answer: unknown) =>
      opens(w.bob, header, { ...custodianUntil(revokedAt), authorizeGrant: () => answer });
    expect(await judged(NOW + 20, true)).toBe('GRANT_INVALID');
    expect(await judged(NOW + 20, { loggedAt: NOW + 11 })).toBe('accepted');
    expect(await judged(NOW + 20, { loggedAt: NOW + 20 })).toBe('GRANT_INVALID');
    const expired = { ...w.custodian.entry, validTo: NOW + 10 };
    const resolveSender = (iss: { person: string; org: string; kid: string }) =>
      iss.person === 'custodian' ? expired : w.directory.resolveSender(iss);
    expect(await opens(w.bob, header, { resolveSender })).toBe('GRANT_INVALID');
    expect(await opens(w.bob, header, { resolveSender, authorizeGrant: () => ({ loggedAt: NOW + 9 }) })).toBe(
      'accepted',
    );
  });

  it('are asked once for every change, oldest first, with what is proven', async () => {
    const first = await addRecipients(sealed.header, [carol.entry], acting);
    const second = await rewrapWithout(first.header, [thumbprint(carol)], acting);
    const seen: RecipientChange[] = [];
    const authorizeGrant: AuthorizeGrant = (change) => seen.push(change) > 0;
    await open({ header: second.header, payload: sealed.payload }, { ...as(w.bob), authorizeGrant });
    expect(seen.map(({ kind, epoch }) => [kind, epoch])).toEqual([
      ['add', 1],
      ['remove', 2],
    ]);
    expect(seen[1]!.removed).toEqual([{ thumbprint: thumbprint(carol), role: 'member' }]);
    expect(seen[0]!.manifest.id).toBe(sealed.manifestId);
  });

  it('refuse an older header than the client has seen', async () => {
    const { header } = await addRecipients(sealed.header, [carol.entry], acting);
    expect(await opens(w.bob, header, { notBelowEpoch: 1 })).toBe('accepted');
    expect(await opens(w.bob, header, { notBelowEpoch: 2 })).toBe('ROLLBACK');
    expect(await opens(w.bob, sealed.header, { notBelowEpoch: 1 })).toBe('ROLLBACK');
    expect(await opens(w.bob, sealed.header, { notBelowEpoch: 0 })).toBe('accepted');
    for (const notBelowEpoch of [null, -1, 0.5, '1'])
      expect(await opens(w.bob, sealed.header, { notBelowEpoch })).toMatch(/^RangeError/);
  });
});

describe('rotate', () => {
  const opensFile = (one: Person, file: Uint8Array, more: object = {}) =>
    codeOf(() => open(file, { ...as(one), ...more }));

  it('gives the file to other people under another key, and its author stays', async () => {
    const granted = await addRecipients(sealed.header, [carol.entry], acting);
    const o = { ...acting, recipients: [w.alice.entry, carol.entry], custodian: w.custodian.entry, logEntry: 'log-3' };
    const rotated = await rotate({ header: granted.header, payload: sealed.payload }, o);
    expect(rotated).toMatchObject({ epoch: 2, manifestId: sealed.manifestId, root: sealed.root, size: data.length });
    expect(rotated.previousDigest).toEqual(granted.headerDigest);
    expect(rotated.payload).not.toEqual(sealed.payload);

    const opened = await open(rotated.bytes, as(carol));
    expect(opened.plaintext).toEqual(data);
    expect(opened.sender.person).toBe('alice');
    expect(opened.sentAt).toEqual({ time: NOW, from: 'claim' });
    expect(opened.rotated).toMatchObject({
      by: { person: 'custodian' },
      origin: { iss: { person: 'alice' }, iat: NOW },
    });
    expect(opened.manifest).toMatchObject({ iss: { person: 'custodian' }, iat: NOW + 10, case: 'case-1' });
    expect(opened.epoch).toBe(2);
    expect(opened.changes).toMatchObject([
      { kind: 'rotate', epoch: 2, reason: 'on call', logEntry: 'log-3', by: { person: 'custodian' }, removed: [] },
    ]);
    expect(opened.changes[0]!.added.map((line) => line.thumbprint)).toEqual(
      [w.alice, carol, w.custodian].map(thumbprint),
    );

    expect(await opensFile(w.bob, rotated.bytes)).toBe('NO_MATCH');
    // old header and old payload still belong together; neither fits the new
    expect(await opens(w.bob, sealed.header)).toBe('accepted');
    const mixed = (header: Uint8Array, payload: Uint8Array, one: Person) =>
      codeOf(() => open({ header, payload }, as(one)));
    expect(await mixed(sealed.header, rotated.payload, w.bob)).toBe('PAYLOAD_MISMATCH');
    expect(await mixed(rotated.header, sealed.payload, carol)).toBe('PAYLOAD_MISMATCH');
  });

  it('carries the first statement, however often it is done, and later grants', async () => {
    const o = { ...acting, recipients: [w.alice.entry], custodian: w.custodian.entry };
    const once = await rotate(sealed.bytes, o);
    const twice = await rotate(once.bytes, o);
    const granted = await addRecipients(twice.header, [w.bob.entry], acting);
    const opened = await open({ header: granted.header, payload: twice.payload }, as(w.bob));
    expect(opened.epoch).toBe(3);
    expect(opened.changes.map(({ kind, epoch }) => [kind, epoch])).toEqual([
      ['rotate', 2],
      ['add', 3],
    ]);
    expect(opened.rotated!.origin).toEqual((await open(sealed.bytes, as(w.bob))).manifest);
    expect(twice.bytes.length).toBe(once.bytes.length); // never nested
  });

  it('must be approved, by somebody who counted', async () => {
    const rotated = await rotate(sealed.bytes, { ...acting, recipients: [w.bob.entry] });
    expect(await opensFile(w.bob, rotated.bytes)).toBe('accepted');
    expect(await opensFile(w.bob, rotated.bytes, { authorizeGrant: undefined })).toBe('GRANT_INVALID');
    expect(
      await opensFile(w.bob, rotated.bytes, { authorizeGrant: ({ kind }: RecipientChange) => kind === 'add' }),
    ).toBe('GRANT_INVALID');
    const revoked = (id: string): Partial<OpenOptions> => ({
      resolveSender: async (iss) => {
        const entry = await w.directory.resolveSender(iss);
        return entry === null || iss.person !== id ? entry : { ...entry, revokedAt: NOW + 50 };
      },
    });
    expect(await opensFile(w.bob, rotated.bytes, revoked('custodian'))).toBe('GRANT_INVALID');
    expect(
      await opensFile(w.bob, rotated.bytes, {
        ...revoked('custodian'),
        authorizeGrant: () => ({ loggedAt: NOW + 11 }),
      }),
    ).toBe('accepted');
    // the author is judged at the time of sending, the actor at the time of the rotation
    expect(await opensFile(w.bob, rotated.bytes, revoked('alice'))).toBe('SENDER_REVOKED');
    expect(await opensFile(w.bob, rotated.bytes, { ...revoked('alice'), sentAt: NOW })).toBe('accepted');
    expect(await opensFile(w.bob, rotated.bytes, { sentAt: NOW + 5000 })).toBe('SENDER_EXPIRED');
    const unknown = (id: string): Partial<OpenOptions> => ({
      resolveSender: (iss) => (iss.person === id ? null : w.directory.resolveSender(iss)),
    });
    expect(await opensFile(w.bob, rotated.bytes, unknown('alice'))).toBe('SENDER_UNKNOWN');
    expect(await opensFile(w.bob, rotated.bytes, unknown('custodian'))).toBe('SENDER_UNKNOWN');
  });

  it('makes a classic file post-quantum, never the other way', async () => {
    const weak = await world('classic');
    const file = await seal(content(10), weak.sealing);
    const o: ChangeOptions = {
      ...acting,
      directory: 'unverified',
      resolveSender: weak.directory.resolveSender,
      actor: {
        identities: [weak.custodian.identity],
        sender: { keys: weak.custodian.keys, entry: weak.custodian.entry },
      },
    };
    const strong = await rotate(file.bytes, { ...o, recipients: [w.bob.entry], mode: 'pq' });
    const options = { ...as(w.bob), resolveSender: weak.directory.resolveSender };
    expect((await open(strong.bytes, options)).mode).toBe('pq');
    const actor = { ...o.actor, identities: [w.bob.identity] };
    const back = rotate(strong.bytes, { ...o, actor, recipients: [weak.bob.entry], mode: 'classic' });
    expect(await codeOf(() => back)).toBe('MIXED_MODE');
  });

  it('takes guardians and a link anew', async () => {
    const link = { id: 'link-2', key: new Uint8Array(32).fill(5) };
    const guardians = { seats: w.guardians.map(({ entry }) => entry), threshold: 2 };
    const originRoot = new Uint8Array(32).fill(8);
    const file = await seal(data, { ...w.sealing, originRoot, link: { id: 'link-1', key: link.key }, guardians });
    const bare = await rotate(file.bytes, { ...acting, recipients: [w.bob.entry] });
    expect(bare.recoverable).toBe(false);
    expect((await open(bare.bytes, as(w.bob))).originRoot).toEqual(originRoot);
    const full = await rotate(file.bytes, { ...acting, recipients: [w.bob.entry], link, guardians });
    expect(full.recoverable).toBe(true);
    expect(await opensFile(w.bob, full.bytes, { identities: [], link })).toBe('accepted');
  });

  it('proves the old file first, payload included', async () => {
    const broken = sealed.bytes.slice();
    broken[broken.length - 1]! ^= 1;
    expect(await codeOf(() => rotate(broken, { ...acting, recipients: [w.bob.entry] }))).toBe('PAYLOAD_INVALID');
    expect(await codeOf(() => rotate(sealed.bytes, { ...acting, recipients: [] }))).toMatch(/^TypeError/);
    expect(await codeOf(() => rotate(sealed.bytes, { ...acting, reason: '', recipients: [w.bob.entry] }))).toMatch(
      /^TypeError/,
    );
  });

  it('carries a first manifest at its limit', async () => {
    const clinical = { text: 'x'.repeat(limits.MAX_CLINICAL_BYTES - 20) };
    const many = await Promise.all(Array.from({ length: 240 }, () => generateIdentity()));
    const recipients = [...many.map(({ recipient }) => recipient), w.custodian.entry.recipient];
    const file = await seal(content(1), { ...w.sealing, directory: 'unverified', clinical, recipients });
    const o = { ...acting, directory: 'unverified', recipients } as const;
    const rotated = await rotate(file.bytes, o);
    expect((await open(rotated.bytes, as(w.custodian))).manifest.clinical).toEqual(clinical);
  });
});

describe('removeRecipients', () => {
  it('rotates without those who go', async () => {
    const o = { ...acting, recipients: [w.alice.entry], custodian: w.custodian.entry };
    const rotated = await removeRecipients(sealed.bytes, [thumbprint(w.bob)], o);
    expect(await codeOf(() => open(rotated.bytes, as(w.bob)))).toBe('NO_MATCH');
    expect(await codeOf(() => open(rotated.bytes, as(w.alice)))).toBe('accepted');
  });

  it('refuses to keep who is to go, in any place, and who was not there', async () => {
    const remove = (names: string[], more: object = {}) =>
      codeOf(() => removeRecipients(sealed.bytes, names, { ...acting, recipients: [w.alice.entry], ...more }));
    expect(await remove([thumbprint(w.alice)])).toMatch(/^RangeError/);
    expect(await remove([thumbprint(w.bob)], { recipients: [w.alice.entry, w.bob.entry.recipient] })).toMatch(
      /^RangeError/,
    );
    expect(await remove([thumbprint(w.bob)], { custodian: w.bob.entry })).toMatch(/^RangeError/);
    expect(await remove([thumbprint(w.bob)], { guardians: { seats: [w.bob.entry], threshold: 1 } })).toMatch(
      /^RangeError/,
    );
    const link = { id: 'link-1', key: new Uint8Array(32) };
    expect(await remove(['link-1'], { link })).toMatch(/^RangeError/);
    expect(await remove([thumbprint(carol)])).toBe('RECIPIENT_UNKNOWN');
    expect(await remove([])).toMatch(/^TypeError/);
    expect(await remove([thumbprint(w.bob)], { recipients: [] })).toMatch(/^TypeError/);
  });
});

it('an unsigned file has no recipients to change', async () => {
  expect(await codeOf(() => listRecipients('text' as never, as(w.bob)))).toMatch(/^TypeError/);
});
