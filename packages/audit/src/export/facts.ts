import { hex } from '@wardseal/primitives';
import type { ActorKind, EventType, Geofence, Outcome, Purpose } from '../event-codes.js';
import type { OpenedEntry } from '../opened-entry.js';
import type { ActorSide } from '../sides.js';
import { EVENT_MAP, type EventMapping, type Severity } from './event-map.js';
import { type ExportOptions, type PatientReference, patientReference } from './options.js';
import { safeText } from './text.js';

/** What an export may tell of one entry, the same for every format; every text is safe to write on one line. */
export interface Facts {
  readonly origin: string;
  readonly index: number;
  /** RFC 6962 hash of the leaf, hex. */
  readonly leafHash: string;
  readonly id: string;
  readonly type: EventType;
  readonly mapping: EventMapping;
  readonly severity: Severity;
  readonly outcome: Outcome;
  readonly purpose: Purpose | undefined;
  readonly org: string;
  readonly geofence: Geofence | undefined;
  readonly parent: number | undefined;
  /** Milliseconds since 1970: by the log's clock, and by the caller's when the actor's compartment is open. */
  readonly recordedAt: number;
  readonly occurredAt: number | undefined;
  /** Handles of the leaf, hex: they name nobody and stay when a compartment is gone. */
  readonly actorHandle: string;
  readonly objectHandle: string | undefined;
  readonly subjectHandle: string | undefined;
  /** Null when the actor's compartment is not open. */
  readonly actor: {
    readonly id: string;
    readonly kind: ActorKind;
    readonly role: string | undefined;
    readonly name: string | undefined;
    readonly authn: string | undefined;
  } | null;
  readonly object: { readonly kind: string; readonly id: string; readonly hash: string | undefined } | undefined;
  readonly patient: PatientReference | null;
  readonly consentRead: boolean;
  readonly reason: string | undefined;
  readonly onBehalfOf: string | undefined;
  readonly ip: string | undefined;
  readonly device: string | undefined;
  readonly site: string | undefined;
  readonly session: string | undefined;
  readonly request: string | undefined;
  readonly policy: { readonly id: string; readonly version: string; readonly decision: string } | undefined;
  readonly evidence: string | undefined;
  /** Whether the compartments could be read; `closed`: erased, or withheld by who made the export. */
  readonly actorSide: 'open' | 'closed';
  readonly subjectSide: 'open' | 'closed' | 'none';
}

// A failure lifts the severity, and so does a purpose of break-glass.
const AT_LEAST: Readonly<Record<Outcome, Severity>> = { success: 1, intent: 1, minor: 2, serious: 3, major: 4 };

/** Reads what may be told out of an opened entry. The sealed blob and the policy's facts are never told. */
export function factsOf(entry: OpenedEntry, options: ExportOptions): Facts {
  const { leaf, actor: side, subject } = entry;
  const mapping = EVENT_MAP[leaf.type];
  const severity = Math.max(mapping.severity, AT_LEAST[leaf.outcome], leaf.purpose === 'BTG' ? 3 : 1) as Severity;
  const { object, policy, where } = side ?? {};
  return {
    origin: safeText(options.origin),
    index: entry.index,
    leafHash: hex(entry.leafHash),
    id: leaf.id,
    type: leaf.type,
    mapping,
    severity,
    outcome: mapping.refusal && leaf.outcome === 'success' ? 'minor' : leaf.outcome,
    purpose: leaf.purpose,
    org: leaf.org,
    geofence: leaf.geofence,
    parent: leaf.parent,
    recordedAt: leaf.recordedAt,
    occurredAt: side?.occurredAt,
    actorHandle: hex(leaf.actorHandle),
    objectHandle: leaf.objectHandle && hex(leaf.objectHandle),
    subjectHandle: leaf.subjectHandle && hex(leaf.subjectHandle),
    actor: side && actorOf(side, leaf.org, options),
    object: object && {
      kind: safeText(object.kind),
      id: safeText(object.id),
      hash: object.contentHash && hex(object.contentHash),
    },
    patient: subject && patientReference(options, subject.handle),
    consentRead: Object.keys(subject?.facts ?? {}).some((name) => name.toLowerCase().startsWith('consent')),
    reason: optional(side?.reason),
    onBehalfOf: optional(side?.onBehalfOf),
    ip: optional(where?.ip),
    device: optional(where?.device),
    site: optional(where?.site),
    session: optional(side?.session),
    request: optional(side?.request),
    policy: policy && { id: safeText(policy.id), version: safeText(policy.version), decision: policy.decision },
    evidence: optional(side?.evidence?.kind),
    actorSide: side ? 'open' : 'closed',
    subjectSide: subject ? 'open' : leaf.subjectHandle ? 'closed' : 'none',
  };
}

function optional(text: string | undefined): string | undefined {
  return text === undefined ? undefined : safeText(text);
}

function actorOf({ actor }: ActorSide, org: string, options: ExportOptions): Facts['actor'] {
  const name = options.nameOf?.({ id: actor.id, kind: actor.kind }, org) ?? undefined;
  return {
    id: safeText(actor.id),
    kind: actor.kind,
    role: optional(actor.role),
    // A name longer than any is somebody's mistake; a line should not carry it. Made safe after the cut, which may halve a pair.
    name: name === undefined ? undefined : safeText(name.slice(0, MAX_NAME)),
    authn: actor.authn && safeText(`${actor.authn.method} aal${actor.authn.aal}`),
  };
}

/** Characters of a name that an export writes. */
export const MAX_NAME = 256;
