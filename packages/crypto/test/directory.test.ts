import { canonicalJson, concat, utf8 } from '@wardseal/primitives';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createOrganisation,
  type DirectoryEntry,
  delegateDirectory,
  generateSigningKey,
  limits,
  open,
  SealError,
  seal,
  signingKeyThumbprint,
  signSnapshot,
  type VerifySnapshotOptions,
  verifySnapshot,
} from '../src/index.js';
import {
  DAY,
  delegation,
  digestOf,
  forgedDelegation,
  headOf,
  linesOf,
  resigned,
  snapshotOf,
} from './directory-craft.js';
import { codeOf, content, NOW, ORGANISATION, organisationKeys, type Person, person } from './world.js';

let alice: Person;
let bob: Person;
let carol: Person;
let entries: readonly DirectoryEntry[];
let snapshot: Uint8Array<ArrayBuffer>;
let root: Awaited<ReturnType<typeof organisationKeys>>['root'];
let directoryKey: typeof root;
beforeAll(async () => {
  ({ root, directoryKey } = await organisationKeys());
  alice = await person('alice', 'classic', {
    name: 'Alice Invented',
    roles: ['registrar'],
    teams: ['on-call', 'eyes'],
  });
  const credentials = [{ id: 'AAAA', publicKey: 'BBBB' }];
  bob = await person('bob', 'classic', { teams: ['on-call'], credentials });
  carol = await person('carol', 'classic');
  entries = [carol.entry, alice.entry, bob.entry];
  snapshot = await snapshotOf(entries);
});

const verify = (bytes: Uint8Array, more: Partial<VerifySnapshotOptions> = {}) =>
  verifySnapshot(bytes, { rootThumbprint: root.kid, now: NOW, ...more });

/** Code and the rule that was broken. */
async function reason(act: () => Promise<unknown>): Promise<string> {
  const error = await act().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error === null) return 'accepted';
  return error instanceof SealError ? `${error.code} ${error.what ?? ''}`.trim() : String(error);
}

/** The same verdict from who signs and from who verifies what a careless custodian signed. */
async function ruleOf(list: readonly DirectoryEntry[]): Promise<string> {
  const signing = await reason(() => snapshotOf(list));
  const lines = list.map((entry) => canonicalJson(entry));
  const verifying = await reason(async () => verify(await resigned(snapshot, { lines })));
  expect(verifying).toBe(signing);
  return signing;
}

/** Entries in the order in which they are signed. */
const sorted = (...list: DirectoryEntry[]) =>
  list.sort((a, b) => (a.person < b.person ? -1 : a.person > b.person ? 1 : a.validFrom - b.validFrom));

