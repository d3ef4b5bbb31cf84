import type { Clock } from '../clock.js';
import type { AuditEvent } from '../event.js';
import type { Cosigned } from '../witness/cosigners.js';

/** An outage of the quorum is logged when it has lasted this long, ms, so that one slow answer fills no log. */
export const OUTAGE_LOGGED_AFTER = 30_000;

/** A time without a quorum. */
export interface WitnessOutage {
  /** Milliseconds since 1970, by the log's clock. */
  readonly since: number;
  /** Who failed in the latest round, and how. */
  readonly failures: Cosigned['failures'];
}

/** What an outage logs; whoever appends it gives it an id. */
export type OutageEvent = Omit<AuditEvent, 'id'>;

interface Settings {
  readonly alarmAfter?: number;
  readonly onAlarm?: (outage: WitnessOutage) => void;
  readonly org?: string;
}

/** Somebody is called when there was no quorum for this long, ms. */
export const ALARM_AFTER = 300_000;

/** Keeps account of an outage: one entry once it lasts, one alarm, one entry at its end. */
export class Outage {
  readonly #clock: Clock;
  readonly #settings: Settings;
  #failures: Cosigned['failures'] = [];
  #witnesses = 0;
  #logged = false;
  #cancel: (() => void)[] = [];
  /** When the quorum went missing, ms since 1970; null while there is one. */
  since: number | null = null;
  /** Appends to the log. */
  log: ((event: OutageEvent) => Promise<unknown>) | undefined;

  constructor(clock: Clock, settings: Settings) {
    this.#clock = clock;
    this.#settings = settings;
  }

  /** Told of each round that ended without a quorum. */
  missing(failures: Cosigned['failures'], witnesses: number): void {
    this.#failures = failures;
    this.#witnesses = witnesses;
    if (this.since === null) this.#begin();
  }

  /** Told of each quorum. */
  quorum(): void {
    this.stop();
    this.since = null;
    if (this.#logged) this.#write('success');
    this.#logged = false;
  }

  stop(): void {
    for (const cancel of this.#cancel.splice(0)) cancel();
  }

  #begin(): void {
    const since = this.#clock.now();
    this.since = since;
    const { alarmAfter = ALARM_AFTER, onAlarm } = this.#settings;
    this.#cancel = [
      this.#clock.after(OUTAGE_LOGGED_AFTER, () => {
        this.#logged = true;
        this.#write('serious');
      }),
      this.#clock.after(alarmAfter, () => onAlarm?.({ since, failures: this.#failures })),
    ];
  }

  #write(outcome: 'serious' | 'success'): void {
    const { org } = this.#settings;
    if (org === undefined || this.log === undefined) return;
    const codes = [...new Set(this.#failures.map(({ error }) => error.code))].sort().join(', ');
    const event: OutageEvent = {
      occurredAt: new Date(this.#clock.now()).toISOString(),
      type: 'witness.fail',
      outcome,
      reason:
        outcome === 'success'
          ? 'the quorum of witnesses is back'
          : `no quorum of witnesses: ${this.#failures.length} of ${this.#witnesses} failed (${codes})`,
      actor: { id: 'audit-log', kind: 'system', org },
    };
    // A log that cannot append has told its callers already; the alarm is raised all the same.
    this.log(event).catch(() => undefined);
  }
}
