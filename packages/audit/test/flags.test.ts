import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventType, OpenedEntry } from '../src/index.js';
import { type Flag, type FlagParameters, flagger, flagRules, type Plain } from '../src/report.js';
import { ORIGIN } from './support/events.js';
import { FACTS, histories, KNOWN } from './support/flag-histories.js';
import { MODELS, modelled } from './support/flag-models.js';
import { openedEntry } from './support/opened.js';

const RULES = flagRules(FACTS);

function run(entries: readonly OpenedEntry[], rules = RULES): Flag[] {
  const running = flagger(rules, { origin: ORIGIN });
  return entries.flatMap((entry) => [...running.push(entry)]);
}

const findings = (flags: readonly Flag[], rule: string): string[] =>
  [...new Set(flags.filter((flag) => flag.rule === rule).map((flag) => `${rule}: ${flag.entries.join(' ')}`))].sort();

// Where a rule needs several entries of few kinds, histories hold no others.
const DENSE: Readonly<Record<string, readonly EventType[]>> = {
  'denied-then-seen': ['access.deny', 'image.view', 'image.view', 'auth.step-up', 'image.export'],
  'break-glass': ['breakglass.open', 'breakglass.review', 'breakglass.review', 'image.view', 'access.deny'],
};

describe('each rule finds what its definition says', () => {
  for (const rule of Object.keys(MODELS))
    it(rule, () => {
      let found = 0;
      // Reviews are due after a day; the other models know no memory that ends.
      const shape = {
        skews: rule === 'clock-jump',
        stretch: rule === 'break-glass' ? 10 : rule === 'denied-then-seen' ? 0.3 : 1,
        ...(DENSE[rule] && { types: DENSE[rule] }),
      };
      fc.assert(
        fc.property(histories(shape), (entries) => {
          const expected = modelled(rule, entries, KNOWN);
          expect(findings(run(entries), rule)).toEqual(expected);
          found += expected.length;
        }),
        { numRuns: 80, seed: 4 },
      );
      // A model that never finds anything would show nothing.
      expect(found).toBeGreaterThan(20);
    });

  it('every rule has a model here or a test of its own', () => {
    expect(RULES.map(({ id }) => id).filter((id) => !(id in MODELS))).toEqual(['bulk']);
    expect(RULES.every(({ idle }) => idle === undefined)).toBe(true);
  });
});

describe('limits', () => {
  it('ten minutes after a refusal are within ten minutes', () => {
    const raised = (apart: number): number =>
      run([
        openedEntry(0, { recordedAt: 0, type: 'access.deny', object: 'item-1' }),
        openedEntry(1, { recordedAt: apart, object: 'item-1' }),
      ]).filter(({ rule }) => rule === 'denied-then-seen').length;
    expect([raised(600_000), raised(600_001)]).toEqual([1, 0]);
  });

  it('an overdue review is told once, also by a monitor that was stopped and resumed', () => {
    const day = 86_400_000;
    const running = flagger(RULES, { origin: ORIGIN });
    running.push(openedEntry(0, { recordedAt: day, type: 'breakglass.open' }));
    expect(running.settle(2 * day)).toEqual([]);
    expect(running.settle(2 * day + 1)).toMatchObject([{ rule: 'break-glass', first: true }]);
    const saved = JSON.parse(JSON.stringify(running.save())) as Plain;
    expect(flagger(RULES, { origin: ORIGIN, saved }).settle(3 * day)).toEqual([]);
  });
});

