import * as z from 'zod/mini';
import type { Act } from './act.js';
import { parametersOf, restored } from './parameters.js';
import type { Finding, FlagRule, Plain, Watch } from './rule.js';

/** Seconds that clocks of one organisation may differ: more than any time service leaves. */
export const CLOCK_SECONDS = 2;
/** Hours after which an entry that was written late is told: a day of retries. */
export const LATE_HOURS = 24;

/** What the rule may be run with; every default is a constant of its own. */
export interface ClockJumpParameters {
  /** Default `CLOCK_SECONDS`. */
  readonly seconds: number;
  /** Default `LATE_HOURS`. */
  readonly lateHours: number;
}

const DEFAULTS: ClockJumpParameters = { seconds: CLOCK_SECONDS, lateHours: LATE_HOURS };

const schema = z.nullable(z.tuple([z.number(), z.number()]));

/** The log's clock went back, an event claims to be of the future, or was kept back for long. */
export function clockJumpRule(given: Partial<ClockJumpParameters> = {}): FlagRule {
  const parameters = parametersOf('clock-jump', DEFAULTS, given);
  return {
    id: 'clock-jump',
    title: 'Clock',
    why: 'Every time in a report leans on a clock. A time server at fault is the common cause; a disguise is the other one.',
    parameters: { ...parameters },
    watch: (saved) => new ClockJump(parameters, saved),
  };
}

class ClockJump implements Watch {
  readonly #parameters: ClockJumpParameters;
  #last: [index: number, recordedAt: number] | null;

  constructor(parameters: ClockJumpParameters, saved: Plain | undefined) {
    this.#parameters = parameters;
    this.#last = saved === undefined ? null : restored('clock-jump', schema, saved);
  }

  see({ day, dayTime, entry: { index, leaf, actor } }: Act): readonly Finding[] {
    const findings: Finding[] = [];
    const { recordedAt: at } = leaf;
    const add = (key: string, since: number, reason: string, entries: readonly number[] = [index]): void => {
      findings.push({ key: `clock-jump:${key}`, since, at, entries, reason });
    };
    const [last, lastAt] = this.#last ?? [index, at];
    if (lastAt - at > this.#parameters.seconds * 1000)
      add(`back:${index}`, at, `the log's clock went back by ${seconds(lastAt - at)}`, [last, index]);
    const ahead = (actor?.occurredAt ?? at) - at;
    if (ahead > this.#parameters.seconds * 1000)
      add(`ahead:${leaf.org}:${day}`, dayTime, `an event claims a time ${seconds(ahead)} after it was written`);
    // An emergency journal's entries come late by their nature, and say so by their evidence.
    if (-ahead > this.#parameters.lateHours * 3_600_000 && actor?.evidence === undefined)
      add(
        `late:${leaf.org}:${day}`,
        dayTime,
        `an event was written ${Math.floor(-ahead / 3_600_000)} h after it happened`,
      );
    if (leaf.type === 'clock.skew') add(`told:${index}`, at, 'the log itself told of a clock at fault');
    this.#last = [index, at];
    return findings;
  }

  save(): Plain {
    return this.#last;
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
