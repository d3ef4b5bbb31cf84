import type { Claims } from '../claims.js';

/** What a link released, for the module that shows it. It lives in memory alone, until the page is left. */
export interface Opening {
  /** An empty element to show it in. */
  readonly view: HTMLElement;
  /** Aborted when the page is closed or left: whatever holds content must then let it go. */
  readonly signal: AbortSignal;
  /** The grant's claims, bound to the handle; check the grant's signature (`verifyGrant`) where keys are at hand. */
  readonly claims: Claims;
  /** The signed grant. */
  readonly grant: Uint8Array<ArrayBuffer>;
  /** The id of the file's stanza `wardseal.org/link`, 32 bytes: the grant's own, or that of the one it was delegated from. */
  readonly cti: Uint8Array<ArrayBuffer>;
  /** That stanza's key. Null when the file is sealed to the reader's own key. */
  readonly linkKey: Uint8Array<ArrayBuffer> | null;
  /** Path of the sealed file for the next five minutes, with ranges; null when the handler serves none. */
  readonly location: string | null;
  /** What the reader's side must do, such as a watermark: what it cannot carry out it must not show. */
  readonly obligations: readonly unknown[];
  readonly use: number;
  readonly of: number;
}

/** What a proof of the reader's key must cover. */
export interface ProofFacts {
  readonly method: 'POST';
  readonly url: string;
  readonly handle: string;
  /** The one-opening key of this request, 1216 bytes. */
  readonly ephemeralKey: Uint8Array<ArrayBuffer>;
  /** What `createProof`, or any DPoP library as its access token, takes: it stands for the two above. */
  readonly token: string;
  readonly nonce: string | undefined;
}

/** The module at `openerModule`: the app's own, loaded before a use is taken. */
export interface OpenerModule {
  /** Shows what was opened. When it rejects, the page offers to try again with the same opening. */
  open(opening: Opening): Promise<void>;
  /** Proves that the reader holds the key a link is bound to; without it such links do not open on this page. */
  prove?(facts: ProofFacts): Promise<string>;
}