describe('a verified directory', () => {
  it('says what was signed', async () => {
    const directory = await verify(snapshot);
    expect(directory).toMatchObject({
      organisation: ORGANISATION,
      rootThumbprint: root.kid,
      epoch: 1,
      delegatedAt: NOW - DAY,
      digest: digestOf(snapshot),
      issuedAt: NOW - 100,
      validTo: NOW - 100 + 7 * DAY,
    });
    expect(directory.entries).toEqual([alice.entry, bob.entry, carol.entry]);
    expect(directory.person('alice')).toEqual(alice.entry);
    expect(directory.person('nobody')).toBeNull();
    expect(directory.team('on-call').map((entry) => entry.person)).toEqual(['alice', 'bob']);
    expect(directory.team('eyes').map((entry) => entry.person)).toEqual(['alice']);
    expect(directory.team('nobody')).toEqual([]);
  });

  it('holds exactly the entries that were signed, whatever the order of their members', async () => {
    const { holds } = await verify(snapshot);
    const turned = Object.fromEntries(Object.entries(alice.entry).reverse()) as unknown as DirectoryEntry;
    expect(holds(turned)).toBe(true);
    for (const change of [
      { name: 'Bob Invented' },
      { roles: ['custodian'] },
      { validTo: NOW + 1001 },
      { revokedAt: NOW },
      { person: 'bob' },
    ])
      expect(holds({ ...alice.entry, ...change })).toBe(false);
    const { possession: _, ...bare } = alice.entry;
    expect(holds(bare)).toBe(false);
    for (const none of [null, undefined, 'alice', 1, [], { signingKey: alice.entry.signingKey, x: 1n }])
      expect(holds(none as never)).toBe(false);
  });

  it('cannot be altered by its holder', async () => {
    const directory = await verify(snapshot);
    const entry = directory.person('alice') as unknown as { person: string; roles: string[] };
    expect(() => {
      entry.person = 'mallory';
    }).toThrow(TypeError);
    expect(() => entry.roles.push('custodian')).toThrow(TypeError);
    expect(() => (directory.entries as DirectoryEntry[]).push(bob.entry)).toThrow(TypeError);
    expect(() => (directory.team('on-call') as DirectoryEntry[]).pop()).toThrow(TypeError);
    expect(() => Object.assign(directory, { validTo: NOW * 2 })).toThrow(TypeError);
    expect(Object.isFrozen(directory.person('bob')!.credentials![0])).toBe(true);
    expect(directory.person('alice')).toEqual(alice.entry);
  });

  it('keeps what it verified when the caller changes bytes or entries meanwhile', async () => {
    const bytes = snapshot.slice();
    const pending = verify(bytes);
    bytes.fill(0);
    expect((await pending).person('bob')).toEqual(bob.entry);
    const judging: { rootThumbprint: string; now: number; notBelowEpoch: number } = {
      rootThumbprint: root.kid,
      now: NOW,
      notBelowEpoch: 99,
    };
    const refused = verifySnapshot(snapshot, judging);
    judging.notBelowEpoch = 0;
    expect(await codeOf(() => refused)).toBe('ROLLBACK');
    const mine = { ...carol.entry, roles: ['registrar'] };
    const options = { directoryKey, delegation: await delegation(), organisation: ORGANISATION, epoch: 1, now: NOW };
    const signing = signSnapshot([mine], options);
    mine.roles.push('custodian');
    expect((await verify(await signing)).person('carol')!.roles).toEqual(['registrar']);
  });

  it('judges leavers and former keys by the time', async () => {
    const former = { ...alice.entry, validFrom: NOW - 1000, validTo: NOW - 400 };
    const fresh = await person('alice', 'classic', { validFrom: NOW - 400 });
    const left = { ...bob.entry, revokedAt: NOW - 50 };
    const directory = await verify(await snapshotOf([fresh.entry, left, former]));
    expect(directory.person('alice')).toEqual(fresh.entry);
    expect(directory.person('alice', NOW - 500)).toEqual(former);
    expect(directory.person('alice', NOW - 2000)).toBeNull();
    expect(directory.person('bob')).toBeNull();
    expect(directory.person('bob', NOW - 51)).toEqual(left);
    expect(directory.team('on-call')).toEqual([]);
    expect(directory.team('on-call', NOW - 500)).toEqual([former, left]);
    const kid = signingKeyThumbprint(former.signingKey);
    expect(directory.resolveSender({ org: ORGANISATION, person: 'alice', kid })).toEqual(former);
    expect(directory.resolveSender({ org: ORGANISATION, person: 'alice', kid: fresh.keys.kid })).toEqual(fresh.entry);
    expect(directory.resolveSender({ org: 'other', person: 'alice', kid })).toBeNull();
    expect(directory.resolveSender({ org: ORGANISATION, person: 'bob', kid })).toBeNull();
    expect(directory.resolveSender({ org: ORGANISATION, person: 'alice', kid: '' })).toBeNull();
  });

  it('lets old files of leavers and former keys be opened by the logged time, and no new ones be sealed', async () => {
    const before = await verify(snapshot);
    const sealing = {
      recipients: [bob.entry],
      mediaType: 'image/jpeg',
      case: 'case-1',
      labels: {},
      mode: 'classic',
    } as const;
    const sender = { keys: alice.keys, entry: alice.entry };
    const file = await seal(content(9), { ...sealing, directory: before, sender, now: NOW - 100 });
    const gone = { ...alice.entry, revokedAt: NOW - 20 };
    const after = await verify(await snapshotOf([gone, bob.entry, carol.entry]));
    const opening = { identities: [bob.identity], resolveSender: after.resolveSender };
    expect((await open(file.bytes, { ...opening, sentAt: NOW - 100 })).sender).toEqual(gone);
    expect(await codeOf(() => open(file.bytes, { ...opening, sentAt: NOW - 20 }))).toBe('SENDER_REVOKED');
    expect(await codeOf(() => open(file.bytes, opening))).toBe('SENDER_REVOKED');
    const again = (entry: DirectoryEntry) => () =>
      seal(content(9), { ...sealing, directory: after, sender: { keys: alice.keys, entry }, now: NOW });
    expect(await codeOf(again(gone))).toBe('SENDER_REVOKED');
    expect(await codeOf(again(alice.entry))).toBe('SENDER_UNKNOWN');
  });

  it('may be empty, and may be signed and verified by keys held elsewhere', async () => {
    expect((await verify(await snapshotOf([]))).entries).toEqual([]);
    const { kid, publicKey } = directoryKey;
    const forged = { kid, publicKey, sign: () => new Uint8Array(64) };
    expect(await codeOf(() => snapshotOf(entries, { directoryKey: forged }))).toBe('SIGNATURE_INVALID');
    expect(await codeOf(() => snapshotOf(entries, { directoryKey: { ...directoryKey, kid: root.kid } }))).toBe(
      'KEY_INVALID',
    );
  });

  it('is refused with any byte changed, cut or added', async () => {
    for (let at = 0; at < snapshot.length; at++) {
      const changed = snapshot.slice();
      changed[at]! ^= 1 << (at & 7);
      const code = await codeOf(() => verify(changed));
      if (!['SNAPSHOT_INVALID', 'DELEGATION_INVALID'].includes(code)) throw new Error(`byte ${at}: ${code}`);
    }
    await fc.assert(
      fc.asyncProperty(fc.nat(snapshot.length - 1), fc.uint8Array({ minLength: 1, maxLength: 40 }), async (at, put) => {
        for (const changed of [snapshot.slice(0, at), concat(snapshot.subarray(0, at), put, snapshot.subarray(at))])
          expect(await codeOf(() => verify(changed))).toBe('SNAPSHOT_INVALID');
      }),
      { numRuns: 60 },
    );
  });

  it('is refused as anything but bytes, and options of the wrong kind are the mistake of the caller', async () => {
    for (const none of [null, undefined, 'text', {}, []])
      expect(await codeOf(() => verify(none as never))).toMatch(/^TypeError/);
    for (const more of [{ rootThumbprint: 'x' }, { organisation: '' }, { previous: 'x' }, { since: {} }])
      expect(await codeOf(() => verify(snapshot, more as never))).toMatch(/^TypeError/);
    for (const more of [{ now: 1.5 }, { now: null as never, notBelowEpoch: 0.5 }, { now: -1 }])
      expect(await codeOf(() => verify(snapshot, more as never))).toMatch(/^RangeError/);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        expect(await codeOf(() => verify(bytes))).toBe('SNAPSHOT_INVALID');
      }),
      { numRuns: 100 },
    );
  });
});

