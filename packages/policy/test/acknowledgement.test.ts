import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Acknowledgement,
  acknowledge,
  acknowledgementOf,
  checkAcknowledgement,
  governanceFacts,
  type Register,
  textDigestOf,
} from '../src/governance/index.js';
import { loadPolicy } from '../src/index.js';
import vectors from '../vectors/assessments.json' with { type: 'json' };
import { withChange } from './support/change.js';
import { grace, registerOf } from './support/register.js';

const WHO = 'p-okafor';
const day = (number: number, time = '08:00:00'): string => `2026-03-${String(number).padStart(2, '0')}T${time}Z`;
const ms = Date.parse;

/** An acknowledgement of a version of the register, given on that day. */
function acked(register: Register, version: number, at: string, subject = WHO): Acknowledgement {
  const entry = register.versions.find((each) => each.version === version)!;
  return acknowledge(loadPolicy(entry.document), { subject, at, method: 'web', text: `Version ${version}` });
}

const ask = (register: Register, records: readonly Acknowledgement[], signedInAt: string, now: string = signedInAt) =>
  acknowledgementOf(register, records, { subject: WHO, signedInAt, now: ms(now) });

const two = registerOf([
  { version: 1, from: day(1) },
  { version: 2, from: day(10) },
]);

test('somebody who never acknowledged is asked at once', () => {
  expect(ask(two, [], day(2))).toEqual({
    state: 'due',
    required: 1,
    acknowledged: 'none',
    ask: true,
    since: '2026-03-01T08:00:00.000Z',
  });
});

test('who acknowledged the version in force has nothing to do', () => {
  expect(ask(two, [acked(two, 1, day(2))], day(3))).toEqual({
    state: 'current',
    required: 1,
    acknowledged: 1,
    ask: false,
  });
});

test('a new version asks at the next sign-in, leaves seven days and then is due', () => {
  const records = [acked(two, 1, day(2))];
  const at = (when: string) => ask(two, records, when);
  expect(at(day(10, '07:59:59'))).toMatchObject({ state: 'current', required: 1 });
  expect(at(day(10))).toEqual({
    state: 'grace',
    required: 2,
    acknowledged: 1,
    ask: true,
    dueBy: '2026-03-17T08:00:00.000Z',
    since: '2026-03-10T08:00:00.000Z',
  });
  expect(at(day(17, '07:59:59'))).toMatchObject({ state: 'grace' });
  expect(at(day(17))).toEqual({
    state: 'due',
    required: 2,
    acknowledged: 1,
    ask: true,
    since: '2026-03-10T08:00:00.000Z',
  });
  expect(ask(two, [...records, acked(two, 2, day(18))], day(18))).toMatchObject({ state: 'current', acknowledged: 2 });
});

test('a session that began before the version came into force is never asked, whatever the grace', () => {
  const none = registerOf([
    { version: 1, from: day(1), more: grace(0) },
    { version: 2, from: day(10), more: grace(0) },
  ]);
  const records = [acked(none, 1, day(2))];
  expect(ask(none, records, day(10, '07:59:59'), day(10, '12:00:00'))).toMatchObject({ state: 'grace', ask: false });
  expect(ask(none, records, day(10, '07:59:59'), day(20))).toMatchObject({ state: 'grace', ask: false });
  // The next sign-in, even a second after it came into force.
  expect(ask(none, records, day(10))).toMatchObject({ state: 'due', ask: true });
});

test('a session does not shield somebody who never acknowledged anything', () => {
  expect(ask(two, [], day(9), day(11))).toMatchObject({ state: 'due', required: 2, ask: true });
});

test('a further version does not prolong the grace', () => {
  const three = registerOf([
    { version: 1, from: day(1) },
    { version: 2, from: day(10) },
    { version: 3, from: day(16) },
  ]);
  const records = [acked(three, 1, day(2))];
  expect(ask(three, records, day(16, '12:00:00'))).toMatchObject({
    state: 'grace',
    required: 3,
    dueBy: '2026-03-17T08:00:00.000Z',
  });
  expect(ask(three, records, day(17))).toMatchObject({ state: 'due', required: 3 });
  expect(ask(three, [...records, acked(three, 2, day(15))], day(17))).toMatchObject({
    state: 'grace',
    dueBy: '2026-03-23T08:00:00.000Z',
  });
});

