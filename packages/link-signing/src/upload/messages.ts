import { concat, sha256, uint, utf8 } from '@wardseal/primitives';

const KEY = utf8('wardseal.org/upload-key v0');
const FILE = utf8('wardseal.org/upload-file v0');
const UPLOAD = utf8('wardseal.org/link-upload v0');

/** What a one-off key signs to be certified: that its holder is here, for this link. Else anybody's key could be. */
export function keyMessage(link: Uint8Array, key: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(KEY, link, key);
}

/** What a one-off key signs of the sealed file: half a file, or another one, does not pass as it. */
export function fileMessage(certificate: Uint8Array, digest: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  return concat(FILE, sha256(certificate), digest, uint(length, 8));
}

/** Which upload of a link it is: one key, one upload, one use. */
export function uploadKey(key: Uint8Array): Uint8Array<ArrayBuffer> {
  return sha256(concat(UPLOAD, key));
}
