import type { Binding, Purpose } from '../claims.js';

/** A link was made that any SMART Health Links client opens. Logged before the link leaves `toShlink`. */
export interface ShlinkExport {
  readonly type: 'shlink.export';
  /** The link's id, as hexadecimal digits; safe to log. */
  readonly link: string;
  /** The digest of the sealed files, as hexadecimal digits. */
  readonly object: string;
  /** SHA-256 of each picture in it, as hexadecimal digits: all were said to carry the share mark. */
  readonly pictures: readonly string[];
  readonly maxUses: number;
  readonly expires: number;
  readonly purpose: Purpose;
  readonly binding: Binding;
  /** Whole seconds since 1970. */
  readonly at: number;
}

/** The files of such a link are about to be handed to whoever asked. Logged before the answer, besides `link.open`. */
export interface ShlinkDisclosure {
  readonly type: 'shlink.disclose';
  readonly link: string;
  readonly object: string;
  readonly use: number;
  readonly of: number;
  readonly purpose: Purpose;
  readonly binding: Binding;
  /**
   * What the client says of its user: unverified free text of a stranger, a person's name perhaps. Keep it where it can be
   * erased. Left out when it holds a patient number or control characters.
   */
  readonly recipient?: string;
  /** From the policy's decision. A client of strangers discharges none of them. */
  readonly obligations: readonly unknown[];
  readonly at: number;
  /** From the part's `context`. */
  readonly context: unknown;
}

/** What the audit hook of SMART Health Links is given. */
export type ShlinkEvent = ShlinkExport | ShlinkDisclosure;