describe('a delegation', () => {
  it('is for one organisation and key, at most 90 days, by the pinned root', async () => {
    const wrong = async (change: object, keys = root) =>
      reason(async () => {
        const forged = await forgedDelegation(change, keys);
        return verify(await resigned(snapshot, { claims: { delegation: forged } }));
      });
    const mallory = await generateSigningKey();
    expect(await wrong({})).toBe('accepted');
    expect(await wrong({ organisation: 'other-trust' })).toBe('DELEGATION_INVALID organisation');
    expect(await wrong({ from: NOW - 90 * DAY, until: NOW + 1 + DAY * 8 })).toBe('DELEGATION_INVALID until');
    expect(await wrong({ from: NOW - DAY, until: NOW - DAY })).toBe('DELEGATION_INVALID until');
    expect(await wrong({ from: NOW - 10 * DAY, until: NOW })).toBe('DELEGATION_INVALID time');
    expect(await wrong({ from: NOW + 301, until: NOW + DAY })).toBe('DELEGATION_INVALID time');
    expect(await wrong({}, mallory)).toBe('DELEGATION_INVALID');
    expect(await wrong({ root: mallory.publicKey }, mallory)).toBe('DELEGATION_INVALID root');
    expect(await wrong({ directoryKey: root.publicKey })).toBe('DELEGATION_INVALID directoryKey');
    expect(await wrong({ directoryKey: mallory.publicKey })).toBe('SNAPSHOT_INVALID');
    expect(await wrong({ v: 1 })).toMatch('DELEGATION_INVALID');
    expect(await wrong({ more: 1 })).toMatch('DELEGATION_INVALID');
    expect(await reason(() => verify(snapshot, { rootThumbprint: mallory.kid }))).toBe('DELEGATION_INVALID root');
    expect(await reason(() => verify(snapshot, { organisation: 'other-trust' }))).toBe(
      'DELEGATION_INVALID organisation',
    );
    expect(await reason(() => verify(snapshot, { organisation: ORGANISATION }))).toBe('accepted');
  });

  it('is refused with any character changed', async () => {
    const jws = await delegation();
    for (let at = 0; at < jws.length; at++) {
      const changed = `${jws.slice(0, at)}${jws[at] === 'A' ? 'B' : 'A'}${jws.slice(at + 1)}`;
      const code = await codeOf(() => snapshotOf([], { delegation: changed }));
      if (code !== 'DELEGATION_INVALID') throw new Error(`character ${at}: ${code}`);
    }
  });

  it('covers the whole time of a snapshot', async () => {
    const jws = await delegation({ from: NOW - 50, until: NOW + 2 * DAY });
    const claims = (more: object) => ({ claims: { delegation: jws, iat: NOW - 50, until: NOW + DAY, ...more } });
    const verdict = (more: object) => reason(async () => verify(await resigned(snapshot, claims(more))));
    expect(await verdict({})).toBe('accepted');
    expect(await verdict({ until: NOW + 2 * DAY })).toBe('accepted');
    expect(await verdict({ until: NOW + 2 * DAY + 1 })).toBe('SNAPSHOT_INVALID until');
    expect(await verdict({ iat: NOW - 51 })).toBe('SNAPSHOT_INVALID iat');
    // what is left of the delegation, unless less is asked for
    expect(headOf(await snapshotOf([], { delegation: jws, now: NOW })).until).toBe(NOW + 2 * DAY);
    expect(headOf(await snapshotOf([], { delegation: jws, now: NOW, validFor: 60 })).until).toBe(NOW + 60);
    expect(await reason(() => snapshotOf([], { delegation: jws, now: NOW, validFor: 3 * DAY }))).toBe(
      'SNAPSHOT_INVALID until',
    );
    for (const now of [NOW - 51, NOW + 2 * DAY])
      expect(await reason(() => snapshotOf([], { delegation: jws, now }))).toBe('DELEGATION_INVALID time');
  });

  it('signs only with the delegated key for the delegated organisation', async () => {
    const other = await generateSigningKey();
    expect(await reason(() => snapshotOf([], { directoryKey: other }))).toBe('DELEGATION_INVALID directoryKey');
    expect(await reason(() => snapshotOf([], { organisation: 'other' }))).toBe('DELEGATION_INVALID organisation');
    expect(await reason(async () => verify(await resigned(snapshot, {}, other)))).toBe('SNAPSHOT_INVALID');
    expect(await reason(async () => verify(await resigned(snapshot, {}, root)))).toBe('SNAPSHOT_INVALID');
    const { thumbprint, root: another } = await createOrganisation();
    expect(thumbprint).toBe(another.kid);
    expect(await reason(() => verify(snapshot, { rootThumbprint: thumbprint }))).toBe('DELEGATION_INVALID root');
  });

  it('of the wrong kind is the mistake of the caller', async () => {
    const make = (more: object, key = directoryKey.publicKey) =>
      codeOf(() => delegateDirectory(root, key, { organisation: 'x', until: NOW + DAY, now: NOW, ...more }));
    expect(await make({})).toBe('accepted');
    expect(await make({ until: NOW + limits.MAX_DELEGATION_SECONDS })).toBe('accepted');
    expect(await make({ until: NOW + limits.MAX_DELEGATION_SECONDS + 1 })).toMatch(/^RangeError/);
    expect(await make({ until: NOW })).toMatch(/^RangeError/);
    expect(await make({ until: undefined })).toMatch(/^RangeError/);
    expect(await make({ from: 0.5 })).toMatch(/^RangeError/);
    expect(await make({ organisation: '' })).toMatch(/^TypeError/);
    expect(await make({}, root.publicKey)).toMatch(/^TypeError/);
    expect(await make({}, 'key')).toBe('KEY_INVALID');
  });
});

