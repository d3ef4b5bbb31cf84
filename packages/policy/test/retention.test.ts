import { hostileJson } from '@wardseal/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PolicyError } from '../src/index.js';
import {
  type CopyState,
  copyClock,
  FACTS,
  MAY_BE_NONE,
  type Nation,
  RETENTION_CODES,
  type RetentionFact,
  type RetentionInput,
  type RetentionOverride,
  retention,
  retentionInWords,
} from '../src/retention/index.js';
import vectors from '../vectors/retention.json' with { type: 'json' };
import { changed } from './support/change.js';

const NATIONS = Object.keys(RETENTION_CODES) as Nation[];
const TYPES = [...new Set(NATIONS.flatMap((nation) => RETENTION_CODES[nation].rules.map(({ id }) => id.slice(3))))];

const day = (days: number): string => new Date(days * 86_400_000).toISOString().slice(0, 10);
const date = fc.integer({ min: -20_000, max: 20_000 }).map(day);
/** The birth comes before everything else. */
const birth = fc.integer({ min: -40_000, max: -20_001 }).map(day);
const fact = (name: RetentionFact): fc.Arbitrary<string> =>
  name === 'dateOfBirth' ? birth : MAY_BE_NONE.includes(name) ? fc.oneof(date, fc.constant('none')) : date;
const allFacts = fc.record(
  Object.fromEntries(FACTS.map((name) => [name, fact(name)])) as Record<RetentionFact, fc.Arbitrary<string>>,
);
const someFacts = fc
  .tuple(allFacts, fc.subarray([...FACTS]))
  .map(([facts, kept]) => Object.fromEntries(kept.map((name) => [name, facts[name]])));
const nation = fc.constantFrom(...NATIONS);
const recordTypes = fc.subarray(TYPES, { minLength: 1, maxLength: 4 });
const hold = fc.constantFrom('legal' as const, 'inquiry' as const, 'incident' as const);
const signed = { reason: 'Schedule of the demo trust', signer: 'p-ig-lead', on: '2026-06-01' };

/** Kept without a day is later than every day. */
const until = (input: RetentionInput): string => retention(input).reviewOn ?? '9999-12-31';

test('every published case comes out as published', () => {
  for (const { name, input, expect: expected } of vectors.cases) {
    const { rules: ids, ...answer } = expected as typeof expected & { rules?: string[] };
    const result = retention(input as RetentionInput);
    expect([name, result]).toMatchObject([name, { ...answer, action: 'review', nation: input.nation }]);
    if (ids !== undefined) expect([name, result.rules.map(({ id }) => id)]).toEqual([name, ids]);
  }
});

test('every published slip fails with its code and place', () => {
  for (const { name, at, value, code, path } of vectors.mustFail) {
    let failure: unknown = 'accepted';
    try {
      retention(changed(vectors.input, at, value) as RetentionInput);
    } catch (error) {
      failure = error instanceof PolicyError ? { code: error.code, path: error.path } : error;
    }
    expect([name, failure]).toEqual([name, { code, path }]);
  }
});

test('every figure says where it comes from, when it was looked up, and that nobody has confirmed it', () => {
  for (const { prefix, codeVersion, rules } of Object.values(RETENTION_CODES)) {
    expect(codeVersion).toMatch(/\d{4}|Good Records/);
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const rule of rules) {
      expect(rule).toMatchObject({ asOf: '2026-11-22', confirmed: false, id: expect.stringMatching(`^${prefix}[.]`) });
      expect(rule.source.length).toBeGreaterThan(10);
      expect(['read', 'read-second-hand', 'believed']).toContain(rule.mark);
    }
  }
  expect(RETENTION_CODES.wales.rules.every(({ mark }) => mark === 'believed')).toBe(true);
  expect(RETENTION_CODES.england.codeVersion).toBe('England 2021, updated 2023-08-07');
});

