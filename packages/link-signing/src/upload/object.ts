import { asBytes, concat, sha256, utf8 } from '@wardseal/primitives';

const DOMAIN = utf8('wardseal.org/upload-object v0');

/**
 * The object of an upload grant: what its pictures are about. It names a patient to whoever holds the index of handles, and
 * nobody to anybody else; with it every upload link of one patient is revoked at once (`issuer.revoke({ object })`).
 *
 * @param patientHandle the custodian's opaque handle of the patient, 32 bytes; never an NHS number or its plain hash
 * @returns SHA-256 over a domain and the handle, 32 bytes; never the object of a sealed file
 * @throws RangeError when the handle is not 32 bytes
 * @example const object = uploadObject(patientHandle);
 */
export function uploadObject(patientHandle: Uint8Array): Uint8Array<ArrayBuffer> {
  if (!(patientHandle instanceof Uint8Array) || patientHandle.length !== 32)
    throw new RangeError('patient handle must be 32 bytes');
  return sha256(concat(DOMAIN, asBytes(patientHandle)));
}