describe('a snapshot', () => {
  it('counts for at most 7 days, and not before it was signed', async () => {
    const verdict = (claims: object, now = NOW) =>
      reason(async () => verify(await resigned(snapshot, { claims }), { now }));
    const { iat } = headOf(snapshot);
    expect(await verdict({ until: iat + 7 * DAY + 1 })).toBe('SNAPSHOT_INVALID until');
    expect(await verdict({ until: iat })).toBe('SNAPSHOT_INVALID until');
    expect(await verdict({}, iat + 7 * DAY - 1)).toBe('accepted');
    expect(await verdict({}, iat + 7 * DAY)).toBe('SNAPSHOT_STALE');
    expect(await verdict({}, iat - limits.MAX_CLOCK_SKEW_SECONDS)).toBe('accepted');
    expect(await verdict({}, iat - limits.MAX_CLOCK_SKEW_SECONDS - 1)).toBe('SNAPSHOT_STALE');
  });

  it('never goes back, forks or skips unseen', async () => {
    const first = await verify(snapshot);
    const next = await snapshotOf(entries, { epoch: 2, previous: first.digest });
    const second = await verify(next, { since: first, previous: first.digest });
    const fork = await snapshotOf([alice.entry], { epoch: 2, previous: digestOf(await snapshotOf([])) });
    const rival = await snapshotOf([alice.entry], { epoch: 2, previous: first.digest });
    const later = await snapshotOf(entries, { epoch: 9, previous: digestOf(rival) });
    expect(await reason(() => verify(snapshot, { since: second }))).toBe('ROLLBACK epoch');
    expect(await reason(() => verify(snapshot, { notBelowEpoch: 2 }))).toBe('ROLLBACK epoch');
    expect(await reason(() => verify(fork, { since: first }))).toBe('ROLLBACK previous');
    expect(await reason(() => verify(fork, { previous: first.digest }))).toBe('ROLLBACK previous');
    expect(await reason(() => verify(rival, { since: second }))).toBe('ROLLBACK digest');
    const kept = JSON.parse(JSON.stringify(second)) as typeof second; // as a client keeps it between two visits
    expect(await reason(() => verify(next, { since: kept }))).toBe('accepted');
    expect(await reason(() => verify(rival, { since: kept }))).toBe('ROLLBACK digest');
    expect(await reason(() => verify(next, { notBelowEpoch: 2 }))).toBe('accepted');
    expect(await reason(() => verify(later, { since: second }))).toBe('accepted');
    expect(await reason(() => verify(later, { since: second, previous: second.digest }))).toBe('ROLLBACK previous');
  });

  it('is refused under an earlier delegation than one seen, so that a stolen directory key can be shut out', async () => {
    const stolen = await verify(snapshot);
    const fresh = await generateSigningKey();
    const until = NOW + DAY * 9;
    const anew = await delegateDirectory(root, fresh.publicKey, { organisation: ORGANISATION, until, now: NOW - 99 });
    const next = await snapshotOf(entries, {
      epoch: 2,
      previous: stolen.digest,
      delegation: anew,
      directoryKey: fresh,
      now: NOW - 50,
    });
    const since = await verify(next, { since: stolen });
    expect(since.delegatedAt).toBe(NOW - 99);
    const thief = await snapshotOf([alice.entry], { epoch: 3, previous: since.digest, now: NOW - 1 });
    expect(await reason(() => verify(thief, { since: stolen }))).toBe('accepted');
    expect(await reason(() => verify(thief, { since }))).toBe('ROLLBACK delegation');
  });

  it('cannot use the numbers up', async () => {
    const at = (epoch: number) =>
      reason(async () => verify(await resigned(snapshot, { claims: { epoch, previous: digestOf(snapshot) } })));
    expect(await at(NOW - 100)).toBe('accepted');
    expect(await at(NOW - 99)).toBe('SNAPSHOT_INVALID epoch');
    expect(await at(Number.MAX_SAFE_INTEGER)).toBe('SNAPSHOT_INVALID epoch');
    const previous = digestOf(snapshot);
    expect(await codeOf(() => snapshotOf([], { epoch: NOW - 99, previous }))).toMatch(/^RangeError/);
  });

  it('is of the organisation and root of the one seen before', async () => {
    const since = await verify(snapshot);
    const other = await delegation({ organisation: 'other-trust' });
    const theirs = await snapshotOf([], { organisation: 'other-trust', delegation: other });
    expect(await reason(() => verify(theirs))).toBe('accepted'); // the root delegated it
    expect(await reason(() => verify(theirs, { since }))).toBe('DELEGATION_INVALID organisation');
    const { thumbprint } = await createOrganisation();
    expect(await codeOf(() => verify(snapshot, { since: { ...since, rootThumbprint: thumbprint } }))).toMatch(
      /^TypeError/,
    );
  });

  it('names the one before it, except the first', async () => {
    const verdict = (claims: object) => reason(async () => verify(await resigned(snapshot, { claims })));
    expect(await verdict({ previous: digestOf(snapshot) })).toBe('SNAPSHOT_INVALID previous');
    expect(await verdict({ epoch: 2 })).toBe('SNAPSHOT_INVALID previous');
    expect(await verdict({ epoch: 0 })).toMatch('SNAPSHOT_INVALID');
    for (const more of [{ epoch: 2 }, { previous: digestOf(snapshot) }, { epoch: 2, previous: 'x' }])
      expect(await codeOf(() => snapshotOf(entries, more))).toMatch(/^TypeError/);
    for (const more of [{ epoch: 0 }, { epoch: 1.5 }, { validFor: 0 }, { validFor: 8 * DAY }, { now: -1 }])
      expect(await codeOf(() => snapshotOf(entries, more))).toMatch(/^RangeError/);
    expect(await codeOf(() => snapshotOf('x' as never))).toMatch(/^TypeError/);
    expect(await codeOf(() => snapshotOf([], { organisation: 7 as never }))).toMatch(/^TypeError/);
  });

  it('has one spelling', async () => {
    expect(await snapshotOf([...entries].reverse())).toEqual(snapshot); // Ed25519 draws nothing
    const lines = linesOf(snapshot);
    const verdict = (changed: readonly string[], claims = {}) =>
      reason(async () => verify(await resigned(snapshot, { lines: changed, claims })));
    expect(await verdict(lines)).toBe('accepted');
    expect(await verdict([...lines].reverse())).toBe('SNAPSHOT_INVALID order');
    expect(await verdict([lines[0]!, lines[0]!])).toBe('SNAPSHOT_INVALID order');
    expect(await verdict([` ${lines[0]}`])).toBe('SNAPSHOT_INVALID encoding');
    expect(await verdict([`${lines[0]}\r`])).toBe('SNAPSHOT_INVALID encoding');
    const endless = await resigned(snapshot, { body: lines.join('\n') });
    expect(await reason(() => verify(endless))).toBe('SNAPSHOT_INVALID encoding');
    expect(await verdict([''])).toBe('SNAPSHOT_INVALID encoding');
    expect(await verdict(['null'])).toBe('SNAPSHOT_INVALID entry');
    expect(await verdict([lines[0]!.replace('"person":"alice"', '"person":"alice","person":"alice"')])).toBe(
      'SNAPSHOT_INVALID encoding',
    );
    expect(await verdict([lines[0]!.replace('alice', '\\u0061lice')])).toBe('SNAPSHOT_INVALID encoding');
    expect(await verdict(lines, { count: 2 })).toBe('SNAPSHOT_INVALID count');
    expect(await verdict(lines, { count: 4 })).toBe('SNAPSHOT_INVALID count');
    expect(await verdict(lines, { entries: digestOf(snapshot) })).toBe('SNAPSHOT_INVALID entries');
    expect(await verdict(lines, { extra: 1 })).toMatch('SNAPSHOT_INVALID');
    expect(await verdict(lines, { v: 1 })).toMatch('SNAPSHOT_INVALID');
    const whole = concat(snapshot, utf8('{'));
    expect(await reason(() => verify(whole))).toBe('SNAPSHOT_INVALID entries');
    expect(await reason(() => verify(snapshot.slice(0, snapshot.indexOf(10))))).toBe('SNAPSHOT_INVALID encoding');
  });

  it('is read within limits', async () => {
    const claims = { count: limits.MAX_DIRECTORY_ENTRIES + 1 };
    expect(await reason(async () => verify(await resigned(snapshot, { claims })))).toBe('LIMIT MAX_DIRECTORY_ENTRIES');
    const many = new Array<DirectoryEntry>(limits.MAX_DIRECTORY_ENTRIES + 1).fill(alice.entry);
    expect(await reason(() => snapshotOf(many))).toBe('LIMIT MAX_DIRECTORY_ENTRIES');
    const long = canonicalJson({ ...alice.entry, purpose: 'x'.repeat(limits.MAX_ENTRY_BYTES) });
    expect(await reason(async () => verify(await resigned(snapshot, { lines: [long] })))).toBe('LIMIT MAX_ENTRY_BYTES');
    const roles = Array.from({ length: limits.MAX_GROUPS }, (_, i) => `${i}`.padEnd(256, 'x'));
    expect(await reason(() => snapshotOf([{ ...alice.entry, roles }]))).toBe('accepted');
    expect(await reason(() => snapshotOf([{ ...alice.entry, roles, teams: roles }]))).toBe('LIMIT MAX_ENTRY_BYTES');
    const huge = new Uint8Array(limits.MAX_SNAPSHOT_BYTES + 1);
    expect(await reason(() => verify(huge))).toBe('LIMIT MAX_SNAPSHOT_BYTES');
    const head = new Uint8Array(limits.MAX_SNAPSHOT_HEAD_LENGTH + 2).fill(65);
    head[head.length - 1] = 10;
    expect(await reason(() => verify(head))).toBe('LIMIT MAX_SNAPSHOT_HEAD_LENGTH');
  });
});

