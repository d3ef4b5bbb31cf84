import fc from 'fast-check';
import type { EventType, OpenedEntry } from '../../src/index.js';
import type { FlagFacts } from '../../src/report.js';
import type { ModelFacts } from './flag-models.js';
import { openedEntry, patientOf, type Told } from './opened.js';

/** Sunday, a night in which London's clocks go forward, Monday, and a Thursday before a bank holiday. */
export const STARTS: readonly number[] = [
  Date.parse('2026-03-28T22:00:00Z'),
  Date.parse('2026-10-24T22:30:00Z'),
  Date.parse('2026-03-30T05:00:00Z'),
  Date.parse('2026-04-02T17:00:00Z'),
];

const TYPES: readonly EventType[] = [
  'image.view',
  'image.view',
  'image.view',
  'image.thumbnail',
  'image.export',
  'image.print',
  'link.open',
  'screenshot.detected',
  'access.deny',
  'auth.step-up',
  'auth.fail',
  'breakglass.open',
  'breakglass.review',
  'clock.skew',
  'send',
  'item.handled',
];
const PEOPLE = ['person-moss', 'person-heron', 'person-birch'];
const NAMES = ['anna', 'birch', 'moss', 'vip'];

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

const told = (types: readonly EventType[]) =>
  fc.record({
    // Minutes, and exact limits of rules: 10, 15, 30.
    gap: fc.oneof(fc.constantFrom(0, 0, 1, 60_000, 600_000, 900_000, 900_001), fc.nat(1_800_000)),
    skew: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.constantFrom(2000, 2001, -90_000_000, -86_400_000)),
    type: fc.constantFrom(...types),
    outcome: fc.constantFrom('success', 'success', 'success', 'intent', 'serious', 'minor'),
    person: fc.constantFrom(...PEOPLE),
    kind: fc.constantFrom('practitioner', 'practitioner', 'practitioner', 'outsider', 'system', 'patient'),
    patient: maybe(fc.constantFrom(...NAMES)),
    object: maybe(fc.constantFrom('item-1', 'item-2')),
    purpose: maybe(fc.constantFrom('TREAT', 'BTG')),
    geofence: maybe(fc.constantFrom('inside', 'outside')),
    site: maybe(fc.constantFrom('north', 'south', 'west')),
    device: maybe(fc.constantFrom('device-1', 'device-2')),
    session: maybe(fc.constantFrom('session-1', 'session-2')),
    onBehalfOf: maybe(fc.constantFrom(...PEOPLE)),
    parent: maybe(fc.integer({ min: 1, max: 6 })),
    relationship: maybe(fc.constantFrom('none', 'team')),
    erased: fc.nat(9).map((n) => n === 0),
    staffGone: fc.nat(9).map((n) => n === 0),
  });

/** A random history of less than a day, `stretch` times as long; its times never fall. */
export function histories({
  skews = false,
  parents = true,
  stretch = 1,
  types = TYPES,
} = {}): fc.Arbitrary<readonly OpenedEntry[]> {
  return fc
    .record({ start: fc.constantFrom(...STARTS), steps: fc.array(told(types), { maxLength: 40, size: 'max' }) })
    .map(({ start, steps }) => {
      let at = start;
      return steps.map(({ gap, skew, parent, relationship, patient, ...step }, index) => {
        at += gap * stretch;
        const place = parent === undefined || !parents || parent > index ? undefined : index - parent;
        const change = {
          ...step,
          recordedAt: at,
          occurredAt: skews ? at + skew : at,
          patient,
          parent: place,
          ...(patient !== undefined && relationship && { facts: { 'context.relationship.kind': relationship } }),
        };
        const present = Object.entries(change).filter(([, value]) => value !== undefined);
        return openedEntry(index, Object.fromEntries(present) as unknown as Told);
      });
    });
}

/** What the models are told, and the same for the rules. */
export const KNOWN: ModelFacts = {
  own: new Map([['person-moss', patientOf('moss')]]),
  staff: new Set([patientOf('moss'), patientOf('birch')]),
  watched: new Set([patientOf('vip')]),
  leavers: new Map([['person-birch', Date.parse('2026-03-30T08:00:00Z')]]),
  rota: new Map([
    ['person-heron', [{ from: Date.parse('2026-03-28T20:00:00Z'), until: Date.parse('2026-03-29T07:00:00Z') }]],
  ]),
  holidays: new Set(['2026-04-03']),
  travel: (one, other) => (one === 'north' && other === 'south' ? 30 : one === 'north' ? 5 : undefined),
};

export const FACTS: FlagFacts = {
  ownHandles: KNOWN.own,
  staffHandles: KNOWN.staff,
  watchList: KNOWN.watched,
  leavers: KNOWN.leavers,
  rota: KNOWN.rota,
  bankHolidays: KNOWN.holidays,
  travel: KNOWN.travel,
};
