import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breachClock, flagger, flagRules, wallClock } from '../src/report.js';
import { ORIGIN } from './support/events.js';
import { london } from './support/flag-models.js';
import { openedEntry } from './support/opened.js';

const at = (text: string): number => Date.parse(text);

function shown(text: string, timeZone?: string): [date: string, weekday: number, minutes: number] {
  const clock = wallClock(timeZone);
  return [clock.date(at(text)), clock.weekday(at(text)), clock.minutes(at(text))];
}

describe('the wall clock of London', () => {
  it('goes forward on the last Sunday of March', () => {
    expect(shown('2026-03-29T00:59:59Z')).toEqual(['2026-03-29', 0, 59]);
    expect(shown('2026-03-29T01:00:00Z')).toEqual(['2026-03-29', 0, 120]);
  });

  it('goes back on the last Sunday of October: an hour comes twice', () => {
    expect(shown('2026-10-25T00:30:00Z')).toEqual(['2026-10-25', 0, 90]);
    expect(shown('2026-10-25T01:30:00Z')).toEqual(['2026-10-25', 0, 90]);
  });

  it('begins its summer days an hour before those of UTC', () => {
    const clock = wallClock();
    expect(clock.date(at('2026-06-30T22:59:00Z'))).toBe('2026-06-30');
    expect(clock.date(at('2026-06-30T23:00:00Z'))).toBe('2026-07-01');
    expect(clock.date(at('2026-12-31T23:59:59Z'))).toBe('2026-12-31');
  });

  it('is what the platform writes out, at any time', () => {
    const clock = wallClock();
    const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
    fc.assert(
      fc.property(fc.integer({ min: at('1990-01-01'), max: at('2040-01-01') }), (time) => {
        const { date, day, minutes } = london(time);
        expect([clock.date(time), days[clock.weekday(time)], clock.minutes(time)]).toEqual([date, day, minutes]);
      }),
      { numRuns: 300, seed: 4 },
    );
  });

  it('knows zones with halves and quarters of an hour, and refuses unknown ones', () => {
    expect(shown('2026-01-01T00:00:00Z', 'Asia/Kathmandu')).toEqual(['2026-01-01', 4, 345]);
    expect(shown('2026-01-01T00:00:00Z', 'America/St_Johns')).toEqual(['2025-12-31', 3, 1230]);
    expect(() => wallClock('Europe/Lanark')).toThrow(RangeError);
  });
});

describe('out of hours', () => {
  const flagged = (time: string, facts = {}): boolean => {
    const running = flagger(
      flagRules(facts).filter(({ id }) => id === 'out-of-hours'),
      { origin: ORIGIN },
    );
    return running.push(openedEntry(0, { recordedAt: at(time) })).length > 0;
  };

  it('begins at seven by the wall, in winter and in summer', () => {
    expect(flagged('2026-03-27T06:59:59Z')).toBe(true);
    expect(flagged('2026-03-27T07:00:00Z')).toBe(false);
    // The Monday after the clocks went forward: seven by the wall is six by UTC.
    expect(flagged('2026-03-30T05:59:59Z')).toBe(true);
    expect(flagged('2026-03-30T06:00:00Z')).toBe(false);
    expect(flagged('2026-10-23T19:00:00Z')).toBe(true);
    expect(flagged('2026-10-23T18:59:59Z')).toBe(false);
    // And after they went back.
    expect(flagged('2026-10-26T19:59:59Z')).toBe(false);
    expect(flagged('2026-10-26T20:00:00Z')).toBe(true);
  });

  it('knows weekends and bank holidays by the wall', () => {
    expect(flagged('2026-06-27T10:00:00Z')).toBe(true);
    expect(flagged('2026-12-25T10:00:00Z')).toBe(false);
    expect(flagged('2026-12-25T10:00:00Z', { bankHolidays: new Set(['2026-12-25']) })).toBe(true);
  });

  it('goes by the rota of those who have one, half an hour either way', () => {
    const rota = new Map([['person-moss', [{ from: at('2026-03-28T20:00:00Z'), until: at('2026-03-29T07:00:00Z') }]]]);
    expect(flagged('2026-03-29T03:00:00Z', { rota })).toBe(false);
    expect(flagged('2026-03-28T19:30:00Z', { rota })).toBe(false);
    expect(flagged('2026-03-28T19:29:59Z', { rota })).toBe(true);
    expect(flagged('2026-03-29T07:30:00Z', { rota })).toBe(true);
    // A working day means nothing to who works nights.
    expect(flagged('2026-03-27T10:00:00Z', { rota })).toBe(true);
  });
});

describe('the 72 hours', () => {
  it('are hours that pass, over both changes of the clocks', () => {
    const spring = breachClock(at('2026-03-28T12:00:00Z'), at('2026-03-29T12:00:00Z'));
    expect(spring).toMatchObject({ dueAt: '2026-03-31T12:00:00.000Z', hoursLeft: 48, overdue: false, stage: 1 });
    expect(spring.words).toBe('48 h 0 min left, until Tuesday 31 March 2026, 13:00 BST.');
    const autumn = breachClock(at('2026-10-24T11:00:00Z'), at('2026-10-25T11:00:00Z'));
    expect(autumn.words).toBe('48 h 0 min left, until Tuesday 27 October 2026, 11:00 GMT.');
  });

  it('have stages, and an end that is said plainly', () => {
    const aware = at('2026-05-01T08:00:00Z');
    const stage = (hours: number): number => breachClock(aware, aware + hours * 3_600_000).stage;
    expect([0, 23.9, 24, 48, 65.9, 66, 90].map(stage)).toEqual([0, 0, 1, 2, 2, 3, 3]);
    expect(breachClock(aware, aware + 72 * 3_600_000)).toMatchObject({ overdue: false, hoursLeft: 0 });
    expect(breachClock(aware, aware + 75.5 * 3_600_000)).toMatchObject({
      overdue: true,
      hoursLeft: 0,
      words:
        'Overdue by 3 h 30 min: the 72 hours ended on Monday 4 May 2026, 09:00 BST. Notify now, and give the reasons for the delay.',
    });
  });

  it('cannot begin in the future or at no time', () => {
    expect(() => breachClock(2, 1)).toThrow(RangeError);
    expect(() => breachClock(Number.NaN, 1)).toThrow(RangeError);
  });
});
