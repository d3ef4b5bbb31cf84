import type { VerifiedEntry } from '../check/verified-entries.js';
import type { Clock } from '../clock.js';
import type { AuditErrorCode } from '../errors.js';
import type { Leaf } from '../leaf.js';
import type { Checkpoint } from '../verify-checkpoint.js';

/** A log may be without a quorum this long before a monitor says so, ms: a checkpoint is there before its witnesses. */
export const QUORUM_PATIENCE = 60_000;

/** Where a monitor stands: plain JSON, to be kept and given back. Whoever can change it can make the monitor forget. */
export interface MonitorState {
  /** The newest checkpoint that was seen. */
  readonly checkpoint: string;
  /** Entries that every rule has had. */
  readonly next: number;
  /** When a checkpoint with a quorum was last seen, ms since 1970; the first look counts as one. */
  readonly quorumSeen: number;
}

/** A new entry, shown to be in the signed tree. */
export interface MonitorEntry extends VerifiedEntry {
  readonly leaf: Leaf;
}

/** Something that somebody must look into. */
export interface MonitorAlert {
  /** A code of this package, or `CLOCK_SKEW`: an entry's time does not fit what the witnesses saw. */
  readonly code: AuditErrorCode | 'CLOCK_SKEW';
  readonly message: string;
  /** The entry at fault. */
  readonly index?: number;
  /** A bundle for `verifyEvidence`: the log showed two histories. */
  readonly evidence?: string;
}

/** What one look gave. */
export interface MonitorReport {
  /** The newest checkpoint that was believed, with the witnesses that signed it; null when there is none yet. */
  readonly checkpoint: Checkpoint | null;
  /** New entries that the rules were given. */
  readonly entries: number;
  readonly alerts: readonly MonitorAlert[];
  readonly state: MonitorState | null;
}

/** Settings of `monitor`. */
export interface MonitorOptions {
  /** Of an earlier monitor of this log. */
  readonly state?: MonitorState | null;
  /** Given every new entry once, in order; again from the last bundle after a crash. What they throw ends the look. */
  readonly rules?: readonly ((entry: MonitorEntry) => void | Promise<void>)[];
  /** Told of the state after every bundle and at the end of a look; keep it. */
  readonly save?: (state: MonitorState) => void | Promise<void>;
  /** Default `MAX_SKEW`, ms. */
  readonly maxSkew?: number;
  /** Default `QUORUM_PATIENCE`, ms. */
  readonly quorumPatience?: number;
  /** Default the computer's. */
  readonly clock?: Clock;
}
