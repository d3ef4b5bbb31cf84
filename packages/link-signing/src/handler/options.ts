import type { GoneReason, LinkError, LinkErrorCode } from '../errors.js';
import type { InspectedLink } from '../inspect.js';
import type { Redeemed, RedeemRequest } from '../redeem.js';
import type { Awaitable } from '../store.js';
import type { Organisation } from './chrome.js';

/** What opens links behind the handler: an `Issuer`, or a function around one that adds policy and log. */
export interface LinkDesk {
  redeem(handle: string, request: RedeemRequest): Promise<Redeemed>;
  inspect(handle: string): Promise<InspectedLink>;
  /** A nonce for the next proof of a key; an `Issuer` has it. */
  proofNonce?(): string;
}

/** Where the sealed files are. Bytes alone: whoever gets them still needs the key. */
export interface LinkContent {
  /** 32-byte keys that locations are made with; the first makes, any checks. Make new ones as often as you like. */
  readonly keys: readonly Uint8Array[];
  /** Bytes of a sealed file, or null when it is not there: such a link is not opened, and costs no use. */
  size(object: Uint8Array): Awaitable<number | null>;
  /** Its bytes from `start` up to, not including, `end`. */
  read(object: Uint8Array, start: number, end: number): Awaitable<Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>>;
}

/** A request that opened nothing. For the log and for alarms, never for the page. */
export interface LinkEvent {
  /** `refused`: the request's doing. `failed`: a store, the audit log or a hook did not work. */
  readonly type: 'link.refused' | 'link.failed';
  readonly route: 'status' | 'redeem' | 'content' | 'manifest' | 'upload-status' | 'upload-begin' | 'upload-file';
  /** `REQUEST_REFUSED`: of another origin, too long, or not what a page sends. `FAILED`: an error of other code than ours. */
  readonly code: LinkErrorCode | 'REQUEST_REFUSED' | 'FAILED';
  /** The precise reason, where the code is `LINK_GONE`. */
  readonly reason?: GoneReason;
  /** The id that the handle names, as hexadecimal digits: believe it unless `reason` is `forged` or `unknown-key`. */
  readonly link?: string;
  /** Wrong passcodes so far. */
  readonly failures?: number;
  /** The status that was sent. */
  readonly status: number;
  readonly context: unknown;
  readonly error: LinkError | unknown;
}

/** What a handler is made of. */
export interface HandlerOptions {
  /** The issuer's origins: a request from a page of any other is refused. */
  readonly origins: readonly string[];
  /** Shown on the page. */
  readonly organisation: Organisation;
  /** Path of the module, on the same origin, that shows what a link opens: see `OpenerModule`. */
  readonly openerModule: string;
  /** The policy's decision; asked after the binding, before a use is taken. A denial costs no use. */
  readonly authorize: RedeemRequest['authorize'];
  /** Facts of a request for the policy, the log and `onEvent`. Default: none. */
  readonly context?: (request: Request) => unknown;
  /** Serves the sealed files themselves; without it the answer has no location and the opener finds them by itself. */
  readonly content?: LinkContent;
  /** Serves SMART Health Links below `/m/`: `shlinkPart` of `@wardseal/link-signing/shlink`. Default: there are none. */
  readonly shlink?: (request: Request) => Promise<Response>;
  /**
   * Told of every request that opened nothing; it is waited for, and what it throws changes no answer. Anybody may knock with
   * a made-up link as often as they like: count those, and write an entry only for links that exist.
   */
  readonly onEvent?: (event: LinkEvent) => Awaitable<void>;
  /** Whole seconds since 1970, for locations. Default: the system clock. */
  readonly clock?: () => number;
}
