import { canonicalJson, fromUtf8, utf8 } from '@wardseal/primitives';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  answerChallenge,
  challengeEnrolment,
  createEnrolment,
  createOrganisation,
  generateIdentity,
  generateSigningKey,
  limits,
  type Mode,
  SealError,
  verifyEnrolment,
  verifySnapshot,
} from '../src/index.js';
import { parseIdentity, recipientOf } from '../src/keys/recipient.js';
import { openerOf } from '../src/stanza/box.js';
import { snapshotOf } from './directory-craft.js';
import { codeOf, NOW, ORGANISATION, organisationKeys } from './world.js';

const credentials = [{ id: 'AAAA', publicKey: 'BBBB' }];
const secret = new Uint8Array(32).fill(5);

async function device(kind: Mode = 'classic') {
  const { root } = await organisationKeys();
  const link = { secret, person: 'dora', organisation: ORGANISATION, rootThumbprint: root.kid };
  const { identity, recipient } = await generateIdentity({ kind });
  return { ...link, link, identity, recipient, keys: await generateSigningKey(), credentials, now: NOW };
}
type Device = Awaited<ReturnType<typeof device>>;

/** All three steps, with what an attacker changes between them. */
async function enrol(
  d: Device,
  change: {
    request?: object;
    checks?: object;
    seen?: object;
    swap?: (text: string) => string;
    answer?: (text: string) => string;
  } = {},
) {
  const made = await createEnrolment({ ...d, ...change.request });
  const request = utf8((change.swap ?? String)(fromUtf8(made)!));
  const checks = { ...d.link, now: NOW, ...change.checks };
  const challenge = await challengeEnrolment(request, checks);
  const answer = await answerChallenge(challenge.message, { ...d, request });
  const given = utf8((change.answer ?? String)(fromUtf8(answer)!));
  return verifyEnrolment(request, given, { ...checks, challenge, ...change.seen });
}

async function refusal(act: () => Promise<unknown>): Promise<string> {
  const error = await act().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error === null) return 'accepted';
  return error instanceof SealError ? `${error.code} ${error.what ?? ''}`.trim() : String(error);
}

let dora: Device;
beforeAll(async () => {
  dora = await device();
});

describe.each(['pq', 'classic'] as const)('enrolling, %s', (kind) => {
  it('gives an entry that can be signed', async () => {
    const d = await device(kind);
    const enrolled = await enrol(d);
    expect(enrolled).toMatchObject({
      person: 'dora',
      organisation: ORGANISATION,
      recipient: d.recipient,
      signingKey: d.keys.publicKey,
      credentials,
    });
    const entry = { ...enrolled, roles: ['registrar'], validFrom: NOW - 10, validTo: NOW + 10 };
    const directory = await verifySnapshot(await snapshotOf([entry]), {
      rootThumbprint: d.rootThumbprint,
      now: NOW,
    });
    expect(directory.person('dora')).toEqual(entry);
  });

  it('works with keys that are held elsewhere', async () => {
    const d = await device(kind);
    const opener = openerOf(d.identity);
    const held = {
      recipient: await recipientOf(d.identity),
      decapsulate: (enc: Uint8Array) => opener.decapsulate(enc),
    };
    expect(parseIdentity(d.identity).kind).toBe(kind);
    expect((await enrol({ ...d, identity: held as never })).recipient).toBe(d.recipient);
  });
});