describe('a refusal', () => {
  it('names neither people nor keys', async () => {
    const lines = linesOf(snapshot);
    const attempts = [
      () => snapshotOf([{ ...alice.entry, recipient: `${alice.entry.recipient}q` }]),
      () => snapshotOf([{ ...alice.entry, possession: bob.entry.possession! }]),
      () => snapshotOf([alice.entry, { ...alice.entry, person: 'bob' }]),
      () => snapshotOf([alice.entry], { organisation: 'other' }),
      async () => verify(await resigned(snapshot, { lines: [`alice${lines[0]}`] })),
      async () => verify(await resigned(snapshot, { lines: [`${lines[0]}alice`] })),
      () => verify(snapshot, { rootThumbprint: alice.keys.kid }),
      () => verify(snapshot, { notBelowEpoch: 7 }),
    ];
    for (const attempt of attempts) {
      const error = await attempt().catch((thrown: unknown) => thrown);
      if (!(error instanceof SealError)) throw new Error('was accepted');
      const told = `${error.message} ${error.stack?.split('\n')[0]} ${JSON.stringify(error)} ${String(error.cause)}`;
      for (const { keys, entry } of [alice, bob])
        for (const secret of [
          entry.person,
          entry.recipient,
          entry.signingKey,
          entry.possession!,
          keys.kid,
          ORGANISATION,
        ])
          expect(told).not.toContain(secret);
    }
  });
});

