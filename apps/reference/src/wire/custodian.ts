import * as z from 'zod/mini';
import { type ItemLabels, labels } from './labels.js';
import { b64u, iso, line, type Parser, parserOf, slug, uuid } from './parse.js';

// What the web server asks the custodian, over a socket that only the trust's own machine has. The custodian believes nothing
// of it that it can check, and what it cannot check may only make it say no.

/** Bytes of a sealed payload that the custodian takes. */
export const MAX_PAYLOAD_BYTES: number = 110_000_000;
/** Bytes of a header (crypto's limit is 2 MiB). */
const MAX_HEADER = 2 * 1024 * 1024;
/** A proof of one entry with its opening takes a few kilobytes. */
const MAX_RECEIPT = 65_536;
/** An enrolment message: two post-quantum keys and a few passkeys. */
const MAX_MESSAGE = 32_768;
/** A WebAuthn answer is about 1 kB; nothing longer is one. */
const MAX_ASSERTION = 16_384;

/** Who is on call for a team, when. */
export interface Shift {
  readonly person: string;
  readonly team: string;
  readonly from: string;
  readonly until: string;
}
export interface Rota {
  readonly entries: readonly Shift[];
}

/** The signed directory. `digest` is its SHA-256, base64url. */
export interface SnapshotAnswer {
  readonly snapshot: string;
  readonly epoch: number;
  readonly digest: string;
}

/** An entry that the custodian asks the server to append; `id` is fixed, so appending twice is once. */
export interface CustodianEvent {
  readonly id: string;
  readonly occurredAt: string;
  readonly type: 'directory.snapshot' | 'enrol';
  readonly outcome: 'success';
  readonly actor: { readonly id: 'custodian'; readonly kind: 'system'; readonly org: string };
  readonly object: { readonly kind: string; readonly id: string; readonly contentHash: string };
}

export interface EnrolRequestCall {
  readonly person: string;
  readonly request: string;
}
export interface EnrolAnswerCall {
  readonly person: string;
  readonly answer: string;
}

/** An item on its way; the payload follows in the frame. */
export interface ItemCall {
  readonly item: string;
  readonly case: string;
  readonly labels: ItemLabels;
  /** When the server took it, as it was logged. */
  readonly sentAt: string;
  readonly header: string;
}

/** Why an item is held: the part of it that is not what it must be. */
const HELD = [
  'header',
  'sender',
  'payload',
  'labels',
  'case',
  'item',
  'clinical',
  'media-type',
  'recipients',
  'custodian',
  'recovery',
] as const;
export type Held = (typeof HELD)[number];

/** `handle` is null where the patient has no number that checks. */
export type ArriveAnswer =
  | { readonly handle: string | null; readonly manifestId: string; readonly root: string }
  | { readonly held: Held };

/** The record's acknowledgement: a reference to the DocumentReference. */
export interface FileAnswer {
  readonly reference: string;
  readonly acknowledgedAt: string;
}

/** Asks for a nonce. With `receipt` the log holds the request; without it the log is down, and `reason` goes into the journal. */
export interface ReleaseOptionsCall {
  readonly item: string;
  readonly person: string;
  readonly breakGlass: boolean;
  /** Id of the entry of type `key.release`; its purpose is BTG when the glass is broken. */
  readonly logEntry?: string;
  readonly receipt?: string;
  readonly emergency?: { readonly reason: string; readonly headerDigest: string };
}
export interface ReleaseOptionsAnswer {
  readonly nonce: string;
  readonly credentials: readonly string[];
  readonly logEntry: string;
  readonly emergency: boolean;
}

export interface ReleaseCall extends ItemCall {
  readonly person: string;
  /** What the server knows of the item and the person: it can only restrict. */
  readonly state: 'active' | 'filed' | 'closed' | 'expired' | 'recalled' | 'withdrawn' | 'erased';
  readonly suspended: boolean;
  readonly acknowledgedVersion: number | 'none';
  readonly purpose: string;
  readonly reason?: string;
  readonly breakGlass: boolean;
  readonly logEntry: string;
  readonly nonce: string;
  readonly response: Readonly<Record<string, unknown>>;
}
export interface ReleaseAnswer {
  readonly header: string;
  readonly headerDigest: string;
  readonly previousDigest: string;
  readonly epoch: number;
  /** False when the person could open it already: the header is as it was. */
  readonly changed: boolean;
}

