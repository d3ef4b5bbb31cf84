import * as z from 'zod/mini';
import type { Act } from './act.js';
import { restored } from './parameters.js';
import { Recent } from './recent.js';
import type { Finding, FlagRule, Plain, Watch } from './rule.js';

/** Hours after which any two places of one trust can have been reached: what is older is forgotten. */
export const LONGEST_TRAVEL = 12;

const HOUR = 3_600_000;
const schema = z.array(
  z.tuple([
    z.string(),
    z.array(z.tuple([z.number(), z.object({ place: z.string(), at: z.number(), index: z.number() })])),
  ]),
);

/** Where places are and how far from each other. */
export interface Geography {
  /** The least minutes from one place to the other, or undefined when nobody said. Places come in sorted order. */
  readonly travel?: (one: string, other: string) => number | undefined;
  /** The place that a network address belongs to, used where the event names no site. */
  readonly siteOf?: (ip: string) => string | undefined;
}

/** One person acts at two places closer in time than anybody can travel. */
export function twoPlacesRule({ travel, siteOf }: Geography = {}): FlagRule {
  return {
    id: 'two-places',
    title: 'Two places at once',
    why: 'Nobody is in two places at once: an account is shared or stolen. A remote desktop is a good answer.',
    parameters: { longestTravelHours: LONGEST_TRAVEL, networks: siteOf !== undefined },
    ...(travel === undefined && { idle: 'it was not told how far the sites are from each other' }),
    watch: (saved) => new TwoPlaces(travel ?? (() => undefined), siteOf ?? (() => undefined), saved),
  };
}

class TwoPlaces implements Watch {
  readonly #travel: NonNullable<Geography['travel']>;
  readonly #siteOf: NonNullable<Geography['siteOf']>;
  // Of each person and place the latest act: of all earlier ones it is the closest in time.
  readonly #last: Recent<{ place: string; at: number; index: number }>;

  constructor(
    travel: NonNullable<Geography['travel']>,
    siteOf: NonNullable<Geography['siteOf']>,
    saved: Plain | undefined,
  ) {
    this.#travel = travel;
    this.#siteOf = siteOf;
    this.#last = new Recent(LONGEST_TRAVEL * HOUR, saved === undefined ? [] : restored('two-places', schema, saved));
  }

  see(act: Act): readonly Finding[] {
    const { actor, index, leaf } = act.entry;
    const ip = actor?.where?.ip;
    const place = actor?.where?.site ?? (ip === undefined ? undefined : this.#siteOf(ip));
    if (place === undefined || actor?.actor.kind === 'system') return [];
    const others = this.#last.of(act.person, leaf.recordedAt);
    const findings = others.flatMap((other) => this.#judge(act, place, other));
    const later = others.some((other) => other.place === place && other.at > act.at);
    if (!later)
      this.#last.add(act.person, leaf.recordedAt, { place, at: act.at, index }, (other) => other.place === place);
    return findings;
  }

  #judge(act: Act, place: string, other: { place: string; at: number; index: number }): Finding[] {
    if (other.place === place) return [];
    const [one, two] = [place, other.place].sort() as [string, string];
    const apart = Math.abs(act.at - other.at) / 60_000;
    const needed = this.#travel(one, two);
    if (needed === undefined || !(apart < needed)) return [];
    return [
      {
        key: ['two-places', act.person, act.day, JSON.stringify([one, two])].join(':'),
        since: act.dayTime,
        at: act.at,
        person: act.person,
        entries: [other.index, act.entry.index].sort((a, b) => a - b),
        reason: `acted at two sites within ${Math.ceil(apart)} min that are at least ${needed} min apart`,
      },
    ];
  }

  save(): Plain {
    return this.#last.save();
  }
}