test('a version that only informs asks nobody who acknowledged one before, but a newcomer', () => {
  const informed = registerOf([
    { version: 1, from: day(1) },
    { version: 2, from: day(10), acknowledge: 'informed' },
  ]);
  expect(ask(informed, [acked(informed, 1, day(2))], day(25))).toMatchObject({
    state: 'current',
    required: 2,
    acknowledged: 1,
    ask: false,
  });
  expect(ask(informed, [], day(25))).toMatchObject({ state: 'due', required: 2 });
  expect(ask(informed, [acked(informed, 2, day(25))], day(25))).toMatchObject({ state: 'current', acknowledged: 2 });
});

test('a first version that only informs is acknowledged all the same', () => {
  const first = registerOf([{ version: 1, from: day(1), acknowledge: 'informed' }]);
  expect(ask(first, [], day(2))).toMatchObject({ state: 'due' });
});

test('an informing version does not hide a required one below it', () => {
  const hidden = registerOf([
    { version: 1, from: day(1) },
    { version: 2, from: day(5) },
    { version: 3, from: day(10), acknowledge: 'informed' },
  ]);
  expect(ask(hidden, [acked(hidden, 1, day(2))], day(12))).toMatchObject({ state: 'due', required: 3 });
});

test('a version acknowledged before it comes into force counts from then on', () => {
  expect(ask(two, [acked(two, 2, day(9))], day(9))).toMatchObject({ state: 'due', required: 1, acknowledged: 'none' });
  expect(ask(two, [acked(two, 1, day(2)), acked(two, 2, day(9))], day(9))).toMatchObject({
    state: 'current',
    acknowledged: 1,
  });
  expect(ask(two, [acked(two, 2, day(9))], day(11))).toMatchObject({ state: 'current', acknowledged: 2 });
});

test('a draft that never came into force is no version to have acknowledged', () => {
  const skipped = registerOf([{ version: 1, from: day(1) }, { version: 2 }, { version: 3, from: day(10) }]);
  expect(ask(skipped, [acked(skipped, 2, day(9))], day(11))).toMatchObject({ state: 'due', acknowledged: 'none' });
});

test('another digest under the same version, another policy and another person do not count', () => {
  const good = acked(two, 1, day(2));
  for (const changed of [
    { digest: `sha256-${'A'.repeat(43)}` },
    { policy: 'other' },
    { subject: 'p-lindqvist' },
    { version: 2 },
    { version: 9 },
  ])
    expect(ask(two, [{ ...good, ...changed }], day(3))).toMatchObject({ state: 'due', acknowledged: 'none' });
});

test('a text that was not the published one does not count where the texts are named', () => {
  const record = acked(two, 1, day(2));
  const of = (texts: Record<number, string[]>) =>
    acknowledgementOf(two, [record], { subject: WHO, signedInAt: day(3), now: ms(day(3)), texts }).state;
  expect(of({ 1: [record.textDigest] })).toBe('current');
  expect(of({ 1: [`sha256-${'A'.repeat(43)}`] })).toBe('due');
  expect(of({ 1: [] })).toBe('due');
  expect(of({ 2: [] })).toBe('current');
});

test('a record dated up to two minutes ahead counts, one beyond that does not yet', () => {
  expect(ask(two, [acked(two, 1, day(3, '08:02:00'))], day(3))).toMatchObject({ state: 'current' });
  expect(ask(two, [acked(two, 1, day(3, '08:02:01'))], day(3))).toMatchObject({ state: 'due' });
});