export interface EmergencyViewCall {
  readonly item: string;
  readonly person: string;
  readonly nonce: string;
  readonly reason: string;
  /** SHA-256 of the header that will be shown. */
  readonly headerDigest: string;
}
export interface EmergencyViewAnswer {
  readonly receipt: string;
  readonly logEntry: string;
}

/** The journal, closed until the next emergency: the server may merge it now. Null when nothing was ever written. */
export type JournalAnswer = {
  readonly folder: string;
  readonly keys: string;
  readonly origin: string;
  readonly size: number;
} | null;

/** The custodian lets go of an item: its stanza is taken out of the header. */
export interface LetGoCall extends ItemCall {
  readonly logEntry: string;
}

const bytes32 = b64u({ bytes: 32 });
const header = b64u({ most: MAX_HEADER });
const entry = z.string().check(z.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/));
const receipt = z.string().check(z.minLength(1), z.maxLength(MAX_RECEIPT));
const reason = line(500);
const itemCall = { item: uuid, case: uuid, labels, sentAt: iso, header };
const assertion = z
  .record(z.string(), z.unknown())
  .check(z.refine((value) => JSON.stringify(value).length <= MAX_ASSERTION));

export const parseNothing: Parser<object> = parserOf(z.strictObject({}), 'call');
export const parseEnrolRequest: Parser<EnrolRequestCall> = parserOf(
  z.strictObject({ person: slug, request: b64u({ most: MAX_MESSAGE }) }),
  'call',
);
export const parseEnrolAnswer: Parser<EnrolAnswerCall> = parserOf(
  z.strictObject({ person: slug, answer: b64u({ most: MAX_MESSAGE }) }),
  'call',
);
export const parseItemCall: Parser<ItemCall> = parserOf(z.strictObject(itemCall), 'call');
export const parseLogged: Parser<{ readonly ids: readonly string[] }> = parserOf(
  z.strictObject({ ids: z.array(entry).check(z.maxLength(1000)) }),
  'call',
);
export const parseReleaseOptions: Parser<ReleaseOptionsCall> = parserOf(
  z
    .strictObject({
      item: uuid,
      person: slug,
      breakGlass: z.boolean(),
      logEntry: z.exactOptional(entry),
      receipt: z.exactOptional(receipt),
      emergency: z.exactOptional(z.strictObject({ reason, headerDigest: bytes32 })),
    })
    .check(
      // Either the log holds the request, or the journal will; and the journal is for breaking the glass alone.
      z.refine((call) =>
        call.emergency === undefined
          ? call.logEntry !== undefined && call.receipt !== undefined
          : call.breakGlass && call.logEntry === undefined && call.receipt === undefined,
      ),
    ),
  'call',
);
export const parseRelease: Parser<ReleaseCall> = parserOf(
  z.strictObject({
    ...itemCall,
    person: slug,
    state: z.enum(['active', 'filed', 'closed', 'expired', 'recalled', 'withdrawn', 'erased']),
    suspended: z.boolean(),
    acknowledgedVersion: z.union([z.literal('none'), z.int().check(z.minimum(0))]),
    purpose: slug,
    reason: z.exactOptional(reason),
    breakGlass: z.boolean(),
    logEntry: entry,
    nonce: bytes32,
    response: assertion,
  }),
  'call',
);
export const parseEmergencyView: Parser<EmergencyViewCall> = parserOf(
  z.strictObject({ item: uuid, person: slug, nonce: bytes32, reason, headerDigest: bytes32 }),
  'call',
);
export const parseLetGo: Parser<LetGoCall> = parserOf(z.strictObject({ ...itemCall, logEntry: entry }), 'call');
