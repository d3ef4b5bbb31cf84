import { seededNumbers } from '@wardseal/testkit';
import { describe, expect, it } from 'vitest';
import type { OpenedEntry } from '../src/index.js';
import { flagger, flagRules } from '../src/report.js';
import { ORIGIN } from './support/events.js';
import { openedEntry, patientOf, type Told } from './support/opened.js';

const MINUTE = 60_000;
const STAFF = ['moss', 'heron', 'birch', 'wren', 'rook', 'hazel'];
const BREAK_GLASS_AT = 11 * 60;

/** One working day of a small department: clinics, refusals with a second factor, one use of break-glass, filing. */
function ordinaryDay(midnight: number, seed: number): OpenedEntry[] {
  const next = seededNumbers(`ordinary ${seed}`);
  const acts: (Told & { after?: number })[] = [];
  for (const name of STAFF) {
    const own = {
      person: `person-${name}`,
      role: 'dermatologist',
      session: `session-${name}-${midnight}`,
      device: `device-${name}`,
      site: next() % 2 === 0 ? 'Clinic 4' : 'Ward 2',
      geofence: 'inside',
    } as const;
    acts.push({ ...own, type: 'auth.login', recordedAt: midnight + 8 * 60 * MINUTE + (next() % (30 * MINUTE)) });
    for (let hour = 9; hour < 17; hour++)
      for (let n = next() % 14; n > 0; n--)
        acts.push({
          ...own,
          recordedAt: midnight + hour * 60 * MINUTE + (next() % (60 * MINUTE)),
          patient: `patient ${next() % 80}`,
          object: `item-${next() % 200}`,
          facts: { 'context.relationship.kind': next() % 2 === 0 ? 'team' : 'referral' },
        });
    const noon = midnight + 12 * 60 * MINUTE + (next() % (30 * MINUTE));
    const item = { ...own, patient: `patient ${name}`, object: `item-${name}` };
    acts.push(
      { ...item, type: 'access.deny', recordedAt: noon },
      { ...own, type: 'auth.step-up', recordedAt: noon + MINUTE },
      { ...item, recordedAt: noon + 2 * MINUTE },
    );
  }
  const used = { person: 'person-moss', patient: 'emergency', object: 'item-e', purpose: 'BTG' } as const;
  const opened = midnight + BREAK_GLASS_AT * MINUTE;
  acts.push(
    { ...used, type: 'breakglass.open', recordedAt: opened },
    { ...used, recordedAt: opened + 1, after: -1, facts: { 'context.relationship.kind': 'none' } },
    { type: 'breakglass.review', person: 'person-heron', recordedAt: opened + 5 * 60 * MINUTE, after: -2 },
  );
  acts.sort((a, b) => a.recordedAt - b.recordedAt);
  const root = acts.findIndex(({ type }) => type === 'breakglass.open');
  return acts.map(({ after, ...told }, index) => openedEntry(index, after ? { ...told, parent: root } : told));
}

describe('ordinary days', () => {
  it('raise no flag, with every rule at work', () => {
    const rules = flagRules({
      ownHandles: new Map(STAFF.map((name) => [`person-${name}`, patientOf(`staff ${name}`)])),
      watchList: new Set([patientOf('vip')]),
      leavers: new Map([['person-gone', 0]]),
      bankHolidays: new Set(['2026-04-03']),
      travel: (one, other) => (one.startsWith('Clinic') && other.startsWith('Ward') ? 2 : 30),
    });
    expect(rules.filter(({ idle }) => idle !== undefined)).toEqual([]);
    // Fridays and Mondays around both changes of the clocks.
    for (const day of ['2026-03-27', '2026-03-30', '2026-10-23', '2026-10-26'])
      for (let seed = 0; seed < 20; seed++) {
        const running = flagger(rules, { origin: ORIGIN });
        const midnight = Date.parse(`${day}T00:00:00+0${day === '2026-03-30' || day === '2026-10-23' ? 1 : 0}:00`);
        const flags = ordinaryDay(midnight, seed).flatMap((entry) => [...running.push(entry)]);
        expect([...flags, ...running.settle(midnight + 48 * 60 * MINUTE)]).toEqual([]);
      }
  });
});
