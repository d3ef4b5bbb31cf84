import type { OpenedEntry } from '../../src/index.js';
import { hexOf } from './events.js';

// What each rule means, said again in the simplest way: whole histories, quadratic loops, no memory. A finding is
// `rule: entries`. Histories are shorter than a day and their times never fall.

export const MODEL = {
  own: new Map<string, string>(),
  staff: new Set<string>(),
  watched: new Set<string>(),
  leavers: new Map<string, number>(),
  rota: new Map<string, { from: number; until: number }[]>(),
  holidays: new Set<string>(),
  travel: (_one: string, _other: string): number | undefined => undefined,
};
export type ModelFacts = typeof MODEL;

const SEEN = ['image.view', 'image.thumbnail', 'image.download', 'image.export', 'image.print', 'link.open'];
const OUT = ['screenshot.detected', 'image.export', 'image.download', 'image.print'];
const REMEDIES = ['auth.login', 'auth.step-up', 'policy.acknowledge', 'breakglass.open'];
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const who = ({ leaf }: OpenedEntry): string => hexOf(leaf.actorHandle);
const failed = ({ leaf }: OpenedEntry): boolean =>
  leaf.type === 'access.deny' || leaf.outcome === 'serious' || leaf.outcome === 'major';

function answers(entries: readonly OpenedEntry[], { leaf, index }: OpenedEntry): boolean {
  if (leaf.parent === undefined || leaf.outcome === 'intent') return false;
  const parent = entries[leaf.parent];
  if (parent?.leaf.outcome !== 'intent' || parent.leaf.type !== leaf.type) return false;
  // The first answer counts; a second one is an act of its own.
  return !entries
    .slice(leaf.parent + 1, index)
    .some(
      (other) =>
        other.leaf.parent === leaf.parent && other.leaf.outcome !== 'intent' && other.leaf.type === parent.leaf.type,
    );
}

function seen(entries: readonly OpenedEntry[], entry: OpenedEntry): boolean {
  const kind = entry.actor?.actor.kind;
  if (kind === 'system' || kind === 'patient') return false;
  return SEEN.includes(entry.leaf.type) && !failed(entry) && !answers(entries, entry);
}

/** London by another way than the code's: the platform writes the time out. */
export function london(time: number): { date: string; day: string; minutes: number } {
  const text = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/London',
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(time);
  const [date, clock] = text.split(' ') as [string, string];
  const [hours, minutes] = clock.split(':').map(Number) as [number, number];
  const day = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', weekday: 'short' }).format(time);
  return { date, day, minutes: hours * 60 + minutes };
}

type Model = (entries: readonly OpenedEntry[], facts: ModelFacts) => (number[] | null)[];

/** A rule that looks at one entry at a time. */
const each =
  (judge: (entry: OpenedEntry, facts: ModelFacts, entries: readonly OpenedEntry[]) => boolean): Model =>
  (entries, facts) =>
    entries.map((entry) => (judge(entry, facts, entries) ? [entry.index] : null));

const pairs =
  (judge: (a: OpenedEntry, b: OpenedEntry, entries: readonly OpenedEntry[], facts: ModelFacts) => boolean): Model =>
  (entries, facts) =>
    entries.flatMap((a) =>
      entries.map((b) => (judge(a, b, entries, facts) ? [a.index, b.index].sort((x, y) => x - y) : null)),
    );

const same = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a !== undefined && b !== undefined && hexOf(a) === hexOf(b);
const time = ({ leaf }: OpenedEntry): number => leaf.recordedAt;

