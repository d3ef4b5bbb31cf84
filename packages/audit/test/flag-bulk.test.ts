import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OpenedEntry } from '../src/index.js';
import { type Flag, flagger, flagRules } from '../src/report.js';
import { hexOf, ORIGIN } from './support/events.js';
import { openedEntry } from './support/opened.js';

const HOUR = 3_600_000;
const MONDAY = Date.parse('2026-03-02T00:00:00Z');
const SMALL = { floor: 2, ownFactor: 2, roleFactor: 3, ceiling: 4, ownHours: 2, roleHours: 4, settledHours: 6 };

function bulk(entries: readonly OpenedEntry[], parameters = {}): Flag[] {
  const rules = flagRules({}, { bulk: parameters }).filter(({ id }) => id === 'bulk');
  const running = flagger(rules, { origin: ORIGIN });
  return entries.flatMap((entry) => [...running.push(entry)]);
}

/** So many views in each hour, evenly. */
function views(perHour: readonly number[], person = 'person-moss', role = 'doctor', start = MONDAY): OpenedEntry[] {
  const times = perHour.flatMap((count, hour) =>
    Array.from({ length: count }, (_, i) => start + hour * HOUR + Math.floor((i * HOUR) / Math.max(count, 1))),
  );
  return times.map((recordedAt, index) => openedEntry(index, { recordedAt, person, role }));
}

function together(...lists: readonly OpenedEntry[][]): OpenedEntry[] {
  return lists
    .flat()
    .sort((a, b) => a.leaf.recordedAt - b.leaf.recordedAt)
    .map((entry, index) => ({ ...entry, index }));
}

const middle = (counts: readonly number[]): number =>
  [...counts].sort((a, b) => a - b)[Math.ceil(counts.length / 2) - 1]!;

/** The rule's definition: for every view, all hours anew. */
function model(entries: readonly OpenedEntry[]): string[] {
  const hourOf = (e: OpenedEntry): number => Math.floor(e.leaf.recordedAt / HOUR);
  const personOf = (e: OpenedEntry): string => hexOf(e.leaf.actorHandle);
  const roleOf = (e: OpenedEntry): string => e.actor!.actor.role!;
  return entries.flatMap((entry, i) => {
    const soFar = entries.slice(0, i + 1);
    const hour = hourOf(entry);
    const mine = soFar.filter((e) => personOf(e) === personOf(entry) && hourOf(e) === hour);
    const counts = (fits: (e: OpenedEntry) => boolean): number[] => {
      const hours = new Map<string, number>();
      for (const e of soFar)
        if (fits(e) && hourOf(e) <= hour - SMALL.settledHours)
          hours.set(
            `${personOf(e)} ${hourOf(e)}`,
            soFar.filter((o) => personOf(o) === personOf(e) && hourOf(o) === hourOf(e)).length,
          );
      return [...hours.values()];
    };
    const own = counts((e) => personOf(e) === personOf(entry));
    const role = counts((e) => roleOf(e) === roleOf(entry));
    const ownKnown = own.length >= SMALL.ownHours;
    const roleKnown = role.length >= SMALL.roleHours;
    const over =
      (ownKnown && mine.length > Math.max(SMALL.floor, middle(own) * SMALL.ownFactor)) ||
      (roleKnown && mine.length > Math.max(SMALL.floor, middle(role) * SMALL.roleFactor)) ||
      (!ownKnown && !roleKnown && mine.length > SMALL.ceiling);
    return over ? [mine.map(({ index }) => index).join(' ')] : [];
  });
}

describe('bulk', () => {
  it('finds what its definition says', () => {
    const people = ['person-moss', 'person-heron', 'person-birch'];
    let found = 0;
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(7), { maxLength: 20 }), { minLength: 3, maxLength: 3 }), (lists) => {
        const entries = together(...lists.map((list, n) => views(list, people[n], n === 2 ? 'nurse' : 'doctor')));
        const flags = bulk(entries, SMALL).map((flag) => flag.entries.join(' '));
        const expected = model(entries);
        expect(flags).toEqual(expected);
        found += expected.length;
      }),
      { numRuns: 25, seed: 4 },
    );
    expect(found).toBeGreaterThan(100);
  });

  it('needs more than sixty an hour while nothing is known, by default', () => {
    expect(bulk(views([60]))).toEqual([]);
    const flags = bulk(views([63]));
    expect(flags.map(({ first }) => first)).toEqual([true, false, false]);
    expect(flags.map(({ entries }) => entries.length)).toEqual([61, 62, 63]);
    expect(flags[0]!.reason).toBe('61 views in an hour; nothing is known of what is usual');
  });

  it('knows three times the usual of a person after twenty hours two days ago', () => {
    const usual = Array.from({ length: 20 }, () => 10);
    const quiet = Array.from({ length: 48 }, () => 0);
    expect(bulk(views([...usual, ...quiet, 30]))).toEqual([]);
    expect(bulk(views([...usual, ...quiet, 31]))).toMatchObject([
      { first: true, reason: '31 views in an hour; 10 is usual for this person' },
    ]);
    // A spree does not excuse itself while it lasts.
    const spree = bulk(views([...usual, ...quiet, ...Array.from({ length: 30 }, () => 40)]));
    expect(new Set(spree.map(({ id }) => id)).size).toBe(30);
  });

  it('finds who always did too much, by what is usual for the role', () => {
    const peers = Array.from({ length: 4 }, (_, n) =>
      views(
        Array.from({ length: 30 }, () => 6),
        `person-${n}`,
      ),
    );
    const heavy = views([...Array.from({ length: 80 }, () => 40), 40], 'person-heavy');
    const flags = bulk(together(...peers, heavy));
    expect(flags.find(({ first }) => first)).toMatchObject({ reason: '31 views in an hour; 6 is usual for this role' });
    expect(new Set(flags.map(({ person }) => person)).size).toBe(1);
  });

  it('counts no outcome twice, no failure, no system and no patient', () => {
    const entries = Array.from({ length: 70 }, (_, n) => [
      openedEntry(4 * n, { recordedAt: MONDAY + n, outcome: 'intent', kind: 'system' }),
      openedEntry(4 * n + 1, { recordedAt: MONDAY + n, kind: 'patient', person: 'patient-1' }),
      openedEntry(4 * n + 2, { recordedAt: MONDAY + n, outcome: 'serious', person: 'person-birch' }),
      openedEntry(4 * n + 3, { recordedAt: MONDAY + n, type: 'access.deny', person: 'person-birch' }),
    ]).flat();
    expect(bulk(entries)).toEqual([]);
    const withAudit = Array.from({ length: 60 }, (_, n) => [
      openedEntry(2 * n, { recordedAt: MONDAY + n, outcome: 'intent' }),
      openedEntry(2 * n + 1, { recordedAt: MONDAY + n, parent: 2 * n }),
    ]).flat();
    expect(bulk(withAudit)).toEqual([]);
  });

  it('goes by when it happened, so that what an outbox delivers at once is no spree', () => {
    const entries = Array.from({ length: 70 }, (_, n) =>
      openedEntry(n, { recordedAt: MONDAY + 5 * HOUR, occurredAt: MONDAY + (n % 5) * HOUR }),
    );
    expect(bulk(entries)).toEqual([]);
  });

  it('keeps the first five hundred entries of an hour', () => {
    const flags = bulk(views([700]));
    expect(flags.at(-1)).toMatchObject({ reason: expect.stringContaining('700 views') });
    expect(flags.at(-1)!.entries).toHaveLength(500);
  });
});
