import type { Claims } from '../../claims.js';
import type { Sensitivity } from '../sensitivity.js';

/** What a module is told before anything is asked for. */
export interface UploadPrepared {
  /** Thumbprint (RFC 7638) of the organisation root's key, 43 characters, from the link's fragment. */
  readonly root: string;
  /** Aborted when the page is left: whatever holds a picture or a key must then let it go. */
  readonly signal: AbortSignal;
}

/** What a module is given to seal. */
export interface UploadSealing {
  /** As it was taken or chosen, with all that the camera wrote into it. */
  readonly picture: Blob;
  /** Of the upload grant, bound to the link: `recipient` is the team to seal to, `object` names the patient. */
  readonly claims: Claims;
  readonly grant: Uint8Array<ArrayBuffer>;
  /** Of the one-off key; to go with what the key signs. */
  readonly certificate: Uint8Array<ArrayBuffer>;
  /** For the labels of what is sealed. */
  readonly sensitivity: Sensitivity;
}

/** One upload in the making, with its one-off signing key, which stays inside. */
export interface UploadOneOff {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** Signs a message of the page with the one-off key: that the key is here, and which file it sent. */
  sign(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Strips the picture of all but its pixels, seals it to the members of the team `claims.recipient` and to the custodian as
   * the verified directory names them, and signs it with the one-off key. Rejects when the directory knows no such team.
   */
  seal(sealing: UploadSealing): Promise<Blob>;
}

/** The module at `uploaderModule`: the app's own. */
export interface UploaderModule {
  /**
   * Fetches the signed directory and checks it against the root that the link names, and makes a one-off signing key. Rejects
   * when the directory is not that root's: the page then says so, and nothing was asked for or sent. Called for each picture.
   */
  prepare(prepared: UploadPrepared): Promise<UploadOneOff>;
}
