import { base64url, canonicalJson, fromBase64url, fromUtf8, utf8 } from '@wardseal/primitives';
import { seededRandom } from '@wardseal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeMessage } from '../../src/directory/enrolment.js';
import {
  answerChallenge,
  challengeEnrolment,
  createEnrolment,
  type DirectoryEntry,
  generateSigningKey,
  limits,
  type SealError,
  type VerifySnapshotOptions,
  verifyEnrolment,
  verifySnapshot,
} from '../../src/index.js';
import { forceBackend } from '../../src/testing.js';
import { DAY, delegation, digestOf, forgedDelegation, linesOf, resigned, snapshotOf } from '../directory-craft.js';
import { NOW, ORGANISATION, organisationKeys, person } from '../world.js';
import { fromSeed, onDisk } from './vector-file.js';

// vectors/directory.json is made here, from a fixed seed on the plain-JavaScript back end. With WRITE_VECTORS=1 the file is
// written anew; otherwise it must be what this code makes, and every case must come out as it says.

interface Case {
  readonly name: string;
  /** `ok`, or the code it must be refused with. */
  readonly expect: string;
  /** Which rule was broken. */
  readonly what?: string;
}

interface SnapshotCase extends Case {
  /** The snapshot as text. */
  readonly snapshot: string;
  readonly options: VerifySnapshotOptions;
  /** Who counts at `now`, by id. */
  readonly counting?: readonly string[];
}

interface EnrolmentCase extends Case {
  readonly secret: string;
  readonly person: string;
  readonly organisation: string;
  readonly rootThumbprint: string;
  readonly now: number;
  readonly request: string;
  readonly challenge: string;
  readonly expected: string;
  readonly answer: string;
}

interface Vectors {
  readonly format: string;
  readonly about: string;
  readonly snapshots: readonly SnapshotCase[];
  readonly enrolments: readonly EnrolmentCase[];
}

