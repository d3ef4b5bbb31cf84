import * as z from 'zod/mini';
import { AuditError } from '../../errors.js';
import type { EventType } from '../../event-codes.js';
import type { OpenedEntry } from '../../opened-entry.js';
import { type WallClock, wallClock } from '../time-zone.js';
import { actOf } from './act.js';
import { flagId, RULE_SET } from './flag-id.js';
import type { Finding, FlagRule, Plain, Watch } from './rule.js';

/** A deterministic rule found something to look at. It is no accusation. */
export interface Flag {
  /** `bulk.` and 22 characters: the same finding in the same log has the same id, whoever finds it and when. */
  readonly id: string;
  /** Id of its rule. */
  readonly rule: string;
  readonly origin: string;
  /** The time of what the id is about, such as its day or hour, ms since 1970: it makes the event's id. */
  readonly since: number;
  /** When it happened, ms since 1970. */
  readonly at: number;
  /** Indices of entries that it rests on, rising. */
  readonly entries: readonly number[];
  readonly reason: string;
  /** The flagged person's handle in the leaves of this log, hex. */
  readonly person?: string;
  /** False when this flag was raised before, and this is one more entry to it. */
  readonly first: boolean;
}

/** How a flagger is to work. */
export interface FlaggerOptions {
  /** The log whose entries come. */
  readonly origin: string;
  /** IANA name of the zone in which days begin; default `Europe/London`. */
  readonly timeZone?: string;
  /** What `save` of another flagger with the same rules gave. */
  readonly saved?: Plain;
}

/** Rules at work on one log. */
export interface Flagger {
  /** The entry to go on from: one behind the last that was judged. */
  readonly next: number;
  /** Judges the next entry; entries come in the log's order. */
  push(entry: OpenedEntry): readonly Flag[];
  /** What has fallen due though no entry came; `now` in ms, never before the last entry's. */
  settle(now: number): readonly Flag[];
  /** All that is remembered, as plain data: no name, no patient handle. */
  save(): Plain;
}

// A flag's id is remembered this long after it was last raised, by the log's clock: late entries of a day come
// within two. Whoever raises it again makes the same event id, so that the log still holds it once.
const RAISED = 72 * 3_600_000;
// An intent whose outcome takes longer is dangling by then.
const INTENT = 7 * 24 * 3_600_000;

const schema = z.object({
  ruleSet: z.literal(RULE_SET),
  origin: z.string(),
  timeZone: z.string(),
  rules: z.string(),
  next: z.number(),
  now: z.number(),
  swept: z.number(),
  raised: z.array(z.tuple([z.string(), z.number()])),
  intents: z.array(z.tuple([z.number(), z.string(), z.number()])),
  watches: z.record(z.string(), z.unknown()),
});

/**
 * Runs rules over a log's entries, one after the other. The answer depends on the entries alone: the whole log at
 * once, or stopped, saved and resumed anywhere, gives the same flags.
 *
 * @param rules - such as `flagRules(facts)` gives; those that are idle are left out
 * @throws AuditError `FLAG_STATE_INVALID` when `saved` is malformed or of another log, zone, rule set or parameters
 * @throws RangeError when two rules have one id or the zone is unknown; from `push`, when an entry is not later in the
 *   log than the one before
 * @example
 * const flags = flagger(flagRules({ bankHolidays }), { origin });
 * for await (const entry of entries) for (const flag of flags.push(entry)) if (flag.first) alarm(flag);
 */
export function flagger(rules: readonly FlagRule[], options: FlaggerOptions): Flagger {
  return new RunningFlagger(rules, options);
}

class RunningFlagger implements Flagger {
  readonly #origin: string;
  readonly #clock: WallClock;
  readonly #signature: string;
  readonly #watches: ReadonlyMap<string, Watch>;
  #next = 0;
  #now = 0;
  #swept = 0;
  readonly #raised: Map<string, number>;
  readonly #intents: Map<number, [type: EventType, recordedAt: number]>;

