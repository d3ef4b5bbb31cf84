import { canonicalJson, fromBase64url, holdsPatientNumber, utf8 } from '@wardseal/primitives';
import * as z from 'zod/mini';
import { AuditError } from './errors.js';
import {
  ACTOR_KINDS,
  type ActorKind,
  DECISIONS,
  type Decision,
  EVENT_TYPES,
  type EventType,
  GEOFENCES,
  type Geofence,
  ODS_CODE,
  OUTCOMES,
  type Outcome,
  PURPOSES,
  type Purpose,
} from './event-codes.js';
import { MAX_EVIDENCE, MAX_SEALED } from './sides.js';

/** What happened, as the caller tells it: plain JSON, so that an outbox table can carry it. See docs/spec/event.md. */
export interface AuditEvent {
  /** UUIDv7 (RFC 9562 section 5.7), lower case. Its time says how old the event is; the log keeps one entry an id. */
  readonly id: string;
  /** UTC with milliseconds: `2026-03-01T09:30:00.000Z`. */
  readonly occurredAt: string;
  readonly type: EventType;
  readonly outcome: Outcome;
  /** Free text; demanded when the purpose is BTG. */
  readonly reason?: string;
  readonly actor: {
    readonly id: string;
    readonly kind: ActorKind;
    readonly role?: string;
    /** ODS code of the organisation. */
    readonly org: string;
    readonly authn?: { readonly method: string; readonly aal: 1 | 2 | 3 };
  };
  /** Id of the person for whom the actor acted. */
  readonly onBehalfOf?: string;
  readonly subject?: {
    /** The custodian's opaque patient handle: 32 bytes as base64url (43 characters). */
    readonly handle: string;
    /** What only guardians can open, for breach letters: base64url of at most 4,096 bytes. */
    readonly sealed?: string;
  };
  readonly object?: {
    readonly kind: string;
    readonly id: string;
    /** SHA-256 as base64url of what was released; for a view, of the sealed file's header. */
    readonly contentHash?: string;
  };
  readonly purpose?: Purpose;
  readonly where?: {
    readonly ip?: string;
    readonly device?: string;
    readonly geofence?: Geofence;
    readonly site?: string;
  };
  readonly session?: string;
  readonly request?: string;
  readonly policy?: { readonly id: string; readonly version: string; readonly decision: Decision };
  /** What the policy read about the subject; needs `subject`. */
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
  readonly links?: { readonly parentIndex: number };
  /** What the entry rests on, such as another log's checkpoint: 1 to 4,096 bytes as base64url. */
  readonly evidence?: { readonly kind: string; readonly data: string };
}

/** Characters of the free text `reason`: a paragraph, so that a side record stays small. */
export const MAX_REASON = 1000;
/** Characters of an identifier: a URL or a urn:uuid fits, a document does not. */
export const MAX_IDENTIFIER = 128;
/** Facts that the policy read: a fact table has some thirty. */
export const MAX_FACTS = 64;
/** Bytes of all facts as canonical JSON: half a side record. */
export const MAX_FACTS_BYTES = 8192;

const NUMBER_MESSAGE = 'looks like it holds a patient number';
// Control characters would let one line of a report pretend to be two.
const CONTROL = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

const text = (max: number) =>
  z.string().check(
    z.minLength(1),
    z.maxLength(max),
    z.refine((value) => !CONTROL.test(value), 'holds a control character or a lone surrogate'),
    z.refine((value) => !holdsPatientNumber(value), NUMBER_MESSAGE),
  );

const identifier = z.string().check(
  z.maxLength(MAX_IDENTIFIER),
  z.regex(/^[\x21-\x7e]+$/, 'must be visible ASCII'),
  z.refine((value) => !holdsPatientNumber(value, 'identifier'), NUMBER_MESSAGE),
);

const bytes = (min: number, max: number) =>
  z.string().check(
    z.refine(
      (value) => {
        // No text of any length is decoded.
        const length = value.length > Math.ceil((max * 4) / 3) ? undefined : fromBase64url(value)?.length;
        return length !== undefined && length >= min && length <= max;
      },
      `must be base64url of ${min === max ? min : `${min} to ${max}`} bytes`,
    ),
  );

const names = <T extends string>(table: Readonly<Record<T, number>>) => z.enum(Object.keys(table) as [T, ...T[]]);

const instant = z.string().check(
  z.regex(
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/,
    'must be UTC with milliseconds, as 2026-03-01T09:30:00.000Z',
  ),
  z.refine((value) => {
    const time = Date.parse(value);
    // Date.parse rolls 30 February over; before 1970 a 48-bit time has no place.
    return time >= 0 && new Date(time).toISOString() === value;
  }, 'must be a date that exists'),
);

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const fact = z.union([
  text(256),
  z.number().check(z.refine((value) => !holdsPatientNumber(String(value)), NUMBER_MESSAGE)),
  z.boolean(),
]);