async function makeSnapshots(): Promise<SnapshotCase[]> {
  const cases: SnapshotCase[] = [];
  const { root, directoryKey } = await organisationKeys();
  const text = (bytes: Uint8Array) => fromUtf8(bytes)!;
  const pin = { rootThumbprint: root.kid, now: NOW };
  const ok = (name: string, bytes: Uint8Array, counting: readonly string[], more = {}) =>
    cases.push({ name, expect: 'ok', counting, snapshot: text(bytes), options: { ...pin, ...more } });
  const bad = (name: string, expected: string, bytes: Uint8Array | string, more = {}) => {
    const [code, what] = expected.split(' ') as [string, string?];
    const snapshot = typeof bytes === 'string' ? bytes : text(bytes);
    cases.push({ name, expect: code, ...(what && { what }), snapshot, options: { ...pin, ...more } });
  };

  // One after the other: the order of draws is part of the seed.
  const alice = await person('alice', 'classic', { roles: ['registrar'], teams: ['on-call'] });
  const bob = await person('bob', 'classic', { credentials: [{ id: 'AAAA', publicKey: 'BBBB' }] });
  const carol = await person('carol', 'pq');
  const twin = await person('alice', 'classic', { validFrom: NOW - 5, validTo: NOW + 5000 });
  const thief = await person('mallory', 'classic', { recipient: alice.entry.recipient });
  const stranger = await person('stranger', 'classic', { organisation: 'other-trust' });
  const mallory = await generateSigningKey();

  const one = await snapshotOf([alice.entry, bob.entry]);
  const former = { ...alice.entry, revokedAt: NOW - 5 };
  const terms = { purpose: 'second opinion', approvedBy: ['alice', 'bob'], until: NOW + 50 };
  const guest = { ...carol.entry, outsider: terms };
  ok('two people', one, ['alice', 'bob']);
  ok('nobody', await snapshotOf([]), []);
  const seen = (bytes: Uint8Array, epoch: number, delegatedAt = NOW - DAY) => ({
    since: { organisation: ORGANISATION, rootThumbprint: root.kid, epoch, delegatedAt, digest: digestOf(bytes) },
  });
  const next = await snapshotOf([former, twin.entry, guest, { ...bob.entry, revokedAt: NOW }], {
    epoch: 2,
    previous: digestOf(one),
  });
  ok('a former key, an outsider and a leaver, following the first', next, ['alice', 'carol'], {
    ...seen(one, 1),
    previous: digestOf(one),
    notBelowEpoch: 2,
    organisation: ORGANISATION,
  });
  ok('seen before', next, ['alice', 'carol'], seen(next, 2));

  ok(
    'a delegation of exactly 90 days',
    await resigned(one, { claims: { delegation: await forgedDelegation({ until: NOW + 89 * DAY }, root) } }),
    ['alice', 'bob'],
  );
  ok(
    'a clock five minutes behind',
    await resigned(one, { claims: { delegation: await forgedDelegation({ from: NOW - 100 }, root) } }),
    ['alice', 'bob'],
    { now: NOW - 100 - limits.MAX_CLOCK_SKEW_SECONDS },
  );
  ok(
    'a delegation that ends with the snapshot',
    await resigned(one, { claims: { delegation: await forgedDelegation({ until: NOW - 100 + 7 * DAY }, root) } }),
    ['alice', 'bob'],
  );
  ok('an epoch as high as the time', await resigned(one, { claims: { epoch: NOW - 100, previous: digestOf(one) } }), [
    'alice',
    'bob',
  ]);
  const never = { ...(await person('alice', 'classic', { validFrom: NOW - 6 })).entry, revokedAt: NOW - 6 };
  ok('a key that never counted, while another did', await snapshotOf([former, never, twin.entry]), ['alice']);

  bad('another root pinned', 'DELEGATION_INVALID root', one, { rootThumbprint: mallory.kid });
  bad('another organisation wanted', 'DELEGATION_INVALID organisation', one, { organisation: 'other-trust' });
  const delegated = async (name: string, expected: string, change: object, keys = root) =>
    bad(name, expected, await resigned(one, { claims: { delegation: await forgedDelegation(change, keys) } }));
  await delegated('delegation of another organisation', 'DELEGATION_INVALID organisation', {
    organisation: 'other-trust',
  });
  await delegated('delegation that has ended', 'DELEGATION_INVALID time', { from: NOW - DAY, until: NOW });
  await delegated('delegation that has not begun', 'DELEGATION_INVALID time', {
    from: NOW + limits.MAX_CLOCK_SKEW_SECONDS + 1,
    until: NOW + DAY,
  });
  await delegated('delegation of more than 90 days', 'DELEGATION_INVALID until', {
    from: NOW - DAY,
    until: NOW + 89 * DAY + 1,
  });
  await delegated('delegation of no time at all', 'DELEGATION_INVALID until', { from: NOW, until: NOW });
  await delegated('delegation signed by another key', 'DELEGATION_INVALID', {}, mallory);
  await delegated('delegation to the root', 'DELEGATION_INVALID directoryKey', { directoryKey: root.publicKey });
  await delegated('delegation of another key', 'SNAPSHOT_INVALID', { directoryKey: mallory.publicKey });
  await delegated('delegation of a newer version', 'DELEGATION_INVALID delegation', { v: 1 });
  await delegated('delegation that begins after the snapshot', 'SNAPSHOT_INVALID iat', { from: NOW - 99 });
  await delegated('delegation that ends before the snapshot', 'SNAPSHOT_INVALID until', { until: NOW + DAY });

  bad('signed by another key', 'SNAPSHOT_INVALID', await resigned(one, {}, mallory));
  bad('signed by the root', 'SNAPSHOT_INVALID', await resigned(one, {}, root));
  const claimed = async (name: string, expected: string, claims: object) =>
    bad(name, expected, await resigned(one, { claims }));
  await claimed('valid for more than 7 days', 'SNAPSHOT_INVALID until', { until: NOW - 100 + 7 * DAY + 1 });
  await claimed('never valid', 'SNAPSHOT_INVALID until', { until: NOW - 100 });
  await claimed('another count', 'SNAPSHOT_INVALID count', { count: 3 });
  await claimed('as many entries claimed as there may be', 'SNAPSHOT_INVALID count', {
    count: limits.MAX_DIRECTORY_ENTRIES,
  });
  await claimed('too many entries claimed', 'LIMIT MAX_DIRECTORY_ENTRIES', { count: limits.MAX_DIRECTORY_ENTRIES + 1 });
  await claimed('digest of other entries', 'SNAPSHOT_INVALID entries', { entries: digestOf(one) });
  await claimed('unknown member', 'SNAPSHOT_INVALID snapshot', { extra: true });
  await claimed('newer version', 'SNAPSHOT_INVALID snapshot', { v: 1 });
  await claimed('a predecessor of the first', 'SNAPSHOT_INVALID previous', { previous: digestOf(one) });
  await claimed('epoch above the time', 'SNAPSHOT_INVALID epoch', { epoch: NOW, previous: digestOf(one) });
  await claimed('no predecessor of the second', 'SNAPSHOT_INVALID previous', { epoch: 2 });
  bad('no longer valid', 'SNAPSHOT_STALE', one, { now: NOW - 100 + 7 * DAY });
  bad('not yet valid', 'SNAPSHOT_STALE', one, { now: NOW - 100 - limits.MAX_CLOCK_SKEW_SECONDS - 1 });
  bad('older than one seen', 'ROLLBACK epoch', one, { notBelowEpoch: 2 });
  bad('older than the last', 'ROLLBACK epoch', one, seen(next, 2));
  bad('another of the same epoch', 'ROLLBACK digest', one, seen(next, 1));
  bad('does not follow the last', 'ROLLBACK previous', next, seen(next, 1));
  bad('under an earlier delegation than the last', 'ROLLBACK delegation', next, seen(one, 1, NOW - DAY + 1));
  bad('another organisation than the last', 'DELEGATION_INVALID organisation', one, {
    since: { ...seen(one, 1).since, organisation: 'other-trust' },
  });
  bad('names another before it', 'ROLLBACK previous', next, { previous: digestOf(next) });

  const whole = text(one);
  const [head, ...lines] = whole.split('\n').slice(0, -1) as [string, ...string[]];
  bad('entry cut off', 'SNAPSHOT_INVALID entries', `${head}\n${lines[0]}\n`);
  bad('last line feed cut off', 'SNAPSHOT_INVALID entries', whole.slice(0, -1));
  bad('line added', 'SNAPSHOT_INVALID entries', `${whole}{}\n`);
  bad('head alone', 'SNAPSHOT_INVALID encoding', head);
  bad('empty', 'SNAPSHOT_INVALID encoding', '');
  bad('entry changed', 'SNAPSHOT_INVALID entries', whole.replace('"registrar"', '"custodian"'));
  bad('signature changed', 'SNAPSHOT_INVALID', whole.replace(head, `${head.slice(0, -86)}${'A'.repeat(86)}`));

  const listed = async (name: string, expected: string, changed: readonly string[]) =>
    bad(name, expected, await resigned(one, { lines: changed }));
  const entries = async (name: string, expected: string, list: readonly object[]) =>
    listed(name, expected, list.map(canonicalJson));
  const [a, b] = linesOf(one) as [string, string];
  await listed('other order', 'SNAPSHOT_INVALID order', [b, a]);
  await entries("a person's keys in another order", 'SNAPSHOT_INVALID order', [twin.entry, former]);
  await listed('line twice', 'SNAPSHOT_INVALID order', [a, a]);
  await listed('line not canonical', 'SNAPSHOT_INVALID encoding', [a.replace('{', '{ ')]);
  await listed('member twice', 'SNAPSHOT_INVALID encoding', [a.replace('"person"', '"person":"alice","person"')]);
  bad('signed without a last line feed', 'SNAPSHOT_INVALID encoding', await resigned(one, { body: `${a}\n${b}` }));
  await listed('empty line', 'SNAPSHOT_INVALID encoding', ['']);
  await listed('line that is no object', 'SNAPSHOT_INVALID entry', ['null']);
  const changed = (name: string, expected: string, change: object) =>
    entries(name, expected, [{ ...alice.entry, ...change }]);
  await changed('unknown member of an entry', 'SNAPSHOT_INVALID entry', { extra: 1 });
  await changed('role twice', 'SNAPSHOT_INVALID entry', { roles: ['a', 'a'] });
  await changed('mistyped member of an entry', 'SNAPSHOT_INVALID entry', { validTo: '0' });
  await changed('missing proof', 'SNAPSHOT_INVALID entry', { possession: undefined });
  await changed('entry that never begins', 'SNAPSHOT_INVALID time', { validTo: alice.entry.validFrom });
  await changed('recipient that is no key', 'SNAPSHOT_INVALID recipient', { recipient: 'age1qqqq' });
  await changed('key of the directory as a person', 'SNAPSHOT_INVALID signingKey', {
    signingKey: directoryKey.publicKey,
  });
  await changed('proof for another person', 'SNAPSHOT_INVALID possession', { person: 'eve' });
  await changed('proof for another receiving key', 'SNAPSHOT_INVALID possession', { recipient: bob.entry.recipient });
  await changed('proof for another signing key', 'SNAPSHOT_INVALID possession', { signingKey: bob.entry.signingKey });
  await changed('proof of another person', 'SNAPSHOT_INVALID possession', { possession: bob.entry.possession });
  await changed('proof for other passkeys', 'SNAPSHOT_INVALID possession', { credentials: bob.entry.credentials });
  await changed('delegation as a proof', 'SNAPSHOT_INVALID possession', { possession: await delegation() });
  await changed('outsider without terms', 'SNAPSHOT_INVALID outsider', { roles: ['outsider'] });
  await entries('entry of another organisation', 'SNAPSHOT_INVALID organisation', [stranger.entry]);
  await entries('two entries that count for one person', 'SNAPSHOT_INVALID person', [alice.entry, twin.entry]);
  await entries('receiving key of two people', 'SNAPSHOT_INVALID recipient', [alice.entry, thief.entry]);
  await entries('signing key of two people', 'SNAPSHOT_INVALID signingKey', [
    alice.entry,
    { ...alice.entry, person: 'eve', recipient: bob.entry.recipient },
  ]);
  const outsider = (name: string, change: object) =>
    entries(name, 'SNAPSHOT_INVALID outsider', [
      alice.entry,
      bob.entry,
      { ...guest, outsider: { ...terms, ...change } } as DirectoryEntry,
    ]);
  await outsider('outsider approved by one person twice', { approvedBy: ['bob', 'bob'] });
  await outsider('outsider approved by themself', { approvedBy: ['bob', 'carol'] });
  await outsider('outsider approved by nobody known', { approvedBy: ['bob', 'eve'] });
  return cases;
}

