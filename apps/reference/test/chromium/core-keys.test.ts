import { challengeEnrolment } from '@wardseal/crypto';
import { base64url, randomBytes, utf8 } from '@wardseal/primitives';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Core } from '../../client/core/core.js';
import { loadDirectory, setPin } from '../../client/core/directory.js';
import { unlock } from '../../client/core/keys.js';
import { newSession, type Session } from '../../client/core/session.js';
import type { Wrap } from '../../src/wire/api.js';
import { clinicalOf, labelsOf, uuid } from '../suites/core-items.js';
import { type Colleague, enrolColleague, newCore, ORGANISATION, signIn, World } from '../suites/core-world.js';

let world: World;
let ours: Colleague;
let other: Colleague;
const credential = base64url(utf8('p-okafor'));

beforeAll(async () => {
  world = await World.create();
  const registrar = { roles: ['registrar'], teams: ['plastics-on-call'] };
  ours = await enrolColleague(world.trust, { person: 'p-okafor', name: 'Wren Example', ...registrar });
  other = await enrolColleague(world.trust, { person: 'p-teal', name: 'Sky Pretend', ...registrar });
  await world.publish([ours.entry, other.entry]);
  await signIn(world, ours);
});

const unlocked = (by: Parameters<Core['unlock']>[0]) => ours.core.unlock(by);

