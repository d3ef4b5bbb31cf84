import type { ActorKind, EventType, Geofence, Outcome, Purpose } from '../event-codes.js';

/** Who did it, as far as the reader of the report may know. */
export type RowActor =
  | {
      readonly id: string;
      readonly kind: ActorKind;
      readonly role?: string;
      /** As the caller's directory has it. */
      readonly name?: string;
    }
  | {
      /** Why the person is not named. */
      readonly withheld: string;
      readonly kind?: ActorKind;
      readonly role?: string;
    };

/** One entry of a log as a report shows it. Times are ISO 8601 in UTC. */
export interface Row {
  readonly origin: string;
  readonly index: number;
  /** RFC 6962 hash of the entry, hexadecimal. */
  readonly leafHash: string;
  /** The log's own clock. */
  readonly recordedAt: string;
  /** The caller's clock; absent when the actor's compartment cannot be opened. */
  readonly occurredAt?: string;
  readonly type: EventType;
  /** `intent`: no outcome followed, so it counts as done. */
  readonly outcome: Outcome;
  readonly purpose?: Purpose;
  /** ODS code of the actor's organisation. */
  readonly org: string;
  readonly actor?: RowActor;
  readonly object?: { readonly kind: string; readonly id: string };
  readonly reason?: string;
  readonly geofence?: Geofence;
  readonly breakGlass: boolean;
  /** What the report has to say of this entry, in plain words. */
  readonly marks?: readonly string[];
  /** The entry's `.tlog-proof`, text; with the opening only when the reader may see all that the entry holds of the actor. */
  readonly proof?: string;
}

/** One log that a report read. */
export interface ReportLog {
  readonly origin: string;
  /** Entries that the signed checkpoint covers; the report saw no others. */
  readonly size: number;
  /** Root of the checkpoint, hexadecimal. */
  readonly root: string;
  /** Nobody outside has signed the checkpoint, or the policy did not ask. */
  readonly unwitnessed: boolean;
  /** When the newest witness signed, ISO 8601. */
  readonly witnessedAt?: string;
}

/** A further table of a report; every cell is plain text, and an ISO time among them is shown as UK time. */
export interface ReportTable {
  readonly title: string;
  /** One sentence on what the table holds. */
  readonly caption?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What every report has. Kinds of report add fields of their own. */
export interface Report<R extends Row = Row> {
  /** `subject-access`, `exposure`, `breach`, `break-glass`, `flags`. */
  readonly kind: string;
  /** ISO 8601. */
  readonly madeAt: string;
  readonly log: readonly ReportLog[];
  /** Facts in front of everything else, in the order shown. */
  readonly summary?: readonly { readonly label: string; readonly value: string }[];
  readonly rows: readonly R[];
  readonly tables?: readonly ReportTable[];
  /** The tables are what the reader came for: they stand in front of the rows. */
  readonly tablesFirst?: boolean;
  readonly completeness: {
    /** `index`: the store's index was believed; `replay`: every entry was read. */
    readonly searched: 'index' | 'replay';
    /** Entries of all logs. */
    readonly entries: number;
    /** Entries that matched, before intents and outcomes became one row. */
    readonly matching: number;
  };
  /** What the report does not show, in plain words. */
  readonly notes: readonly string[];
}