test('what was withdrawn no longer counts, but its readers keep the grace', () => {
  const withdrawn = registerOf([
    { version: 1, from: day(1) },
    { version: 2, from: day(5), withdrawn: day(8) },
    { version: 3, from: day(10), acknowledge: 'informed' },
  ]);
  const [one, both] = [[acked(withdrawn, 1, day(2))], [acked(withdrawn, 1, day(2)), acked(withdrawn, 2, day(6))]];
  expect(ask(withdrawn, both, day(7))).toMatchObject({ state: 'current', acknowledged: 2 });
  // Nothing is in force, from the very moment it was withdrawn.
  expect(ask(withdrawn, both, day(8))).toMatchObject({ state: 'due', required: 'none' });
  expect(ask(withdrawn, both, day(9))).toEqual({ state: 'due', required: 'none', acknowledged: 2, ask: false });
  // Version 3 informs about a change against version 2, which stands no more: it is read by all.
  expect(ask(withdrawn, both, day(11))).toMatchObject({
    state: 'grace',
    required: 3,
    dueBy: '2026-03-17T08:00:00.000Z',
  });
  expect(ask(withdrawn, one, day(11))).toMatchObject({
    state: 'grace',
    required: 3,
    since: '2026-03-10T08:00:00.000Z',
  });
  expect(ask(withdrawn, both, day(17))).toMatchObject({ state: 'due' });
  expect(ask(withdrawn, [acked(withdrawn, 3, day(17))], day(17))).toMatchObject({ state: 'current' });
});

test('nothing has ever been in force', () => {
  expect(ask(registerOf([{ version: 1 }]), [], day(2))).toMatchObject({ state: 'due', required: 'none' });
});

test('the record names the version and the text by their digests', () => {
  const record = acked(two, 1, day(2));
  expect(record).toEqual({
    format: 'acknowledgement/0',
    subject: WHO,
    policy: 'sample',
    version: 1,
    digest: two.versions[0]!.digest,
    // printf 'Version 1' | sha256sum
    textDigest: 'sha256-VD3nDdfHLDOIYf8l1JRqZlSWPaEI1OKHjkfDooTrPZs',
    at: day(2),
    method: 'web',
  });
  expect(Object.isFrozen(record)).toBe(true);
  expect(checkAcknowledgement(JSON.stringify(record))).toEqual(record);
});

test.each(vectors.acknowledgementMustFail)('a record that is none is refused: $name', ({ change, code, path }) => {
  expect(() => checkAcknowledgement(withChange(vectors.acknowledgement, change))).toThrow(
    expect.objectContaining({ code, path }),
  );
});

test('what the refused ones are made from is accepted, with the digest of its text', () => {
  expect(checkAcknowledgement(vectors.acknowledgement)).toEqual(vectors.acknowledgement);
  expect(textDigestOf(vectors.acknowledgementText)).toBe(vectors.acknowledgement.textDigest);
});

test('a field too many is refused, in the list with its place', () => {
  const bad = { ...acked(two, 1, day(2)), note: 'x' };
  expect(() => checkAcknowledgement(bad)).toThrow(expect.objectContaining({ code: 'UNKNOWN_FIELD', path: '/note' }));
  expect(() => ask(two, [acked(two, 1, day(2)), bad], day(3))).toThrow(
    expect.objectContaining({ path: '/acknowledgements/1/note' }),
  );
});

test.each(['', ' \n', 'half \ud83d'])('nobody acknowledges the text %j', (text) => {
  expect(() =>
    acknowledge(loadPolicy(two.versions[0]!.document), { subject: WHO, at: day(2), method: 'web', text }),
  ).toThrow(expect.objectContaining({ code: 'DOCUMENT_INVALID', path: '/text' }));
});

test('moments that are none are the caller’s mistake', () => {
  expect(() => acknowledgementOf(two, [], { subject: WHO, signedInAt: 'today', now: 0 })).toThrow(RangeError);
  for (const now of [Number.NaN, Number.POSITIVE_INFINITY, 9e15])
    expect(() => acknowledgementOf(two, [], { subject: WHO, signedInAt: day(1), now })).toThrow(RangeError);
});