export const MODELS: Readonly<Record<string, Model>> = {
  'own-record': each(
    (entry, { own }, all) =>
      seen(all, entry) && !!entry.subject && own.get(entry.actor?.actor.id ?? '') === entry.subject.handle,
  ),
  colleague: each(
    (entry, { own, staff }, all) =>
      seen(all, entry) &&
      !!entry.subject &&
      staff.has(entry.subject.handle) &&
      own.get(entry.actor?.actor.id ?? '') !== entry.subject.handle,
  ),
  'watch-list': each(
    (entry, { watched }, all) => seen(all, entry) && !!entry.subject && watched.has(entry.subject.handle),
  ),
  'no-relationship': each(
    (entry, _, all) =>
      seen(all, entry) &&
      entry.leaf.purpose !== 'BTG' &&
      entry.subject?.facts?.['context.relationship.kind'] === 'none',
  ),
  'outside-geofence': each((entry, _, all) => seen(all, entry) && entry.leaf.geofence === 'outside'),
  'after-leaving': each((entry, { leavers }) => {
    const left = entry.actor === null ? undefined : leavers.get(entry.actor.actor.id);
    return left !== undefined && time(entry) >= left;
  }),
  'taken-out': each((entry, _, all) => OUT.includes(entry.leaf.type) && !failed(entry) && !answers(all, entry)),
  'out-of-hours': each((entry, { rota, holidays }, all) => {
    if (!seen(all, entry) || entry.actor === null) return false;
    const shifts = rota.get(entry.actor.actor.id);
    if (shifts) return !shifts.some((s) => time(entry) >= s.from - 30 * MINUTE && time(entry) < s.until + 30 * MINUTE);
    const { date, day, minutes } = london(time(entry));
    return holidays.has(date) || day === 'Sat' || day === 'Sun' || minutes < 7 * 60 || minutes >= 20 * 60;
  }),
  'denied-then-seen': pairs((deny, view, all) => {
    if (deny.leaf.type !== 'access.deny' || !seen(all, view) || who(deny) !== who(view)) return false;
    const about =
      same(deny.leaf.objectHandle, view.leaf.objectHandle) || same(deny.leaf.subjectHandle, view.leaf.subjectHandle);
    const apart = time(view) - time(deny);
    if (!about || apart < 0 || apart > 10 * MINUTE) return false;
    return !all.some(
      (other) =>
        who(other) === who(deny) &&
        REMEDIES.includes(other.leaf.type) &&
        other.leaf.outcome === 'success' &&
        time(other) >= time(deny) &&
        time(other) < time(view),
    );
  }),
  'two-places': pairs((a, b, all, { travel }) => {
    const place = (entry: OpenedEntry): string | undefined =>
      entry.actor?.actor.kind === 'system' ? undefined : entry.actor?.where?.site;
    const [one, other] = [place(a), place(b)].sort();
    if (a.index >= b.index || who(a) !== who(b) || !one || !other || one === other) return false;
    // Of all earlier acts at that place the last one is the closest.
    const last = all.findLast((e) => e.index < b.index && who(e) === who(b) && place(e) === place(a));
    return last === a && time(b) - time(a) < (travel(one, other) ?? 0) * MINUTE;
  }),
  'shared-session': (all) =>
    all.flatMap((b) => {
      const earlier = all.filter((a) => a.index < b.index && a.actor?.session === b.actor?.session);
      if (b.actor?.session === undefined || b.actor.actor.kind === 'system') return [];
      const others = earlier.filter((a) => a.actor?.actor.kind !== 'system');
      const device = b.actor.where?.device;
      const byOther = others.find((a) => who(a) !== who(b));
      const byDevice =
        device === undefined
          ? undefined
          : others.find((a) => a.actor?.where?.device !== undefined && a.actor.where.device !== device);
      return [byOther && [byOther.index, b.index], byDevice && [byDevice.index, b.index]].map((found) => found ?? null);
    }),
  'dangling-intent': (all) =>
    all.map((entry) => {
      if (entry.leaf.outcome !== 'intent') return null;
      const answer = all.find((other) => other.leaf.parent === entry.index && answers(all, other));
      const late = answer !== undefined && time(answer) > time(entry) + 15 * MINUTE;
      const over = answer === undefined && time(all.at(-1)!) > time(entry) + 15 * MINUTE;
      return late || over ? [entry.index] : null;
    }),
  'clock-jump': (all) =>
    all.flatMap((entry, i) => {
      const before = all[i - 1];
      const ahead = (entry.actor?.occurredAt ?? time(entry)) - time(entry);
      return [
        before && time(before) - time(entry) > 2000 ? [before.index, entry.index] : null,
        ahead > 2000 ? [entry.index] : null,
        -ahead > 24 * HOUR && !entry.actor?.evidence ? [entry.index] : null,
        entry.leaf.type === 'clock.skew' ? [entry.index] : null,
      ];
    }),
  'break-glass': (all) => {
    const use = (e: OpenedEntry): boolean =>
      !failed(e) &&
      e.leaf.type !== 'breakglass.review' &&
      e.leaf.type !== 'auth.fail' &&
      (e.leaf.type === 'breakglass.open' || e.leaf.purpose === 'BTG');
    const cases: { members: number[]; people: Set<string>; at: number; closedAt?: number; told?: boolean }[] = [];
    const out: number[][] = [];
    const dueBefore = (now: number): void => {
      for (const one of cases)
        if (one.closedAt === undefined && !one.told && one.at + 24 * HOUR < now) {
          one.told = true;
          out.push([...one.members]);
        }
    };
    for (const e of all) {
      dueBefore(time(e));
      const people = [who(e), e.actor?.actor.id, e.actor?.onBehalfOf].filter((name) => name !== undefined);
      const parent = cases.find(
        ({ members, closedAt }) =>
          closedAt === undefined && e.leaf.parent !== undefined && members.includes(e.leaf.parent),
      );
      if (use(e)) {
        const one = parent ?? { members: [], people: new Set<string>(), at: time(e) };
        if (!parent) cases.push(one);
        one.members.push(e.index);
        for (const name of people) one.people.add(name);
      } else if (e.leaf.type === 'breakglass.review' && !failed(e) && e.leaf.outcome !== 'intent' && parent) {
        if (people.some((name) => parent.people.has(name))) out.push([...parent.members, e.index]);
        else parent.closedAt = time(e);
      }
    }
    return out;
  },
};

/** All findings of a model, as text, sorted. */
export function modelled(rule: string, entries: readonly OpenedEntry[], facts: ModelFacts): string[] {
  const found = MODELS[rule]!(entries, facts).filter((finding) => finding !== null);
  return [...new Set(found.map((finding) => `${rule}: ${finding.join(' ')}`))].sort();
}