describe('flags', () => {
  it('come out the same whole, and stopped, saved and resumed anywhere', () => {
    const eager: FlagParameters = { bulk: { floor: 2, ceiling: 2, ownHours: 1, roleHours: 1, settledHours: 1 } };
    const rules = flagRules(FACTS, eager);
    fc.assert(
      fc.property(histories({ skews: true }), fc.array(fc.nat(40), { maxLength: 4 }), (entries, stops) => {
        const whole = run(entries, rules);
        let running = flagger(rules, { origin: ORIGIN });
        const resumed = entries.flatMap((entry) => {
          if (stops.includes(entry.index)) {
            const saved = JSON.parse(JSON.stringify(running.save())) as Plain;
            running = flagger(flagRules(FACTS, eager), { origin: ORIGIN, saved });
          }
          return [...running.push(entry)];
        });
        expect(resumed).toEqual(whole);
        const end = (entries.at(-1)?.leaf.recordedAt ?? 0) + 30 * 3_600_000;
        const again = flagger(rules, { origin: ORIGIN, saved: JSON.parse(JSON.stringify(running.save())) as Plain });
        expect(again.settle(end)).toEqual(running.settle(end));
      }),
      { numRuns: 80, seed: 4 },
    );
  });

  it('do not depend on the order of entries of one time', () => {
    const eager: FlagParameters = { bulk: { floor: 2, ceiling: 2, ownHours: 1, roleHours: 1, settledHours: 1 } };
    const rules = flagRules(FACTS, eager).filter(({ id }) => id !== 'clock-jump');
    const raised = (entries: readonly OpenedEntry[]): string[] =>
      run(entries, rules)
        .filter(({ first }) => first)
        .map(({ rule, person, at }) => `${rule} ${person} ${at}`)
        .sort();
    fc.assert(
      fc.property(
        histories({ parents: false }),
        fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
        (entries, keys) => {
          const shuffled = [...entries]
            .sort((a, b) => a.leaf.recordedAt - b.leaf.recordedAt || keys[a.index]! - keys[b.index]!)
            .map((entry, index) => ({ ...entry, index }));
          expect(raised(shuffled)).toEqual(raised(entries));
        },
      ),
      { numRuns: 100, seed: 4 },
    );
  });

  it('have one event id each, though a memory was lost on the way', () => {
    fc.assert(
      fc.property(histories(), fc.nat(40), (entries, lost) => {
        const since = new Map<string, number>();
        for (const flag of [...run(entries), ...run(entries.slice(lost))]) {
          expect(since.get(flag.id) ?? flag.since).toBe(flag.since);
          since.set(flag.id, flag.since);
        }
      }),
      { numRuns: 100, seed: 4 },
    );
  });

  it('of one id are raised first once', () => {
    fc.assert(
      fc.property(histories(), (entries) => {
        const first = run(entries).filter((flag) => flag.first);
        expect(new Set(first.map(({ id }) => id)).size).toBe(first.length);
      }),
      { numRuns: 50, seed: 4 },
    );
  });

  it('name only entries that were there, rising', () => {
    fc.assert(
      fc.property(histories({ skews: true }), (entries) => {
        for (const { entries: places } of run(entries)) {
          expect(places.length).toBeGreaterThan(0);
          expect(places.every((place, i) => place < entries.length && place > (places[i - 1] ?? -1))).toBe(true);
        }
      }),
      { numRuns: 50, seed: 4 },
    );
  });

  it('come from nothing on an empty log', () => {
    expect(flagger(RULES, { origin: ORIGIN }).settle(Date.parse('2026-06-01'))).toEqual([]);
  });

  it('refuse entries out of order, two rules of one id and an unknown zone', () => {
    const running = flagger(RULES, { origin: ORIGIN });
    running.push(openedEntry(3, { recordedAt: 5 }));
    expect(() => running.push(openedEntry(3, { recordedAt: 6 }))).toThrow(RangeError);
    expect(() => flagger([...RULES, RULES[0]!], { origin: ORIGIN })).toThrow(RangeError);
    expect(() => flagger(RULES, { origin: ORIGIN, timeZone: 'Europe/Lanark' })).toThrow(RangeError);
    expect(() => flagRules({}, { bulk: { floor: Number.NaN } })).toThrow(RangeError);
    expect(() => flagRules({}, { bulk: { flor: 3 } as object })).toThrow(RangeError);
  });

  it('refuse a state that is damaged or of others', () => {
    const running = flagger(RULES, { origin: ORIGIN });
    running.push(openedEntry(0, { recordedAt: 5, outcome: 'intent', session: 's', site: 'north' }));
    const saved = running.save() as { [name: string]: Plain };
    const code = (options: { saved: Plain; origin?: string; rules?: typeof RULES; timeZone?: string }): string => {
      try {
        flagger(options.rules ?? RULES, { origin: ORIGIN, ...options });
      } catch (error) {
        return (error as { code?: string }).code ?? 'none';
      }
      return 'taken';
    };
    expect(code({ saved })).toBe('taken');
    expect(code({ saved, origin: 'other.example/2026' })).toBe('FLAG_STATE_INVALID');
    expect(code({ saved, timeZone: 'Europe/Dublin' })).toBe('FLAG_STATE_INVALID');
    expect(code({ saved, rules: flagRules(FACTS, { bulk: { floor: 9 } }) })).toBe('FLAG_STATE_INVALID');
    for (const hostile of [null, 7, 'x', [], {}, { ...saved, next: 'x' }, { ...saved, watches: {} }])
      expect(code({ saved: hostile })).toBe('FLAG_STATE_INVALID');
    const watches = saved['watches'] as { [name: string]: Plain };
    for (const rule of [
      'bulk',
      'two-places',
      'shared-session',
      'denied-then-seen',
      'dangling-intent',
      'break-glass',
      'clock-jump',
    ])
      for (const hostile of [7, 'x', { a: 1 }, [[1]], [['a', 'b']]])
        expect(code({ saved: { ...saved, watches: { ...watches, [rule]: hostile } } })).toBe('FLAG_STATE_INVALID');
  });

  it('are kept without any name, patient handle, session or device', () => {
    const running = flagger(RULES, { origin: ORIGIN });
    running.push(
      openedEntry(0, {
        recordedAt: 5,
        person: 'person-secret',
        patient: 'anna',
        session: 'session-secret',
        device: 'device-secret',
        purpose: 'BTG',
        onBehalfOf: 'other-secret',
      }),
    );
    const saved = JSON.stringify(running.save());
    expect(saved).not.toContain('secret');
    expect(saved).not.toContain(openedEntry(0, { recordedAt: 5, patient: 'anna' }).subject!.handle);
  });

  it('are not raised by rules that lack what they need, which say so', () => {
    const idle = flagRules().filter((rule) => rule.idle !== undefined);
    expect(idle.map(({ id }) => id)).toEqual(['own-record', 'colleague', 'watch-list', 'after-leaving', 'two-places']);
    expect(run([openedEntry(0, { recordedAt: 5 })], idle)).toEqual([]);
  });
});
