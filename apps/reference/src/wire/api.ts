import type { Chips } from '@wardseal/watermark';
import type { ItemLabels } from './labels.js';

// Every HTTP body of the server, as both sides write it. Bytes are base64url without padding, times `Date.toISOString`.

/** What an item is at now. */
export type ItemState = 'active' | 'filed' | 'closed' | 'expired' | 'recalled' | 'held';

/** A person's keys, wrapped; of no use without the passkey or the code. */
export interface Wrap {
  readonly credential: string;
  readonly method: 'passkey' | 'recovery-code';
  readonly wrapped: string;
}

export interface Me {
  readonly person: string;
  readonly organisation: string;
  readonly name: string;
  readonly role: string;
  readonly teams: readonly string[];
  /** Teams the person is on duty for now. */
  readonly onDuty: readonly string[];
  readonly trustName: string;
  readonly wraps: readonly Wrap[];
  readonly idleSeconds: number;
  /** When the session ends whatever happens. */
  readonly until: string;
  readonly policyVersion: number;
  readonly acknowledgedVersion: number | null;
}

/** Of a WebAuthn ceremony: `options` and `response` are JSON as the WebAuthn specification has it. */
export interface CeremonyOptions {
  readonly id: string;
  readonly options: Readonly<Record<string, unknown>>;
}
export interface CeremonyAnswer {
  readonly id: string;
  readonly response: Readonly<Record<string, unknown>>;
}

export interface EnrolRequest {
  readonly organisation: string;
  readonly person: string;
  readonly request: string;
}
export interface EnrolChallenge {
  readonly challenge: string;
}
export interface EnrolAnswer {
  readonly organisation: string;
  readonly person: string;
  readonly answer: string;
  readonly wraps: readonly Wrap[];
  readonly acknowledgedVersion: number;
}
export interface Enrolled {
  readonly epoch: number;
}

export interface NewItem {
  readonly id: string;
  readonly case: string;
  readonly labels: ItemLabels;
  readonly header: string;
  readonly payloadDigest: string;
  /** Person ids. */
  readonly recipients: readonly string[];
}
export interface ItemSent {
  readonly id: string;
  readonly sentAt: string;
  readonly state: ItemState;
}

export interface Opening {
  readonly name: string;
  readonly at: string;
}
export interface ItemRow {
  readonly id: string;
  readonly case: string;
  readonly labels: ItemLabels;
  readonly author: { readonly id: string; readonly name: string };
  readonly sentAt: string;
  readonly state: ItemState;
  readonly mine: boolean;
  readonly canOpen: 'open' | 'release' | 'break-glass' | 'no';
  /** For the author only. */
  readonly openedBy?: readonly Opening[];
  /** Ids of the items that are advice on this one. */
  readonly advice: readonly string[];
  readonly filed: boolean;
  readonly bytes: number;
}
export interface Inbox {
  readonly items: readonly ItemRow[];
  readonly now: string;
}

export interface OpenRequest {
  /** 32 bytes that the browser made for this opening. */
  readonly nonce: string;
  readonly purpose: string;
  readonly reason?: string;
}
/** The duty `watermark` of the policy: a border around the picture or text over it, and how strong the invisible mark is. */
export interface Marking {
  readonly mode: 'border' | 'tile';
  readonly strength: 'standard' | 'strong';
}

export interface OpenAnswer {
  /** The watermark's id of this viewing, base64url. */
  readonly viewing: string;
  readonly header: string;
  /** A c2sp.org/tlog-proof of the entry, as text. */
  readonly receipt: string;
  readonly labels: ItemLabels;
  /** This viewing's own chips. */
  readonly chips: Chips;
  /** How the policy wants this viewing marked. */
  readonly watermark: Marking;
  readonly code: string;
  readonly sentAt: string;
  readonly who: {
    readonly name: string;
    readonly role: string;
    readonly organisation: string;
    readonly at: string;
  };
  /** Until when the policy lets this viewing last; null: as long as the page is open. */
  readonly until: string | null;
  /** The receipt is the emergency journal's. */
  readonly emergency: boolean;
  /** Changes of recipients the header went through: a lower one than seen before is refused. */
  readonly epoch: number;
}

export interface ReleaseOptionsRequest {
  readonly purpose: string;
  readonly reason?: string;
  readonly breakGlass: boolean;
}
export interface ReleaseOptions {
  readonly logEntry: string;
  readonly nonce: string;
  /** Ids of the person's passkeys. */
  readonly credentials: readonly string[];
  readonly emergency: boolean;
}
export interface ReleaseRequest {
  readonly logEntry: string;
  readonly nonce: string;
  /** The assertion, AuthenticationResponseJSON. */
  readonly response: Readonly<Record<string, unknown>>;
}
export interface Released {
  readonly epoch: number;
}

export interface Recalled {
  readonly state: 'recalled';
  readonly openedBy: readonly Opening[];
}
export interface WhoOpened {
  readonly openings: readonly (Opening & { readonly outcome: string; readonly breakGlass: boolean })[];
}
export interface LogCheckpoint {
  readonly checkpoint: string;
  readonly path: readonly string[];
}

export interface Suspension {
  readonly reason: string;
}
/** A viewing that the log knows of: `id` is what its mark holds, `proof` the entry as a .tlog-proof. */
export interface ViewingEntry {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly at: string;
  readonly origin: string;
  readonly index: number;
  readonly proof?: string;
}
/** What a leak is looked for with: base64url of 32 bytes, and every viewing. */
export interface TracedPicture {
  readonly item: string;
  readonly imageKey: string;
  readonly candidates: readonly ViewingEntry[];
}
