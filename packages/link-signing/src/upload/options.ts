import type { Organisation } from '../handler/chrome.js';
import type { LinkEvent } from '../handler/options.js';
import type { InspectedLink } from '../inspect.js';
import type { RedeemRequest } from '../redeem.js';
import type { Awaitable } from '../store.js';
import type { AllowIntimateUnder18 } from './begin.js';
import type { UploadDeposit } from './deposit.js';
import type { UploadEvent } from './receive.js';
import type { Uploads } from './uploads.js';

/** What takes uploads in behind the handler: an `Issuer`. */
export interface UploadDesk {
  readonly uploads: Uploads;
  inspect(handle: string): Promise<InspectedLink>;
}

/** What an upload handler is made of. */
export interface UploadHandlerOptions {
  /** The issuer's origins: a request from a page of any other is refused. */
  readonly origins: readonly string[];
  /** Shown on the page. */
  readonly organisation: Organisation;
  /** Path of the module, on the same origin, that seals: see `UploaderModule`. */
  readonly uploaderModule: string;
  /** Where the sealed files go. */
  readonly deposit: UploadDeposit;
  /** Logs an upload before it is delivered and acknowledged; when it fails, it is neither. */
  readonly audit: (event: UploadEvent) => Awaitable<unknown>;
  /** The policy's decision; asked when an upload begins and again when its file comes. A denial costs no use. */
  readonly authorize: RedeemRequest['authorize'];
  /** Facts of a request for the policy, the log and `onEvent`. Default: none. */
  readonly context?: (request: Request) => unknown;
  /** Told of every request that came to nothing, as that of `HandlerOptions`. */
  readonly onEvent?: (event: LinkEvent) => Awaitable<void>;
  /** Bytes of a sealed file. Default and ceiling `MAX_UPLOAD_BYTES`. */
  readonly maxBytes?: number;
  /**
   * Whether an intimate picture of somebody under 18 may come by this link: who asked for it, and by which policy of the
   * trust. Without it, or when it gives null, the page names the face-to-face route and the service refuses.
   */
  readonly intimateUnder18?: AllowIntimateUnder18;
  /** What the page says to do in an emergency, 1 to 300 characters. Default: `EMERGENCY_WORDS`. */
  readonly emergency?: string;
}

/** What the page says to do in an emergency, in the United Kingdom. */
export const EMERGENCY_WORDS =
  'Nobody may look at your picture today. If somebody is in danger, badly hurt or suddenly very ill, telephone 999 or 112 now.';
