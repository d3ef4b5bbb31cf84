import type { Wrap } from '../../src/wire/api.js';
import type { Clinical } from '../../src/wire/clinical.js';
import type { ItemLabels } from '../../src/wire/labels.js';
import type { Pin } from '../../src/wire/user-handle.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** The link that the custodian printed, read from the page's fragment. */
export interface EnrolmentLink extends Pin {
  /** 32 bytes. They are transferred: the page has them no longer. */
  readonly secret: Bytes;
  /** The passkey that was made just before, as a relying party knows it. Both base64url. */
  readonly credential: { readonly id: string; readonly publicKey: string };
}

export interface DirectoryPerson {
  readonly id: string;
  /** As the custodian signed it; the id where the entry has no name. */
  readonly name: string;
  readonly role: string;
  readonly teams: readonly string[];
}

/** Who is who, from the verified directory and from nowhere else. Custodian and guardians are left out of `people`. */
export interface DirectorySummary {
  readonly epoch: number;
  readonly organisation: string;
  /** The organisation's name as the custodian signed it for itself. */
  readonly organisationName: string;
  readonly people: readonly DirectoryPerson[];
  readonly teams: readonly { readonly id: string; readonly members: readonly DirectoryPerson[] }[];
  /** The pinned person; null for somebody who has not enrolled yet, or whose entry has ended. */
  readonly me: DirectoryPerson | null;
}

/** A picture made ready to be sealed; it stays in the worker under its handle until it is sealed or dropped. */
export interface PreparedPicture {
  readonly picture: string;
  readonly width: number;
  readonly height: number;
  /** Kinds of metadata that were removed, never a value. */
  readonly removed: readonly string[];
  /** Whether the pixels are the camera's own, or were turned or converted and encoded once. */
  readonly route: 'rebuilt' | 'encoded';
  /** Exactly what will be sealed. */
  readonly preview: Blob;
}

export interface SealRequest {
  /** The item's id, a UUID, and the opaque id of its case. */
  readonly item: string;
  readonly case: string;
  /** The handle of a prepared picture; a message goes without one. */
  readonly picture?: string;
  /** `same`: the people of an item that was opened here, its author among them; for advice on it. */
  readonly to: { readonly team: string } | { readonly person: string } | { readonly same: string };
  /** `author` and `ownerOrg` are put in here: they are who is signed in. */
  readonly labels: Omit<ItemLabels, 'author' | 'ownerOrg'>;
  /**
   * `item` is put in here, and `advice` where `labels.about` names an item: the root of that item as it was opened here, or
   * ORIGINAL_NEEDED. The text of a message is its `note`.
   */
  readonly clinical: Omit<Clinical, 'item' | 'advice'>;
}

export interface SealedItem {
  /** What `POST /api/items` takes; the header is `header`, in base64url there. */
  readonly labels: ItemLabels;
  readonly header: Bytes;
  /** A Blob: a browser uploads it several times faster than bytes. */
  readonly payload: Blob;
  /** SHA-256 of the payload, base64url. */
  readonly payloadDigest: string;
  /** Person ids of everybody who can open it, author included, custodian left out. */
  readonly recipients: readonly string[];
}

/** What `POST /api/items/:id/open` answered, as it came: nothing in it is believed before it is checked. */
export interface OpenAnswer {
  readonly viewing: string;
  /** base64url. */
  readonly header: string;
  readonly receipt: string;
  readonly labels: unknown;
  /** `Chips` of @wardseal/watermark, or their JSON. */
  readonly chips: unknown;
  /** How the policy wants the viewing marked: `Marking` of the wire. */
  readonly watermark: unknown;
  /** When the item was sent, RFC 3339. */
  readonly sentAt: string;
}

export interface OpenRequest {
  readonly item: string;
  /** The 32 bytes that the page sent with the request. */
  readonly nonce: Uint8Array;
  readonly answer: OpenAnswer;
  readonly payload: ArrayBuffer;
}

/** A marked picture with the border that must be shown around it: give both to `showOn`. */
export interface ShownPicture {
  readonly bitmap: ImageBitmap;
  readonly overlay: {
    /** A drawing of `box`'s size; the picture lies at `left`, `top` in it. */
    readonly svg: string;
    readonly box: { readonly width: number; readonly height: number; readonly left: number; readonly top: number };
  };
}