// Random lives of a policy: 1 to 5 versions, days apart, some informing, some withdrawn, some drafts.
const start = ms(day(1));
const DAY = 86_400_000;
const lives = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 1, max: 20 }),
      informed: fc.boolean(),
      draft: fc.boolean(),
      withdrawn: fc.boolean(),
      days: fc.integer({ min: 0, max: 30 }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((parts) => {
    let at = start;
    return registerOf(
      parts.map(({ gap, informed, draft, withdrawn, days }, i) => {
        at += gap * DAY;
        return {
          version: i + 1,
          ...(draft ? {} : { from: new Date(at).toISOString() }),
          ...(!draft && withdrawn ? { withdrawn: new Date(at + (DAY * gap) / 40).toISOString() } : {}),
          acknowledge: informed ? 'informed' : 'required',
          more: grace(days),
        } as const;
      }),
    );
  });
const moment = fc.integer({ min: 0, max: 150 * 24 }).map((hours) => start + hours * 3_600_000);
const RANK = { due: 0, grace: 1, current: 2 };

test('time alone never turns what is due into anything current, within a session and over sign-ins', () => {
  fc.assert(
    fc.property(
      lives,
      fc.array(fc.integer({ min: 1, max: 5 })),
      moment,
      moment,
      fc.boolean(),
      (register, given, a, b, sameSession) => {
        const [early, late] = [Math.min(a, b), Math.max(a, b)];
        const records = given
          .filter((version) => version <= register.versions.length)
          .map((version) => acked(register, version, new Date(start).toISOString()));
        const at = (now: number) => {
          const signedInAt = new Date(sameSession ? early : now).toISOString();
          return acknowledgementOf(register, records, { subject: WHO, signedInAt, now });
        };
        const [before, after] = [at(early), at(late)];
        // One exception: a version that was acknowledged ahead comes into force.
        const ahead = before.acknowledged !== after.acknowledged;
        // Where nothing was in force, everything was refused: that is no state of the person.
        if (before.required === 'none' || ahead) return;
        if (before.state === 'due') expect(after.state).not.toBe('current');
        if (before.required === after.required) expect(RANK[after.state]).toBeLessThanOrEqual(RANK[before.state]);
      },
    ),
    { numRuns: 400, seed: 5 },
  );
});

test('a further record never worsens anything, and an order never matters', () => {
  fc.assert(
    fc.property(
      lives,
      fc.array(fc.integer({ min: 1, max: 5 })),
      fc.integer({ min: 1, max: 5 }),
      moment,
      moment,
      (register, given, more, signed, now) => {
        const record = (version: number) =>
          acked(register, Math.min(version, register.versions.length), new Date(start).toISOString());
        const query = { subject: WHO, signedInAt: new Date(signed).toISOString(), now };
        const records = given.map(record);
        const before = acknowledgementOf(register, records, query);
        const after = acknowledgementOf(register, [record(more), ...records], query);
        expect(RANK[after.state]).toBeGreaterThanOrEqual(RANK[before.state]);
        expect(acknowledgementOf(register, [...records].reverse(), query)).toEqual(before);
      },
    ),
    { numRuns: 400, seed: 6 },
  );
});

test('the two facts are equal exactly while the person may go on', () => {
  fc.assert(
    fc.property(lives, fc.array(fc.integer({ min: 1, max: 5 })), moment, moment, (register, given, signed, now) => {
      const acknowledgements = given
        .filter((version) => version <= register.versions.length)
        .map((version) => acked(register, version, new Date(start).toISOString()));
      const query = { subject: WHO, signedInAt: new Date(signed).toISOString(), now };
      const { state, acknowledged } = acknowledgementOf(register, acknowledgements, query);
      const facts = governanceFacts(register, { ...query, acknowledgements, assessments: [], channel: 'web' });
      expect(facts.subject.acknowledgedVersion).toBe(acknowledged);
      expect(facts.context.policyVersion === acknowledged).toBe(state !== 'due');
    }),
    { numRuns: 400, seed: 11 },
  );
});

test('what is due is always to be had: acknowledging the version in force makes it current', () => {
  fc.assert(
    fc.property(lives, moment, (register, now) => {
      const query = { subject: WHO, signedInAt: new Date(now).toISOString(), now };
      const { required } = acknowledgementOf(register, [], query);
      if (required === 'none') return;
      const record = acked(register, required, new Date(now).toISOString());
      expect(acknowledgementOf(register, [record], query)).toMatchObject({ state: 'current', acknowledged: required });
    }),
    { numRuns: 200, seed: 7 },
  );
});