test('nothing is confirmed until the trust signed every figure that took part', () => {
  const input = {
    nation: 'england',
    recordTypes: ['adult', 'mh'],
    hold: 'none',
    facts: { lastContact: '2020-01-01', endOfTreatment: '2020-01-01', dateOfDeath: 'none' },
  } as const;
  const adult = { rule: 'en.adult', period: { from: 'lastContact', years: 8 }, ...signed } as const;
  const mh = { rule: 'en.mh', period: { from: 'endOfTreatment', years: 20 }, ...signed } as const;
  expect(retention(input)).toMatchObject({ confirmed: false, notice: 'to be confirmed by the trust' });
  expect(retention({ ...input, overrides: [adult] }).confirmed).toBe(false);
  const both = retention({ ...input, overrides: [adult, mh] });
  expect(both).toMatchObject({ confirmed: true, notice: 'confirmed by the trust', reviewOn: '2040-01-01' });
  expect(both.rules[0]).toMatchObject({ mark: 'override', override: adult, asOf: '2026-06-01' });
});

test('a single period ends where another calendar says, in every year', () => {
  const later = (from: string, years: number): string => {
    const moment = new Date(`${from}T12:00:00Z`);
    moment.setUTCFullYear(moment.getUTCFullYear() + years);
    return moment.toISOString().slice(0, 10);
  };
  fc.assert(
    fc.property(
      fc.constantFrom(...NATIONS.flatMap((name) => RETENTION_CODES[name].rules.map(({ id }) => [name, id] as const))),
      allFacts,
      ([name, id], facts) => {
        const { period } = RETENTION_CODES[name].rules.find((rule) => rule.id === id)!;
        if (typeof period === 'string' || period.length !== 1) return;
        const [clock] = period;
        if (!('years' in clock!) || facts[clock.from] === 'none') return;
        expect(until({ nation: name, recordTypes: [id.slice(3)], facts, hold: 'none' })).toBe(
          later(facts[clock.from], clock.years),
        );
      },
    ),
    { numRuns: 500 },
  );
});

test('the birthday rule agrees with counting birthdays one by one', () => {
  const birthday = (born: string, age: number): number => {
    const [year, month, dayOfMonth] = born.split('-').map(Number) as [number, number, number];
    return Date.UTC(year + age, month - 1, dayOfMonth);
  };
  const leapDay = fc.integer({ min: 0, max: 20 }).map((i) => `${1904 + 4 * i}-02-29`);
  fc.assert(
    fc.property(fc.oneof(birth, leapDay), fc.integer({ min: 0, max: 7_500 }), (dateOfBirth, days) => {
      const treated = Date.parse(dateOfBirth) + days * 86_400_000;
      const endOfTreatment = day(treated / 86_400_000);
      let age = 0;
      while (birthday(dateOfBirth, age + 1) <= treated) age += 1;
      const result = retention({
        nation: 'england',
        recordTypes: ['child'],
        hold: 'none',
        facts: { dateOfBirth, endOfTreatment, lastContact: endOfTreatment },
      });
      const expected = [
        birthday(dateOfBirth, age >= 17 ? 26 : 25),
        ...(age >= 18 ? [birthday(endOfTreatment, 8)] : []),
      ];
      expect(result.reviewOn).toBe(day(Math.max(...expected) / 86_400_000));
    }),
    { numRuns: 500 },
  );
});