const factName = z.string().check(
  z.regex(/^[A-Za-z][A-Za-z0-9._-]{0,63}$/),
  z.refine((name) => !holdsPatientNumber(name, 'identifier'), NUMBER_MESSAGE),
);

function factsBytes(facts: Readonly<Record<string, string | number | boolean>>): number {
  try {
    return utf8(canonicalJson(facts)).length;
  } catch {
    // A lone surrogate, which its own check refuses.
    return 0;
  }
}

const schema = z
  .strictObject({
    id: z.string().check(z.regex(UUID_V7, 'must be a UUIDv7')),
    occurredAt: instant,
    type: names(EVENT_TYPES),
    outcome: names(OUTCOMES),
    reason: z.optional(text(MAX_REASON)),
    actor: z.strictObject({
      id: identifier,
      kind: names(ACTOR_KINDS),
      role: z.optional(text(MAX_IDENTIFIER)),
      org: z.string().check(z.regex(ODS_CODE, 'must be an ODS code')),
      authn: z.optional(z.strictObject({ method: identifier, aal: z.literal([1, 2, 3]) })),
    }),
    onBehalfOf: z.optional(identifier),
    subject: z.optional(z.strictObject({ handle: bytes(32, 32), sealed: z.optional(bytes(1, MAX_SEALED)) })),
    object: z.optional(z.strictObject({ kind: identifier, id: identifier, contentHash: z.optional(bytes(32, 32)) })),
    purpose: z.optional(names(PURPOSES)),
    where: z.optional(
      z.strictObject({
        ip: z.optional(z.union([z.ipv4(), z.ipv6()])),
        device: z.optional(identifier),
        geofence: z.optional(names(GEOFENCES)),
        site: z.optional(text(MAX_IDENTIFIER)),
      }),
    ),
    session: z.optional(identifier),
    request: z.optional(identifier),
    policy: z.optional(z.strictObject({ id: identifier, version: identifier, decision: names(DECISIONS) })),
    facts: z.optional(
      z.record(factName, fact).check(
        z.refine((facts) => Object.keys(facts).length <= MAX_FACTS, `must hold at most ${MAX_FACTS}`),
        z.refine((facts) => factsBytes(facts) <= MAX_FACTS_BYTES, 'are too long'),
      ),
    ),
    links: z.optional(z.strictObject({ parentIndex: z.int().check(z.minimum(0)) })),
    evidence: z.optional(z.strictObject({ kind: identifier, data: bytes(1, MAX_EVIDENCE) })),
  })
  .check(
    z.refine((event) => event.purpose !== 'BTG' || event.reason !== undefined, {
      path: ['reason'],
      message: 'is needed when the purpose is BTG',
    }),
    z.refine((event) => event.facts === undefined || event.subject !== undefined, {
      path: ['facts'],
      message: 'needs a subject',
    }),
  );

/**
 * Checks an event of unknown origin.
 *
 * @param value - anything, as JSON.parse gives it
 * @returns the event, a copy that shares nothing with `value`
 * @throws AuditError `EVENT_INVALID` with `field`, the path of the first fault: a missing, unknown or malformed field,
 *   or text that looks like it holds an NHS or CHI number. The message never repeats the value.
 * @example
 * const event = parseEvent(JSON.parse(body));
 */
export function parseEvent(value: unknown): AuditEvent {
  const parsed = schema.safeParse(value);
  // zod leaves this one name out in silence.
  if (parsed.success && Object.hasOwn((value as AuditEvent).facts ?? {}, '__proto__'))
    throw new AuditError('EVENT_INVALID', 'field `facts` holds an unknown field', { field: 'facts' });
  if (parsed.success) return parsed.data as AuditEvent;
  const issue = parsed.error.issues[0]!;
  // The names of facts and of unknown fields are the sender's text: only their place is told.
  const field = (issue.path[0] === 'facts' ? 'facts' : issue.path.join('.')) || 'event';
  const fault = issue.code === 'unrecognized_keys' ? 'holds an unknown field' : faultOf(issue);
  throw new AuditError('EVENT_INVALID', `field \`${field}\` ${fault}`, { field });
}

// A sentence: the longer tables stand in docs/spec/event.md, and in the types.
const TOLD_NAMES = 24;

function faultOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'custom' || issue.code === 'invalid_format') return issue.message;
  if (issue.code === 'invalid_value' && issue.values.length <= TOLD_NAMES)
    return `must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_value') return 'is none of the names in docs/spec/event.md';
  if (issue.code === 'invalid_type') return `is missing or of another type than ${issue.expected}`;
  if (issue.code === 'too_big' && issue.origin === 'string') return `is longer than ${issue.maximum} characters`;
  return 'is missing or malformed';
}
