import { MAX_DELEGATION_DEPTH } from './limits.js';

/** A value now or later. */
export type Awaitable<T> = T | Promise<T>;

/** A share that waits for its grant: 32 bytes sealed under a key of the erase store. */
export interface PreparedShare {
  readonly cti: Uint8Array;
  /** 48 bytes. */
  readonly sealedShare: Uint8Array;
  /** Whole seconds since 1970. */
  readonly expires: number;
}

/** A link as it is first stored. Everything but `passcode` is repeated from the signed grant, and checked against it. */
export interface NewLink {
  readonly id: Uint8Array;
  readonly cti: Uint8Array;
  readonly grant: Uint8Array;
  readonly object: Uint8Array;
  readonly recipient: Uint8Array | null;
  readonly issuerUser: Uint8Array;
  /** The id of the link it was delegated from: one that is there and not revoked. */
  readonly parent: Uint8Array | null;
  readonly expires: number;
  readonly maxUses: number;
  /** Salt, cost and peppered verifier of the passcode. */
  readonly passcode: Uint8Array | null;
  /** Whether a prepared share must be there, to become the link's own. */
  readonly withShare: boolean;
}

/** A link as the store has it. */
export interface StoredLink extends Omit<NewLink, 'withShare'> {
  readonly sealedShare: Uint8Array | null;
  readonly used: number;
  /** Wrong passcodes. */
  readonly failures: number;
  readonly revokedAt: number | null;
}

/** What came of storing a link. */
export type PutOutcome = 'stored' | 'duplicate' | 'unprepared' | 'orphan';

/** Ancestors that are read at most: one more than there may be, so that whoever checks a chain sees that it is too long. */
export const MAX_ANCESTORS: number = MAX_DELEGATION_DEPTH + 1;

/** A link with what it hangs from. */
export interface FoundLink {
  readonly link: StoredLink;
  /** The links it was delegated from: its parent first, the root last; empty for a link that an issuer minted. */
  readonly ancestors: readonly StoredLink[];
  /** Whether the opening that was asked about was taken before. */
  readonly taken: boolean;
}

/** One opening to be counted. */
export interface Take {
  /** The link's id, then its ancestors' up to the root: one use is taken from every one of them, or from none. */
  readonly chain: readonly Uint8Array[];
  /** Which opening this is: the same key is the same opening. 32 bytes. */
  readonly key: Uint8Array;
  /** The answer, sealed to the opener's key; null when only a repeated opening is acceptable. */
  readonly sealed: Uint8Array | null;
  readonly now: number;
  /** How long a repeated key is the same opening, in seconds. */
  readonly window: number;
  /** A link with this many wrong passcodes is locked. */
  readonly failureLimit: number;
  /** The identifier of a key proof, to be seen once until `until`. */
  readonly proof?: { readonly id: Uint8Array; readonly until: number };
}

/** Why a store refuses to take or release. */
export type RefusedReason = 'exhausted' | 'expired' | 'locked' | 'replayed' | 'revoked' | 'stale' | 'unknown';

/** What came of a take. */
export type TakeOutcome =
  | { readonly outcome: 'taken'; readonly use: number; readonly of: number; readonly repeated: boolean }
  | { readonly outcome: 'refused'; readonly reason: RefusedReason };

/** What came of a release. */
export type ReleaseOutcome =
  | { readonly outcome: 'released'; readonly sealed: Uint8Array }
  | { readonly outcome: 'refused'; readonly reason: RefusedReason };

/** Which links to revoke: exactly one field. */
export type RevokeBy =
  | { readonly id: Uint8Array }
  | { readonly object: Uint8Array }
  | { readonly recipient: Uint8Array }
  | { readonly issuerUser: Uint8Array };

/**
 * Where links are counted. Every method is atomic and, once its promise resolves, durable. The state of one link is the
 * ledger of its takes: `taken` -> `released`, or `cancelled` by a revocation, which also deletes every sealed answer.
 */
export interface LinkStore {
  /** Keeps a share until its grant comes. A `cti` already there is replaced by nothing: it rejects. */
  prepare(share: PreparedShare): Promise<void>;
  /**
   * Stores a link; a prepared share moves into it. `duplicate`: its id or `cti` is there already, or a share that it does not
   * ask for waits under its `cti`. `orphan`: its parent is not there or revoked; a revocation under way is waited for, so that
   * no child slips past it.
   */
  put(link: NewLink, now: number): Promise<PutOutcome>;
  /** The link with its ancestors, as they were at one moment, and whether this opening was taken before. Changes nothing. */
  read(id: Uint8Array, key?: Uint8Array): Promise<FoundLink | null>;
  /** Reserves one passcode attempt, unless wrong and reserved ones together reach the limit. */
  attempt(id: Uint8Array, limit: number): Promise<boolean>;
  /** Settles a reserved attempt: a wrong one counts for good. Resolves to the wrong ones so far. */
  judge(id: Uint8Array, right: boolean): Promise<number>;
  /** Takes one use from every link of the chain in one conditional statement, or finds the same opening taken before. */
  take(take: Take): Promise<TakeOutcome>;
  /** Marks a take as released and gives its sealed answer, unless revoked, expired or older than `window` seconds. */
  release(id: Uint8Array, key: Uint8Array, now: number, window: number): Promise<ReleaseOutcome>;
  /** Revokes links and all delegated from them, cancels their takes, deletes sealed answers; repeating finds them again. */
  revoke(by: RevokeBy, now: number): Promise<readonly { readonly id: Uint8Array; readonly cti: Uint8Array }[]>;
  /**
   * Deletes sealed answers older than `window` seconds, prepared shares and proof ids past their time.
   * Calls `destroy` with the `cti`s of links that died since the last sweep, and remembers them as done once it resolves.
   */
  sweep(now: number, window: number, destroy: (ctis: readonly Uint8Array[]) => Promise<void>): Promise<void>;
}

/**
 * Where the keys of server shares live, so that forgetting is real: a small store with no log archive, whose backups are
 * kept for days, not years. Ids are `cti`s. Every method is durable once its promise resolves.
 */
export interface EraseStore {
  /** Keeps a 32-byte key until `expires` (whole seconds since 1970). Rejects when the id is there already. */
  put(id: Uint8Array, key: Uint8Array, expires: number): Promise<void>;
  /** Gives a key a later or earlier end; false when it is not there. */
  renew(id: Uint8Array, expires: number): Promise<boolean>;
  /** The key, or null when it was destroyed or never there. */
  get(id: Uint8Array): Promise<Uint8Array | null>;
  /** Destroys keys and overwrites their bytes; ids that are not there are no error. */
  destroy(ids: readonly Uint8Array[]): Promise<void>;
  /** Destroys every key whose end is at or before `now`. */
  expire(now: number): Promise<void>;
}