describe('keys', () => {
  test('are opened by the passkey, and by the recovery code as somebody types it', async () => {
    const { wraps, recoveryCode, prf } = ours;
    await unlocked({ wraps, passkeyPrf: prf.slice(), credential });
    await unlocked({ wraps, recoveryCode: recoveryCode.toLowerCase().replaceAll('-', ' ') });
    expect(ours.core.unlocked).toBe(true);
  });

  test('what the passkey gave leaves the page, and is wiped in the worker whatever becomes of it', async () => {
    const passkeyPrf = ours.prf.slice();
    await unlocked({ wraps: ours.wraps, passkeyPrf, credential });
    expect(passkeyPrf.length).toBe(0);

    const session = await inThisThread();
    for (const wraps of [ours.wraps, []]) {
      const here = ours.prf.slice();
      await unlock(session, { wraps, passkeyPrf: here, credential }).catch(() => undefined);
      expect(here.length === 32 && here.every((byte) => byte === 0)).toBe(true);
    }
    expect(session.keys).not.toBeNull();
  });

  test('are made here, and the link’s secret leaves the page', async () => {
    const core = newCore();
    await expect(core.answer(new Uint8Array(3))).rejects.toMatchObject({ code: 'ENROLMENT_REFUSED' });
    const { rootThumbprint } = world.trust;
    const [secret, known] = [randomBytes(32), randomBytes(32)];
    const link = { person: 'p-new', organisation: ORGANISATION, rootThumbprint };
    known.set(secret);
    const { request } = await core.createKeys({ ...link, secret, credential: { id: 'AAAA', publicKey: 'AAAA' } });
    expect(secret.length).toBe(0);
    const { message } = await challengeEnrolment(request, { ...link, secret: known });
    message[message.length - 4]! ^= 1;
    await expect(core.answer(message)).rejects.toMatchObject({ code: 'ENROLMENT_REFUSED' });
    const noPrf = core.protect({ passkeyPrf: new Uint8Array(32), credential: 'AAAA' });
    await expect(noPrf).rejects.toMatchObject({ code: 'PASSKEY_WITHOUT_PRF' });
    const { wraps } = await core.protect({ passkeyPrf: randomBytes(32), credential: 'AAAA' });
    expect(wraps.map(({ method }) => method)).toEqual(['passkey', 'recovery-code']);
    // Nothing of them stays behind: from now on they are unlocked like anybody's.
    const again = core.protect({ passkeyPrf: randomBytes(32), credential: 'AAAA' });
    await expect(again).rejects.toMatchObject({ code: 'ENROLMENT_REFUSED' });
    core.lock();
  });

  test.each<[string, () => Parameters<Core['unlock']>[0], string]>([
    ['another passkey', () => ({ wraps: ours.wraps, passkeyPrf: randomBytes(32), credential }), 'UNLOCK_FAILED'],
    [
      'a passkey without PRF',
      () => ({ wraps: ours.wraps, passkeyPrf: new Uint8Array(32), credential }),
      'PASSKEY_WITHOUT_PRF',
    ],
    ['half a PRF', () => ({ wraps: ours.wraps, passkeyPrf: randomBytes(16), credential }), 'PASSKEY_WITHOUT_PRF'],
    [
      'no wrap of that passkey',
      () => ({ wraps: ours.wraps, passkeyPrf: ours.prf.slice(), credential: 'AAAA' }),
      'WRAP_MISSING',
    ],
    ['no wrap at all', () => ({ wraps: [], recoveryCode: ours.recoveryCode }), 'WRAP_MISSING'],
    [
      'a mistyped code',
      () => ({ wraps: ours.wraps, recoveryCode: `${ours.recoveryCode.slice(0, -1)}*` }),
      'RECOVERY_CODE_INVALID',
    ],
    ['somebody else’s code', () => ({ wraps: ours.wraps, recoveryCode: other.recoveryCode }), 'UNLOCK_FAILED'],
    [
      'somebody else’s wraps and code',
      () => ({ wraps: other.wraps, recoveryCode: other.recoveryCode }),
      'UNLOCK_FAILED',
    ],
    ['a wrap that is none', () => ({ wraps: broken(ours.wraps), recoveryCode: ours.recoveryCode }), 'UNLOCK_FAILED'],
  ])('are not opened by %s', async (_what, by, code) => {
    await expect(unlocked(by())).rejects.toMatchObject({ code });
  });

  test('that the directory does not name any more are not taken', async () => {
    const before = await enrolColleague(world.trust, { person: 'p-okafor', name: 'Wren Example' });
    await expect(unlocked({ wraps: before.wraps, recoveryCode: before.recoveryCode })).rejects.toMatchObject({
      code: 'UNLOCK_FAILED',
    });
  });

  test('are needed to seal, and end with the worker', async () => {
    await signIn(world, other);
    const request = {
      item: uuid(),
      case: uuid(),
      to: { person: 'p-okafor' },
      labels: { ...labelsOf(), kind: 'message' as const, consentLevel: [] as const },
      clinical: { ...clinicalOf(), consent: null },
    };
    expect((await other.core.seal(request)).recipients).toEqual(['p-okafor', 'p-teal']);
    const underWay = other.core.seal(request);
    other.core.lock();
    expect(other.core.unlocked).toBe(false);
    await expect(underWay).rejects.toMatchObject({ code: 'LOCKED' });
    await expect(other.core.seal(request)).rejects.toMatchObject({ code: 'DIRECTORY_NEEDED' });
    await other.core.pin({ organisation: ORGANISATION, person: 'p-teal', rootThumbprint: world.trust.rootThumbprint });
    await other.core.loadDirectory(world.snapshots.at(-1)!.slice().buffer);
    await expect(other.core.seal(request)).rejects.toMatchObject({ code: 'LOCKED' });
  });

  test('are not used with a directory that has ended since it was loaded', async () => {
    const session = await inThisThread();
    const { signed, anchors } = session.directory!;
    session.directory = { anchors, signed: { ...signed, validTo: signed.issuedAt } };
    const { wraps, recoveryCode } = ours;
    await expect(unlock(session, { wraps, recoveryCode })).rejects.toMatchObject({ code: 'DIRECTORY_STALE' });
  });

  test('of one person are gone when another is pinned', async () => {
    await signIn(world, other);
    const session = await inThisThread();
    await unlock(session, { wraps: ours.wraps, recoveryCode: ours.recoveryCode });
    setPin(session, { organisation: ORGANISATION, person: 'p-teal', rootThumbprint: world.trust.rootThumbprint });
    expect([session.keys, session.directory]).toEqual([null, null]);
  });

  test('are dropped when their owner has enrolled anew', async () => {
    await signIn(world, ours);
    const anew = await enrolColleague(world.trust, { person: 'p-okafor', name: 'Wren Example', roles: ['registrar'] });
    const revokedAt = Math.floor(Date.now() / 1000) - 5;
    const now = { ...anew.entry, validFrom: revokedAt };
    const snapshot = await world.publish([{ ...ours.entry, revokedAt }, now, other.entry]);
    await ours.core.loadDirectory(snapshot.slice().buffer);
    const request = { item: uuid(), nonce: randomBytes(32), payload: new ArrayBuffer(0) };
    const answer = { viewing: '', header: '', receipt: '', labels: {}, chips: {}, watermark: {}, sentAt: '' };
    await expect(ours.core.open({ ...request, answer })).rejects.toMatchObject({ code: 'LOCKED' });
    await ours.core.unlock({ wraps: anew.wraps, recoveryCode: anew.recoveryCode });
  });
});

async function inThisThread(): Promise<Session> {
  const kept = new Map<string, string>();
  const session = newSession({
    load: async (name) => kept.get(name) ?? null,
    save: (name, value) => void kept.set(name, value),
  });
  setPin(session, { organisation: ORGANISATION, person: 'p-okafor', rootThumbprint: world.trust.rootThumbprint });
  await loadDirectory(session, world.snapshots.at(-1)!.slice().buffer);
  return session;
}

function broken(wraps: readonly Wrap[]): Wrap[] {
  return wraps.map((wrap) => ({ ...wrap, wrapped: '!' }));
}