describe('an enrolment is refused', () => {
  const invalid = (what: string) => `ENROLMENT_INVALID ${what}`;

  it('with another secret', async () => {
    const other = new Uint8Array(32).fill(6);
    expect(await refusal(() => enrol(dora, { checks: { secret: other } }))).toBe(invalid('mac'));
    expect(await refusal(() => enrol(dora, { request: { secret: other } }))).toBe(invalid('mac'));
    expect(await refusal(() => enrol(dora, { seen: { secret: other } }))).toBe(invalid('mac'));
    const request = await createEnrolment(dora);
    const { message } = await challengeEnrolment(request, { ...dora.link, now: NOW });
    expect(await refusal(() => answerChallenge(message, { ...dora, secret: other, request }))).toBe(invalid('mac'));
  });

  it('for another person, organisation or root', async () => {
    const { thumbprint } = await createOrganisation();
    for (const change of [{ person: 'eve' }, { organisation: 'other' }, { rootThumbprint: thumbprint }]) {
      expect(await refusal(() => enrol(dora, { checks: change }))).toBe(invalid('possession'));
      expect(await refusal(() => enrol(dora, { request: change }))).toBe(invalid('possession'));
      expect(await refusal(() => enrol(dora, { seen: change }))).toBe(invalid('possession'));
    }
  });

  it('when the web server swaps keys or passkeys in it', async () => {
    const { recipient } = await generateIdentity({ kind: 'classic' });
    const swap = (from: string, to: string) => (text: string) => text.replaceAll(from, to);
    expect(await refusal(() => enrol(dora, { swap: swap(dora.recipient, recipient) }))).toBe(invalid('mac'));
    expect(await refusal(() => enrol(dora, { swap: swap('BBBB', 'CCCC') }))).toBe(invalid('mac'));
  });

  it('when a holder of the secret puts a proof of other keys in it', async () => {
    const { encodeMessage } = await import('../src/directory/enrolment.js');
    const eve = await device();
    const read = async (d: Device) => {
      const { mac: _, ...message } = JSON.parse(fromUtf8(await createEnrolment(d))!) as Record<string, never>;
      return message as unknown as Parameters<typeof encodeMessage<'request'>>[1];
    };
    const [mine, hers] = await Promise.all([read(dora), read(eve)]);
    const check = (message: object) =>
      refusal(() => challengeEnrolment(encodeMessage('request', message as never, secret), { ...dora.link, now: NOW }));
    expect(await check(mine)).toBe('accepted');
    expect(await check({ ...mine, recipient: hers.recipient })).toBe(invalid('possession'));
    expect(await check({ ...mine, signingKey: hers.signingKey })).toBe(invalid('possession'));
    expect(await check({ ...mine, possession: hers.possession })).toBe(invalid('possession'));
    expect(await check({ ...mine, credentials: [{ id: 'AAAA', publicKey: 'CCCC' }] })).toBe(invalid('possession'));
    expect(await check({ ...mine, recipient: `${mine.recipient}q` })).toBe(invalid('recipient'));
    expect(await check({ ...mine, extra: 1 })).toBe(invalid('encoding'));
    expect(await check({ ...mine, v: 1 })).toBe(invalid('encoding'));
  });

  it('when the receiving key is not held', async () => {
    const eve = await device();
    const request = await createEnrolment({ ...dora, identity: { recipient: eve.recipient, decapsulate: () => null } });
    const checks = { ...dora.link, now: NOW };
    const challenge = await challengeEnrolment(request, checks);
    expect(await refusal(() => answerChallenge(challenge.message, { ...dora, request }))).toBe(invalid('challenge'));
    // an answer with a value out of the air
    const { encodeMessage, digestOf } = await import('../src/directory/enrolment.js');
    const guess = { v: 0 as const, challenge: digestOf(challenge.message), value: 'A'.repeat(43) };
    const answer = encodeMessage('answer', guess, secret);
    expect(await refusal(() => verifyEnrolment(request, answer, { ...checks, challenge }))).toBe(invalid('value'));
  });

  it('when an answer or a challenge is used again', async () => {
    const checks = { ...dora.link, now: NOW };
    const request = await createEnrolment(dora);
    const [one, two] = await Promise.all([challengeEnrolment(request, checks), challengeEnrolment(request, checks)]);
    const answer = await answerChallenge(one.message, { ...dora, request });
    const verify = (r: Uint8Array, a: Uint8Array, challenge: typeof one) =>
      refusal(() => verifyEnrolment(r, a, { ...checks, challenge }));
    expect(await verify(request, answer, one)).toBe('accepted');
    expect(await verify(request, answer, two)).toBe(invalid('challenge'));
    expect(await verify(request, answer, { ...one, expected: two.expected })).toBe(invalid('value'));
    const another = await createEnrolment({ ...dora, now: NOW - 1 });
    expect(await verify(another, answer, one)).toBe(invalid('challenge'));
    expect(await refusal(() => answerChallenge(one.message, { ...dora, request: another }))).toBe(invalid('request'));
    // one kind of message is not another
    expect(await verify(request, request, one)).toBe(invalid('encoding'));
    expect(await verify(request, one.message, one)).toBe(invalid('encoding'));
  });

  it('when it is older than 30 minutes, or from the future', async () => {
    const at = (then: number, more = {}) => refusal(() => enrol(dora, { request: { now: then }, checks: more }));
    expect(await at(NOW - limits.MAX_ENROLMENT_SECONDS)).toBe('accepted');
    expect(await at(NOW - limits.MAX_ENROLMENT_SECONDS - 1)).toBe(invalid('time'));
    expect(await at(NOW + limits.MAX_CLOCK_SKEW_SECONDS)).toBe('accepted');
    expect(await at(NOW + limits.MAX_CLOCK_SKEW_SECONDS + 1)).toBe(invalid('time'));
    expect(await at(NOW - 61, { maxAge: 60 })).toBe(invalid('time'));
    // the challenge by the custodian's own clock
    const late = (now: number) => refusal(() => enrol(dora, { request: { now: NOW + 300 }, seen: { now } }));
    expect(await late(NOW + 1800)).toBe('accepted');
    expect(await late(NOW + 1801)).toBe(invalid('time'));
    expect(await late(NOW - 1)).toBe(invalid('time'));
  });

  it('with any character of any message changed', async () => {
    const checks = { ...dora.link, now: NOW };
    const request = await createEnrolment(dora);
    const challenge = await challengeEnrolment(request, checks);
    const answer = await answerChallenge(challenge.message, { ...dora, request });
    const everyChange = async (bytes: Uint8Array, act: (changed: Uint8Array) => Promise<unknown>) => {
      for (let at = 0; at < bytes.length; at++) {
        const changed = bytes.slice();
        changed[at]! ^= 1;
        const code = await codeOf(() => act(changed));
        if (code !== 'ENROLMENT_INVALID') throw new Error(`byte ${at}: ${code}`);
      }
    };
    await everyChange(request, (changed) => challengeEnrolment(changed, checks));
    await everyChange(challenge.message, (changed) => answerChallenge(changed, { ...dora, request }));
    await everyChange(answer, (changed) => verifyEnrolment(request, changed, { ...checks, challenge }));
  });

  it('when it is too long or not canonical', async () => {
    const request = await createEnrolment(dora);
    const parsed: unknown = JSON.parse(fromUtf8(request)!);
    expect(canonicalJson(parsed)).toBe(fromUtf8(request));
    const check = (bytes: Uint8Array) => refusal(() => challengeEnrolment(bytes, { ...dora.link, now: NOW }));
    expect(await check(utf8(JSON.stringify(parsed, null, 1)))).toBe(invalid('encoding'));
    expect(await check(new Uint8Array(limits.MAX_ENTRY_BYTES + 1).fill(32))).toBe(invalid('encoding'));
    expect(await check(Uint8Array.of(0xff))).toBe(invalid('encoding'));
    expect(await check(new Uint8Array(0))).toBe(invalid('encoding'));
  });

  it('as the mistake of the caller when options are of the wrong kind', async () => {
    const make = (more: object) => codeOf(() => createEnrolment({ ...dora, ...more } as never));
    expect(await make({ secret: new Uint8Array(31) })).toMatch(/^RangeError/);
    expect(await make({ person: '' })).toMatch(/^TypeError/);
    expect(await make({ rootThumbprint: 'x' })).toMatch(/^TypeError/);
    expect(await make({ credentials: [{}] })).toMatch(/^TypeError/);
    expect(await make({ credentials: new Array(limits.MAX_CREDENTIALS + 1).fill(credentials[0]) })).toMatch(
      /^TypeError/,
    );
    expect(await make({ now: 1.5 })).toMatch(/^RangeError/);
    expect(await make({ identity: 'x' })).toBe('KEY_INVALID');
    expect(await make({ keys: { ...dora.keys, kid: 'x' } })).toBe('KEY_INVALID');
    const request = await createEnrolment(dora);
    for (const maxAge of [0, 1801, 1.5])
      expect(await codeOf(() => challengeEnrolment(request, { ...dora.link, now: NOW, maxAge }))).toMatch(
        /^RangeError/,
      );
    expect(await codeOf(() => challengeEnrolment('x' as never, dora.link))).toMatch(/^TypeError/);
    expect(await codeOf(() => verifyEnrolment(request, request, { ...dora.link } as never))).toMatch(/^TypeError/);
    expect(await codeOf(() => answerChallenge(request, { ...dora, secret: new Uint8Array(1), request }))).toMatch(
      /^RangeError/,
    );
  });
});
