import type { Claims } from '../claims.js';
import type { Awaitable } from '../store.js';
import type { Sensitivity } from './sensitivity.js';

/** What is known of an upload before its file is there. */
export interface UploadFacts {
  /** The same for every attempt of one upload, and for no other: 64 hexadecimal digits. */
  readonly id: string;
  /** Of the upload grant: `object` names the patient, `recipient` the team. */
  readonly claims: Claims;
  /** To be kept beside the file, with the time: `verifyUploadCertificate` needs them. */
  readonly certificate: Uint8Array<ArrayBuffer>;
  readonly grant: Uint8Array<ArrayBuffer>;
  readonly sensitivity: Sensitivity;
}

/** What an upload came to. */
export interface Deposited {
  /** SHA-256 of the sealed file, 32 bytes. */
  readonly digest: Uint8Array<ArrayBuffer>;
  /** Bytes of it. */
  readonly size: number;
  /** This was upload `use` of `of`. */
  readonly use: number;
  readonly of: number;
  /** When its use was taken, whole seconds since 1970: the time to verify the certificate with. */
  readonly at: number;
}

/** Where sealed files go. They are ciphertext to whoever runs this. */
export interface UploadDeposit {
  /**
   * Keeps the file aside, durably, read from `body` to its end; nobody sees it yet. Several attempts of one upload may be under
   * way at once and must not touch each other. When `body` fails, so must this, and nothing may stay.
   */
  receive(
    upload: UploadFacts,
    body: ReadableStream<Uint8Array<ArrayBuffer>>,
  ): Promise<{
    /** Delivers it: the use is taken and logged. Called again with another attempt of the same upload, it delivers nothing new. */
    commit(deposited: Deposited): Awaitable<void>;
    /** Forgets it. */
    discard(): Awaitable<void>;
  }>;
  /** What was delivered of an upload, by its `id`, or null: so that a lost answer is given again at any time. */
  delivered(id: string): Awaitable<Pick<Deposited, 'digest' | 'use' | 'of'> | null>;
}