async function makeEnrolments(): Promise<EnrolmentCase[]> {
  const cases: EnrolmentCase[] = [];
  const { root } = await organisationKeys();
  const secret = new Uint8Array(32).fill(5);
  const link = { secret, person: 'alice', organisation: ORGANISATION, rootThumbprint: root.kid };
  for (const kind of ['classic', 'pq'] as const) {
    const { identity, keys } = await person('alice', kind);
    const device = { ...link, identity, keys, credentials: [{ id: 'AAAA', publicKey: 'BBBB' }], now: NOW };
    const request = await createEnrolment(device);
    const checks = { ...link, now: NOW };
    const challenge = await challengeEnrolment(request, checks);
    const answer = await answerChallenge(challenge.message, { secret, identity, request });
    const good = {
      name: kind,
      expect: 'ok',
      ...{ ...link, secret: base64url(secret), now: NOW },
      request: fromUtf8(request)!,
      challenge: fromUtf8(challenge.message)!,
      expected: base64url(challenge.expected),
      answer: fromUtf8(answer)!,
    };
    cases.push(good);
    if (kind === 'pq') continue;
    const bad = (name: string, what: string, change: Partial<EnrolmentCase>) =>
      cases.push({ ...good, name, expect: 'ENROLMENT_INVALID', what, ...change });
    const again = await challengeEnrolment(request, checks);
    bad('another secret', 'mac', { secret: base64url(new Uint8Array(32)) });
    bad('another person', 'possession', { person: 'eve' });
    bad('another organisation', 'possession', { organisation: 'other-trust' });
    bad('another root', 'possession', { rootThumbprint: keys.kid });
    bad('older than 30 minutes', 'time', { now: NOW + 1801 });
    bad('from the future', 'time', { now: NOW - limits.MAX_CLOCK_SKEW_SECONDS - 1 });
    bad('answer to another challenge', 'challenge', { challenge: fromUtf8(again.message)! });
    bad('answer with another value', 'value', { expected: base64url(again.expected) });
    bad('challenge to another request', 'challenge', {
      request: fromUtf8(await createEnrolment({ ...device, now: NOW - 1 }))!,
    });
    const ahead = await createEnrolment({ ...device, now: NOW + limits.MAX_CLOCK_SKEW_SECONDS });
    const asked = await challengeEnrolment(ahead, checks);
    const late = await answerChallenge(asked.message, { secret, identity, request: ahead });
    bad('challenge older than 30 minutes, the request not', 'time', {
      now: NOW + limits.MAX_ENROLMENT_SECONDS + 1,
      request: fromUtf8(ahead)!,
      challenge: fromUtf8(asked.message)!,
      expected: base64url(asked.expected),
      answer: fromUtf8(late)!,
    });
    bad('passkey swapped', 'mac', { request: good.request.replace('BBBB', 'CCCC') });
    bad('not canonical', 'encoding', { request: ` ${good.request}` });
    bad('answer that is a request', 'encoding', { answer: good.request });
    const { mac: _, ...message } = JSON.parse(good.request) as { mac: string; signingKey: string };
    const other = await generateSigningKey();
    const swapped = encodeMessage('request', { ...message, signingKey: other.publicKey } as never, secret);
    bad('proof for another key', 'possession', { request: fromUtf8(swapped)! });
  }
  return cases;
}

