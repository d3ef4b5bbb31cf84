import * as z from 'zod/mini';
import type { Act } from './act.js';
import { Histogram } from './bulk-baseline.js';
import { parametersOf, restored } from './parameters.js';
import { type Finding, type FlagRule, MAX_EVIDENCE_ENTRIES, type Plain, type Watch } from './rule.js';

/** Views an hour that are never flagged: a clinic list is that long. */
export const BULK_FLOOR = 20;
/** How many times a person's own usual hour is too much: a double clinic is twice. */
export const BULK_OWN_FACTOR = 3;
/** How many times the role's usual hour is too much: people of one role differ more than one person's days. */
export const BULK_ROLE_FACTOR = 5;
/** Views an hour that are too much while nothing is known of person or role: one a minute without a pause. */
export const BULK_CEILING = 60;
/** Hours at work before a person's usual hour means something: a week of clinics. */
export const BULK_OWN_HOURS = 20;
/** Hours at work of all people of a role before the role's usual hour means something. */
export const BULK_ROLE_HOURS = 100;
/** Hours until an hour counts as usual: late entries have come, and a spree of two days does not excuse itself. */
export const BULK_SETTLED_HOURS = 48;

/** What the rule may be run with; every default is a constant of its own. */
export interface BulkParameters {
  /** Default `BULK_FLOOR`. */
  readonly floor: number;
  /** Default `BULK_OWN_FACTOR`. */
  readonly ownFactor: number;
  /** Default `BULK_ROLE_FACTOR`. */
  readonly roleFactor: number;
  /** Default `BULK_CEILING`. */
  readonly ceiling: number;
  /** Default `BULK_OWN_HOURS`. */
  readonly ownHours: number;
  /** Default `BULK_ROLE_HOURS`. */
  readonly roleHours: number;
  /** Default `BULK_SETTLED_HOURS`. */
  readonly settledHours: number;
}

const DEFAULTS: BulkParameters = {
  floor: BULK_FLOOR,
  ownFactor: BULK_OWN_FACTOR,
  roleFactor: BULK_ROLE_FACTOR,
  ceiling: BULK_CEILING,
  ownHours: BULK_OWN_HOURS,
  roleHours: BULK_ROLE_HOURS,
  settledHours: BULK_SETTLED_HOURS,
};

const HOUR = 3_600_000;

const histogram = z.array(z.tuple([z.number(), z.number()]));
const schema = z.object({
  hour: z.number(),
  open: z.array(
    z.tuple([
      z.number(),
      z.array(
        z.tuple([
          z.string(),
          z.object({ count: z.number(), roles: z.array(z.string()), entries: z.array(z.number()) }),
        ]),
      ),
    ]),
  ),
  own: z.array(z.tuple([z.string(), histogram])),
  roles: z.array(z.tuple([z.string(), histogram])),
});

/** What one person was shown in one hour. */
interface Tally {
  count: number;
  readonly roles: string[];
  readonly entries: number[];
}

/**
 * Somebody is shown far more in a clock hour than is usual for them or for their role. "Usual" is the median of hours in
 * which anything was seen at all, since the log began.
 */
export function bulkRule(given: Partial<BulkParameters> = {}): FlagRule {
  const parameters = parametersOf('bulk', DEFAULTS, given);
  return {
    id: 'bulk',
    title: 'Unusually many views',
    why: 'Trawling through records shows as volume. A big clinic, an audit or an MDT list is a good answer.',
    parameters: { ...parameters },
    watch: (saved) => new Bulk(parameters, saved),
  };
}

class Bulk implements Watch {
  readonly #parameters: BulkParameters;
  #hour = 0;
  readonly #open = new Map<number, Map<string, Tally>>();
  readonly #own = new Map<string, Histogram>();
  readonly #roles = new Map<string, Histogram>();

  constructor(parameters: BulkParameters, saved: Plain | undefined) {
    this.#parameters = parameters;
    if (saved === undefined) return;
    const { hour, open, own, roles } = restored('bulk', schema, saved);
    this.#hour = hour;
    for (const [at, tallies] of open) this.#open.set(at, new Map(tallies));
    for (const [person, counts] of own) this.#own.set(person, new Histogram(counts));
    for (const [role, counts] of roles) this.#roles.set(role, new Histogram(counts));
  }

  see(act: Act): readonly Finding[] {
    if (!act.seen) return [];
    this.#settle(Math.floor(act.entry.leaf.recordedAt / HOUR));
    const hour = Math.floor(act.at / HOUR);
    const tally = this.#tally(hour, act);
    const reason = this.#excess(act.person, tally);
    if (reason === null) return [];
    const key = ['bulk', act.person, hour].join(':');
    return [{ key, since: hour * HOUR, at: act.at, person: act.person, entries: [...tally.entries], reason }];
  }

  #tally(hour: number, { person, entry: { actor, index } }: Act): Tally {
    const tallies = this.#open.get(hour) ?? new Map<string, Tally>();
    const tally = tallies.get(person) ?? { count: 0, roles: [], entries: [] };
    this.#open.set(hour, tallies);
    tallies.set(person, tally);
    tally.count++;
    if (tally.entries.length < MAX_EVIDENCE_ENTRIES) tally.entries.push(index);
    const role = actor?.actor.role;
    if (role !== undefined && !tally.roles.includes(role)) tally.roles.push(role);
    return tally;
  }

  #excess(person: string, { count, roles }: Tally): string | null {
    const { floor, ownFactor, roleFactor, ceiling, ownHours, roleHours } = this.#parameters;
    const own = this.#own.get(person);
    const known = own !== undefined && own.total >= ownHours;
    const peers = roles
      .map((role) => this.#roles.get(role))
      .filter((role) => role !== undefined && role.total >= roleHours);
    const over = (usual: number, factor: number): boolean => count > Math.max(floor, usual * factor);
    if (known && over(own.median, ownFactor))
      return `${count} views in an hour; ${own.median} is usual for this person`;
    for (const role of peers)
      if (role && over(role.median, roleFactor))
        return `${count} views in an hour; ${role.median} is usual for this role`;
    if (!known && peers.length === 0 && count > ceiling)
      return `${count} views in an hour; nothing is known of what is usual`;
    return null;
  }

  /** Lets hours that are over for long enough become part of what is usual. */
  #settle(hour: number): void {
    if (hour === this.#hour) return;
    this.#hour = hour;
    for (const [at, tallies] of this.#open) {
      if (Math.abs(hour - at) < this.#parameters.settledHours) continue;
      this.#open.delete(at);
      for (const [person, { count, roles }] of tallies) {
        addTo(this.#own, person, count);
        for (const role of roles) addTo(this.#roles, role, count);
      }
    }
  }

  save(): Plain {
    const histograms = (of: Map<string, Histogram>): Plain => [...of].map(([name, counts]) => [name, counts.save()]);
    return {
      hour: this.#hour,
      open: [...this.#open].map(([hour, tallies]) => [
        hour,
        [...tallies].map(([person, { count, roles, entries }]) => [
          person,
          { count, roles: [...roles], entries: [...entries] },
        ]),
      ]),
      own: histograms(this.#own),
      roles: histograms(this.#roles),
    };
  }
}

function addTo(histograms: Map<string, Histogram>, name: string, count: number): void {
  const found = histograms.get(name) ?? new Histogram();
  histograms.set(name, found);
  found.add(count);
}