test('a later fact never gives an earlier day', () => {
  // A later birth makes somebody younger at the same treatment, and so may rightly end a year earlier.
  const names = FACTS.filter((name) => name !== 'dateOfBirth' && name !== 'childDateOfBirth');
  fc.assert(
    fc.property(nation, recordTypes, allFacts, fc.constantFrom(...names), date, (name, types, facts, which, other) => {
      if (facts[which] === 'none') return;
      const [early, late] = [facts[which], other].sort();
      const at = (value: string) =>
        until({ nation: name, recordTypes: types, hold: 'none', facts: { ...facts, [which]: value } });
      expect(at(early!) <= at(late!)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test('one kind of record more never shortens, and a fact less never gives a day', () => {
  fc.assert(
    fc.property(
      nation,
      recordTypes,
      someFacts,
      fc.constantFrom(...TYPES),
      fc.constantFrom(...FACTS),
      (name, types, facts, more, less) => {
        const input = { nation: name, recordTypes: types, hold: 'none' as const, facts };
        // What belongs to another record has no day of its own: that record says.
        if (retention(input).reviewOn !== null)
          expect(until(input) <= until({ ...input, recordTypes: [...types, more] })).toBe(true);
        const { [less]: _gone, ...rest } = facts as Record<string, string>;
        expect([until(input), '9999-12-31']).toContain(until({ ...input, facts: rest }));
      },
    ),
    { numRuns: 1_000 },
  );
});

test('a rule of which one clock is not known gives no day by itself either', () => {
  const facts = { endOfTreatment: '2010-01-31', lastContact: '2010-01-31' };
  const { rules } = retention({ nation: 'england', recordTypes: ['adult', 'mh'], hold: 'none', facts });
  expect(rules.map(({ id, reviewOn }) => [id, reviewOn])).toEqual([
    ['en.adult', '2018-01-31'],
    ['en.mh', null],
  ]);
});

test('any hold beats every day, an unknown one too, and no answer ever says more than review', () => {
  const override = fc.record({
    type: fc.constantFrom(...TYPES.filter((type) => type !== 'inquiry')),
    permanent: fc.boolean(),
    years: fc.integer({ min: 1, max: 200 }),
  });
  fc.assert(
    fc.property(
      nation,
      recordTypes,
      someFacts,
      hold,
      fc.uniqueArray(override, { maxLength: 3, selector: ({ type }) => type }),
      (name, types, facts, held, set) => {
        const { prefix } = RETENTION_CODES[name];
        const overrides = set.map(
          ({ type, permanent, years }): RetentionOverride => ({
            rule: `${prefix}.${type}`,
            period: permanent ? 'permanent' : { from: 'createdOn', years },
            ...signed,
          }),
        );
        const input = { nation: name, recordTypes: types, facts, overrides };
        expect(retention({ ...input, hold: held })).toMatchObject({
          reviewOn: null,
          kept: 'on-hold',
          hold: held,
          action: 'review',
        });
        const unknown = retention(input);
        expect(unknown.reviewOn).toBe(null);
        if (!types.includes('inquiry')) expect(unknown.missing).toContain('hold');
        const free = retention({ ...input, hold: 'none' });
        expect(free.action).toBe('review');
        // A day and a reason to keep without one never come together.
        expect(free.reviewOn !== null).toBe(free.kept === 'until-review');
        if (free.kept === 'until-review') expect([free.missing, free.unruled]).toEqual([[], []]);
      },
    ),
    { numRuns: 500 },
  );
});

test('every rule can be said in words, with who answers for it', () => {
  const recordTypes = ['adult', 'mh', 'child', 'photo', 'inquiry', 'cctv'];
  const override: RetentionOverride = { rule: 'en.adult', period: 'permanent', ...signed };
  const lines = retentionInWords({ nation: 'england', recordTypes, overrides: [override] });
  expect(lines.map(({ period }) => period)).toEqual([
    'permanently',
    '20 years after the end of treatment, or 10 years after death, whichever is later; then review',
    'to the 25th birthday (26th if 17 or older at the end of treatment); then review',
    'as long as the record it belongs to',
    'until the inquiry says otherwise',
    'no figure is known: kept',
  ]);
  expect(lines[0]!.source).toBe('decision of the trust of 2026-06-01, signed by p-ig-lead: Schedule of the demo trust');
  expect(lines.slice(1).every(({ source }) => source.includes('England 2021') && source.includes('by the trust'))).toBe(
    true,
  );
  for (const name of NATIONS)
    for (const { id } of RETENTION_CODES[name].rules) {
      const [line] = retentionInWords({ nation: name, recordTypes: [id.slice(3)] });
      expect(line!.period).toMatch(/^(\d|to the|until|as long|no figure)/);
    }
  const wordy: RetentionOverride = { rule: 'ni.photo', period: { from: 'createdOn', years: 1 }, ...signed };
  expect(retentionInWords({ nation: 'northern-ireland', recordTypes: ['photo'], overrides: [wordy] })[0]).toMatchObject(
    {
      what: 'Set by the trust',
      period: '1 year after creation; then review',
    },
  );
  expect(() => retentionInWords({ nation: 'england', recordTypes: [] })).toThrow(PolicyError);
});

test('hostile input is refused by code', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(
        '/nation',
        '/recordTypes',
        '/recordTypes/0',
        '/facts',
        '/facts/lastContact',
        '/hold',
        '/overrides',
      ),
      hostileJson(),
      (at, value) => {
        try {
          const { reviewOn } = retention(changed(vectors.input, at, value) as RetentionInput);
          expect([null, '2034-11-22']).toContain(reviewOn);
        } catch (error) {
          expect(error).toBeInstanceOf(PolicyError);
        }
      },
    ),
    { numRuns: 300 },
  );
  expect(() => retention(null as never)).toThrow(PolicyError);
});

const filed: CopyState = {
  digest: 'sha256-a',
  filed: { at: '2026-03-02T09:00:00Z', digest: 'sha256-a' },
  adviceFiledAt: '2026-03-02T10:00:00Z',
  caseClosedAt: '2026-03-02T09:30:00Z',
  hold: 'none',
};

test.each<[string, Partial<CopyState>, object]>([
  ['closed: 72 hours later', {}, { copy: 'transfer', disposableFrom: '2026-03-05T09:30:00.000Z' }],
  [
    'filed late',
    { filed: { at: '2026-03-09T09:00:00Z', digest: 'sha256-a' } },
    { copy: 'transfer', disposableFrom: '2026-03-09T09:00:00.000Z' },
  ],
  [
    'advice filed late',
    { adviceFiledAt: '2026-03-10T00:00:00Z' },
    { copy: 'transfer', disposableFrom: '2026-03-10T00:00:00.000Z' },
  ],
  ['no advice', { adviceFiledAt: 'no-advice' }, { copy: 'transfer', disposableFrom: '2026-03-05T09:30:00.000Z' }],
  [
    'advice not filed',
    { adviceFiledAt: 'none' },
    { copy: 'sole', clock: 'record', disposableFrom: null, reason: 'advice-not-filed' },
  ],
  ['not filed', { filed: 'none' }, { copy: 'sole', clock: 'record', disposableFrom: null, reason: 'not-filed' }],
  [
    'the record holds other bytes',
    { filed: { at: '2026-03-02T09:00:00Z', digest: 'sha256-b' } },
    { copy: 'sole', clock: 'record', disposableFrom: null, reason: 'record-differs' },
  ],
  ['open', { caseClosedAt: 'none' }, { copy: 'transfer', disposableFrom: null, reason: 'case-open' }],
  ['held', { hold: 'legal' }, { copy: 'transfer', disposableFrom: null, reason: 'on-hold' }],
  ['held and not filed', { hold: 'legal', filed: 'none' }, { copy: 'sole', clock: 'record', disposableFrom: null }],
])('copy: %s', (_name, change, expected) => {
  expect(copyClock({ ...filed, ...change })).toMatchObject(expected);
});

test('a copy of which anything is not said is not disposed of', () => {
  for (const field of Object.keys(filed)) {
    const { [field as keyof CopyState]: _gone, ...rest } = filed;
    expect(() => copyClock(rest as CopyState)).toThrow(PolicyError);
  }
  for (const value of [true, 'yesterday', '2026-03-02', ''])
    for (const field of ['adviceFiledAt', 'caseClosedAt', 'filed', 'hold'])
      expect(() => copyClock({ ...filed, [field]: value } as CopyState)).toThrow(PolicyError);
  expect(() => copyClock({ ...filed, destroy: true } as CopyState)).toThrow(PolicyError);
});