async function make(): Promise<Vectors> {
  return {
    format: 'wardseal.org directory v0',
    about:
      'Each snapshot is a text in UTF-8, judged with its options; of an `ok` case `counting` are the people who count at `now`. An enrolment is judged by who knows its link, challenge and expected value. Keys are made from a public seed: never use them.',
    snapshots: await makeSnapshots(),
    enrolments: await makeEnrolments(),
  };
}

let made: Vectors;
let stored: Vectors;
beforeAll(async () => {
  made = await fromSeed(seededRandom(20_261_122), make);
  stored = onDisk('directory', made);
});
afterAll(() => forceBackend());

async function outcome(one: Case, act: () => Promise<unknown>): Promise<Case> {
  const error = (await act().then(
    () => null,
    (thrown: unknown) => thrown,
  )) as SealError | null;
  const { name } = one;
  if (error === null) return { name, expect: 'ok' };
  return { name, expect: error.code ?? String(error), ...(error.what === undefined ? {} : { what: error.what }) };
}

const expected = ({ name, expect: code, what }: Case): Case => ({ name, expect: code, ...(what && { what }) });

describe('our vectors of directories', () => {
  it('are what this code makes from the seed', () => {
    expect(made).toEqual(stored);
    expect(stored.snapshots.length + stored.enrolments.length).toBeGreaterThan(75);
  });

  it.each(['node', 'webcrypto', 'noble'] as const)('each come out as they say, on %s', async (backend) => {
    forceBackend(backend);
    for (const one of stored.snapshots) {
      const verdict = await outcome(one, async () => {
        const directory = await verifySnapshot(utf8(one.snapshot), one.options);
        const people = new Set(directory.entries.map((entry) => entry.person));
        expect([...people].filter((id) => directory.person(id) !== null)).toEqual(one.counting);
      });
      expect(verdict).toEqual(expected(one));
    }
    for (const one of stored.enrolments) {
      const verdict = await outcome(one, () =>
        verifyEnrolment(utf8(one.request), utf8(one.answer), {
          ...one,
          secret: fromBase64url(one.secret)!,
          challenge: { message: utf8(one.challenge), expected: fromBase64url(one.expected)! },
        }),
      );
      expect(verdict).toEqual(expected(one));
    }
  });
});
