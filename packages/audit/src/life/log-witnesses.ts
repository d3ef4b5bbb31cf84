import type { WitnessClient } from '../witness/client.js';
import type { Cosigned } from '../witness/cosigners.js';
import type { WitnessPolicy } from '../witness/policy.js';
import type { WitnessOutage } from './outage.js';

/** A log without news asks its witnesses again after this long, ms: a silent log is then told from a dead one. */
export const HEARTBEAT_EVERY = 600_000;
/** Without a quorum they are asked again after this long, ms: an outage of minutes should not become one of ten. */
export const RETRY_EVERY = 30_000;
/** Once there is a quorum, the others have this long, ms, to be in the same round: most are a network's breadth apart. */
export const STRAGGLERS = 500;
/** An append that waits for witnesses waits this long, ms: two rounds in which one of them says nothing. */
export const QUORUM_TIMEOUT = 10_000;

/** Who witnesses a log. */
export interface LogWitnesses {
  /** Says when they are enough; readers verify with the same policy. */
  readonly policy: WitnessPolicy;
  /** How to reach them: `witnessClient`, or a caller's own. */
  readonly clients: readonly WitnessClient[];
  /** Default `HEARTBEAT_EVERY`, ms. */
  readonly heartbeatEvery?: number;
  /** Default `QUORUM_TIMEOUT`, ms. */
  readonly quorumTimeout?: number;
  /** Default `ALARM_AFTER`, ms. */
  readonly alarmAfter?: number;
  /** Told once an outage, when it has lasted `alarmAfter`. */
  readonly onAlarm?: (outage: WitnessOutage) => void;
  /** Told after each round in which witnesses failed. */
  readonly onFailure?: (failures: Cosigned['failures']) => void;
  /** ODS code for `witness.fail` entries: one when an outage has lasted 30 s, one at its end. Without it there are none. */
  readonly org?: string;
}

/** A checkpoint that a quorum of witnesses stands by. */
export interface Witnessed {
  readonly checkpoint: string;
  /** Entries that it covers. */
  readonly size: number;
  /** When the quorum had signed: milliseconds since 1970, by the witnesses' clocks; null where the quorum is `none`. */
  readonly at: number | null;
}

/** How a log stands with its witnesses. Times are milliseconds since 1970. */
export interface WitnessingState {
  /** Since when there was no quorum, by the log's clock; null while there is one. */
  readonly unwitnessedSince: number | null;
  /** When the newest quorum had signed, by the witnesses' clocks; null before the first. */
  readonly lastQuorumAt: number | null;
  /** Who failed in the latest round, and how. */
  readonly failures: Cosigned['failures'];
}