  constructor(rules: readonly FlagRule[], { origin, timeZone, saved }: FlaggerOptions) {
    const active = rules.filter(({ idle }) => idle === undefined);
    if (new Set(active.map(({ id }) => id)).size < active.length) throw new RangeError('two rules have one id');
    this.#origin = origin;
    this.#clock = wallClock(timeZone);
    this.#signature = JSON.stringify(active.map(({ id, parameters }) => [id, parameters]));
    const state = saved === undefined ? undefined : this.#restored(saved, active);
    this.#watches = new Map(active.map((rule) => [rule.id, rule.watch(state?.watches[rule.id] as Plain | undefined)]));
    this.#raised = new Map(state?.raised);
    this.#intents = new Map(state?.intents.map(([index, type, at]) => [index, [type as EventType, at]]));
    if (state === undefined) return;
    ({ next: this.#next, now: this.#now, swept: this.#swept } = state);
  }

  #restored(saved: Plain, rules: readonly FlagRule[]): z.infer<typeof schema> {
    const parsed = z.safeParse(schema, saved);
    if (!parsed.success) throw new AuditError('FLAG_STATE_INVALID', 'the saved state of the flags is malformed');
    const { origin, timeZone, rules: signature, watches } = parsed.data;
    const same = origin === this.#origin && timeZone === this.#clock.timeZone && signature === this.#signature;
    if (!same || rules.some(({ id }) => !Object.hasOwn(watches, id)))
      throw new AuditError('FLAG_STATE_INVALID', 'the saved state belongs to another log, zone or set of rules');
    return parsed.data;
  }

  get next(): number {
    return this.#next;
  }

  push(entry: OpenedEntry): readonly Flag[] {
    if (entry.index < this.#next) throw new RangeError('entries must come in the order of the log');
    const { leaf, index } = entry;
    const flags = this.#due(leaf.recordedAt);
    this.#next = index + 1;
    const outcomeOf = this.#outcomeOf(entry);
    if (leaf.outcome === 'intent') this.#intents.set(index, [leaf.type, leaf.recordedAt]);
    if (outcomeOf !== undefined) this.#intents.delete(outcomeOf);
    const act = actOf(entry, outcomeOf, this.#clock);
    for (const [rule, watch] of this.#watches) flags.push(...this.#raise(rule, watch.see(act)));
    return flags;
  }

  settle(now: number): readonly Flag[] {
    return this.#due(now);
  }

  #due(now: number): Flag[] {
    this.#now = now;
    this.#forget();
    return [...this.#watches].flatMap(([rule, watch]) => this.#raise(rule, watch.due?.(now) ?? []));
  }

  #outcomeOf({ leaf: { parent, type, outcome } }: OpenedEntry): number | undefined {
    const found = parent !== undefined && outcome !== 'intent' && this.#intents.get(parent)?.[0] === type;
    return found ? parent : undefined;
  }

  #raise(rule: string, findings: readonly Finding[]): Flag[] {
    return findings.map(({ key, since, at, person, entries, reason }) => {
      const id = flagId(this.#origin, rule, key);
      const first = !this.#raised.has(id);
      this.#raised.set(id, this.#now);
      return {
        id,
        rule,
        origin: this.#origin,
        since,
        at,
        entries,
        reason,
        ...(person !== undefined && { person }),
        first,
      };
    });
  }

  /** Once an hour is often enough; a clock that jumps back must not stop it. */
  #forget(): void {
    if (Math.abs(this.#now - this.#swept) < 3_600_000) return;
    this.#swept = this.#now;
    for (const [id, at] of this.#raised) if (Math.abs(this.#now - at) > RAISED) this.#raised.delete(id);
    for (const [index, [, at]] of this.#intents) if (Math.abs(this.#now - at) > INTENT) this.#intents.delete(index);
  }

  save(): Plain {
    return {
      ruleSet: RULE_SET,
      origin: this.#origin,
      timeZone: this.#clock.timeZone,
      rules: this.#signature,
      next: this.#next,
      now: this.#now,
      swept: this.#swept,
      raised: [...this.#raised],
      intents: [...this.#intents].map(([index, [type, at]]) => [index, type, at]),
      watches: Object.fromEntries([...this.#watches].map(([id, watch]) => [id, watch.save()])),
    };
  }
}