describe('entries that cannot stand in a snapshot', () => {
  it('are malformed', async () => {
    const { possession: _, ...bare } = alice.entry;
    const bad = (change: object) => ruleOf([{ ...alice.entry, ...change } as DirectoryEntry]);
    for (const change of [
      { person: '' },
      { person: 'x'.repeat(257) },
      { more: 1 },
      { roles: 'custodian' },
      { name: '' },
      { roles: ['a', 'a'] },
      { teams: Array.from({ length: limits.MAX_GROUPS + 1 }, (_, i) => `${i}`) },
      { credentials: [{ id: 'AAAA' }] },
      { credentials: [{ id: 'AAAA', publicKey: 'not base64url' }] },
      { signingKey: 'AAAA' },
      { validFrom: -1 },
      { validTo: 1.5 },
      { revokedAt: null },
      { possession: 7 },
    ])
      expect([change, await bad(change)]).toEqual([change, 'SNAPSHOT_INVALID entry']);
    expect(await ruleOf([bare as DirectoryEntry])).toBe('SNAPSHOT_INVALID entry');
    expect(await bad({ validTo: alice.entry.validFrom })).toBe('SNAPSHOT_INVALID time');
    expect(await bad({ recipient: alice.entry.recipient.toUpperCase() })).toBe('SNAPSHOT_INVALID recipient');
    expect(await bad({ recipient: 'age1' })).toBe('SNAPSHOT_INVALID recipient');
    expect(await bad({ signingKey: root.publicKey })).toBe('SNAPSHOT_INVALID signingKey');
    expect(await bad({ signingKey: directoryKey.publicKey })).toBe('SNAPSHOT_INVALID signingKey');
    expect(await reason(() => snapshotOf([{ ...alice.entry, validTo: Number.NaN }]))).toBe('SNAPSHOT_INVALID entry');
    for (const none of [null, undefined, 7, [], () => alice.entry])
      expect(await reason(() => snapshotOf([alice.entry, none as never]))).toBe('SNAPSHOT_INVALID entry');
  });

  it('are of another organisation', async () => {
    const stranger = await person('stranger', 'classic', { organisation: 'other-trust' });
    expect(await ruleOf([stranger.entry])).toBe('SNAPSHOT_INVALID organisation');
  });

  it('count at one time for one person', async () => {
    const twin = await person('alice', 'classic', { validFrom: NOW, validTo: NOW + 5000 });
    expect(await ruleOf([alice.entry, twin.entry])).toBe('SNAPSHOT_INVALID person');
    for (const change of [{ validTo: NOW }, { revokedAt: NOW }, { revokedAt: 0 }])
      expect(await ruleOf([{ ...alice.entry, ...change }, twin.entry])).toBe('accepted');
    expect(await ruleOf([{ ...alice.entry, revokedAt: NOW + 1 }, twin.entry])).toBe('SNAPSHOT_INVALID person');
    const nothing = await person('alice', 'classic', { validFrom: NOW - 500 });
    const before = { ...alice.entry, validTo: NOW };
    expect(await ruleOf([before, { ...nothing.entry, revokedAt: NOW - 500 }, twin.entry])).toBe('accepted');
    // one that never counts between two that would overlap without it
    const never = await person('alice', 'classic', { validFrom: NOW - 1, validTo: NOW + 1 });
    const middle = { ...never.entry, revokedAt: NOW - 1 };
    expect(await ruleOf(sorted(alice.entry, middle, twin.entry))).toBe('SNAPSHOT_INVALID person');
  });

  it('have a key of another person, or one signing key twice', async () => {
    const taken = async (change: object) => {
      const { entry } = await person('mallory', 'classic', { ...change });
      return ruleOf([alice.entry, entry]);
    };
    expect(await taken({ recipient: alice.entry.recipient })).toBe('SNAPSHOT_INVALID recipient');
    const copied = { ...alice.entry, person: 'mallory' };
    expect(await ruleOf([alice.entry, copied])).toBe('SNAPSHOT_INVALID recipient');
    const other = { ...copied, recipient: bob.entry.recipient };
    expect(await ruleOf([alice.entry, other])).toBe('SNAPSHOT_INVALID signingKey');
    const again = { ...alice.entry, validFrom: alice.entry.validTo, validTo: alice.entry.validTo + 1 };
    expect(await ruleOf([alice.entry, again])).toBe('SNAPSHOT_INVALID signingKey');
    // the same person may keep the receiving key with a new signing key
    const { entry } = await person('alice', 'classic', {
      recipient: alice.entry.recipient,
      validFrom: alice.entry.validTo,
      validTo: alice.entry.validTo + 9,
    });
    expect(await ruleOf([alice.entry, entry])).toBe('accepted');
  });

  it('are of outsiders without full terms', async () => {
    const terms = { purpose: 'second opinion', approvedBy: ['alice', 'bob'], until: NOW + 50 };
    const guest = (outsider: unknown, roles?: string[]) =>
      ruleOf([
        alice.entry,
        bob.entry,
        { ...carol.entry, outsider, ...(roles === undefined ? {} : { roles }) } as DirectoryEntry,
      ]);
    expect(await guest(terms)).toBe('accepted');
    expect(await guest({ ...terms, approvedBy: ['alice', 'alice'] })).toBe('SNAPSHOT_INVALID outsider');
    expect(await guest({ ...terms, approvedBy: ['alice', 'carol'] })).toBe('SNAPSHOT_INVALID outsider');
    expect(await guest({ ...terms, approvedBy: ['alice', 'nobody'] })).toBe('SNAPSHOT_INVALID outsider');
    expect(await guest({ ...terms, approvedBy: ['alice'] })).toBe('SNAPSHOT_INVALID entry');
    expect(await guest({ ...terms, purpose: '' })).toBe('SNAPSHOT_INVALID entry');
    expect(await guest({ purpose: 'x', approvedBy: ['alice', 'bob'] })).toBe('SNAPSHOT_INVALID entry');
    const { entry: plain } = await person('carol', 'classic', { roles: ['outsider'] });
    expect(await ruleOf([plain])).toBe('SNAPSHOT_INVALID outsider');
    const [a, b] = [alice.entry, { ...bob.entry, outsider: { ...terms, approvedBy: ['alice', 'carol'] } }];
    expect(await ruleOf([a, b, { ...carol.entry, outsider: terms }])).toBe('SNAPSHOT_INVALID outsider');
    const directory = await verify(await snapshotOf([alice.entry, bob.entry, { ...carol.entry, outsider: terms }]));
    expect(directory.person('carol', NOW + 49)).not.toBeNull();
    expect(directory.person('carol', NOW + 50)).toBeNull();
  });

  it('have no proof, or one lifted from elsewhere', async () => {
    const swapped = (change: object) => ruleOf([{ ...alice.entry, ...change }]);
    const lifted = 'SNAPSHOT_INVALID possession';
    expect(await swapped({ possession: bob.entry.possession })).toBe(lifted);
    expect(await swapped({ person: 'other' })).toBe(lifted);
    expect(await swapped({ recipient: bob.entry.recipient })).toBe(lifted); // by the web server, on the way
    expect(await swapped({ signingKey: bob.entry.signingKey })).toBe(lifted);
    expect(await swapped({ credentials: [{ id: 'AAAA', publicKey: 'AAAA' }] })).toBe(lifted);
    expect(await swapped({ credentials: [] })).toBe(lifted);
    expect(await ruleOf([{ ...bob.entry, credentials: [{ id: 'AAAA', publicKey: 'CCCC' }] }])).toBe(lifted);
    expect(await swapped({ possession: 'x' })).toBe(lifted);
    expect(await swapped({ possession: await delegation() })).toBe(lifted);
    const { credentials: _, ...without } = bob.entry;
    expect(await ruleOf([without])).toBe(lifted);
    // proven to another root
    const mallory = await createOrganisation();
    const jws = await delegateDirectory(mallory.root, directoryKey.publicKey, {
      organisation: ORGANISATION,
      until: NOW + DAY,
      now: NOW - 100,
    });
    const options = { directoryKey, delegation: jws, organisation: ORGANISATION, epoch: 1, now: NOW };
    expect(await reason(() => signSnapshot([alice.entry], options))).toBe(lifted);
    // what the custodian decides is not the person's to prove
    expect(await swapped({ roles: ['custodian'], teams: [], validTo: NOW + 5 })).toBe('accepted');
  });

  it('are found although the proofs of a directory seen before are not checked again', async () => {
    const since = await verify(snapshot);
    const next = { epoch: 2, previous: since.digest };
    const good = await snapshotOf(entries, next);
    const forged = async (change: object) => {
      const lines = sorted({ ...alice.entry, ...change }, bob.entry, carol.entry).map((entry) => canonicalJson(entry));
      return resigned(good, { lines });
    };
    expect(await reason(() => verify(good, { since }))).toBe('accepted');
    expect(await reason(async () => verify(await forged({ roles: [] }), { since }))).toBe('accepted');
    for (const change of [{ recipient: (await person('x', 'classic')).entry.recipient }, { person: 'aaron' }])
      expect(await reason(async () => verify(await forged(change), { since }))).toBe('SNAPSHOT_INVALID possession');
    // an object that only looks like a verified directory saves nothing
    const lookalike = { ...since, holds: () => true };
    const lines = [canonicalJson({ ...alice.entry, person: 'aaron' })];
    const bad = await resigned(good, { lines });
    expect(await reason(() => verify(bad, { since: lookalike }))).toBe('SNAPSHOT_INVALID possession');
  });
});