export interface OpenedItem {
  /** Id of this viewing in the log, and the code to read aloud. */
  readonly viewing: string;
  readonly code: string;
  readonly labels: ItemLabels;
  readonly case: string;
  readonly clinical: Clinical;
  /** Who signed it, by the directory. */
  readonly sender: DirectoryPerson;
  /** The message's text. */
  readonly text?: string;
  readonly picture?: ShownPicture;
  readonly receipt: {
    readonly origin: string;
    readonly index: number;
    /** The log's clock, RFC 3339. */
    readonly at: string;
    readonly size: number;
  };
  /** The entry says that the glass was broken. */
  readonly breakGlass: boolean;
  /** The receipt is of the custodian's emergency journal: the log was down. */
  readonly emergency: boolean;
  /** Milliseconds of each step, for the progress shown and the bench. */
  readonly timings: Readonly<Partial<Record<Step, number>>>;
}

/** What takes a moment, in order: for the progress shown. */
export type Step = 'strip' | 'seal' | 'receipt' | 'open' | 'decode' | 'mark';

export interface CallOptions {
  readonly onStep?: (step: Step) => void;
  /** Ends the call with ABORTED; what is half done in the worker is thrown away. */
  readonly signal?: AbortSignal;
}

/**
 * Everything that touches keys, as the page sees it. All of it runs in a worker; no secret key ever comes out. Every method
 * rejects with {@link CoreError}: its `code` is one of {@link CoreErrorCode}, and client/words.ts has a sentence for each.
 */
export interface Core {
  /** Whose keys, and under which root: from the passkey's user handle or the enrolment link, never from the server. */
  pin(pin: Pin): Promise<void>;

  /** Enrolling, first step: makes the keys here and gives the request for `POST /api/enrol/request`. Pins as well. */
  createKeys(link: EnrolmentLink): Promise<{ readonly request: Bytes }>;
  /** Enrolling, second step: the answer to the custodian's challenge. */
  answer(challenge: Uint8Array): Promise<Bytes>;
  /** Wraps the new keys under the passkey and a new recovery code, to be shown once. `passkeyPrf` is transferred and wiped. */
  protect(by: { readonly passkeyPrf: Bytes; readonly credential: string }): Promise<{
    readonly wraps: readonly Wrap[];
    readonly recoveryCode: string;
  }>;

  /** Verifies the signed directory, and that it is not older than what this browser saw before. */
  loadDirectory(snapshot: ArrayBuffer): Promise<DirectorySummary>;

  /** Unwraps the keys. `passkeyPrf` (with the credential it came from) is transferred and wiped. */
  unlock(
    by: { readonly wraps: readonly Wrap[] } & (
      | { readonly passkeyPrf: Bytes; readonly credential: string }
      | { readonly recoveryCode: string }
    ),
  ): Promise<void>;
  /** Ends the worker and everything in it. Afterwards: pin, loadDirectory, unlock. Calls under way reject with LOCKED. */
  lock(): void;
  readonly unlocked: boolean;

  /** Strips a picture of everything but its pixels. Videos: VIDEO_LATER; HEIC: PICTURE_HEIC. */
  prepare(file: Blob, options?: CallOptions): Promise<PreparedPicture>;
  /** Forgets a prepared picture that will not be sent. */
  drop(picture: string): Promise<void>;
  seal(request: SealRequest, options?: CallOptions): Promise<SealedItem>;

  /**
   * Checks everything before a key is used, then opens, marks and borders. `payload` is transferred. Advice opens only after
   * the item that it is on (ORIGINAL_NEEDED), and only when it was given on those very bytes.
   */
  open(request: OpenRequest, options?: CallOptions): Promise<OpenedItem>;
  /**
   * Whether outsiders have seen the log go on from this viewing's receipt: `pending` while too few witnesses have signed.
   * Anything else that does not fit rejects; HISTORY_SPLIT is evidence against the log.
   */
  confirmWitnessed(
    viewing: string,
    newer: { readonly checkpoint: string /** base64url. */; readonly path: readonly string[] },
  ): Promise<'witnessed' | 'pending'>;
  /** What the passkey must answer for a release, computed here from what was asked for. `nonce` is base64url. */
  releaseChallenge(request: {
    readonly item: string;
    readonly logEntry: string;
    readonly nonce: string;
  }): Promise<Bytes>;
}
