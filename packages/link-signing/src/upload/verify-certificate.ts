import { equal } from '@wardseal/primitives';
import type { Claims } from '../claims.js';
import { LinkError } from '../errors.js';
import { checkNow, readGrant } from '../grant.js';
import type { KeySet } from '../keys.js';
import { NOT_BEFORE_LEEWAY_SECONDS } from '../limits.js';
import { type CertificateFacts, readCertificate } from './certificate.js';

/** Who sent what came by an upload link. */
export interface VerifiedUpload extends CertificateFacts {
  /** To be shown as this and as nothing else: whoever holds link and passcode is no member of staff, and has no name here. */
  readonly role: 'patient via link';
  /** The upload grant's: `object` names the patient (`uploadObject`), `recipient` the team, `issuerUser` who asked. */
  readonly claims: Claims;
}

/**
 * For the side that receives: whether a one-off key was certified for an upload link, and for which.
 *
 * Check the sealed file's signature with `key`, show `role`, and compare `claims.object` with the patient and
 * `claims.recipient` with the team the file was sealed to. Keep `certificate`, `grant` and the time of arrival beside the file.
 *
 * @param upload `certificate` and `grant` as they came with the file
 * @param keySet from `importKeySet`
 * @param at when the file arrived, whole seconds since 1970, by your own log; not the time of looking
 * @throws LinkError `UPLOAD_CERTIFICATE_INVALID` (`claim`) when it is not genuine, of another grant, or not good at that time
 * @throws LinkError `GRANT_INVALID`, `GRANT_UNTRUSTED`, `ENCODING_INVALID` when the grant is not genuine
 * @throws RangeError when `at` is out of range
 * @example const { role, key, claims } = await verifyUploadCertificate({ certificate, grant }, keySet, arrived);
 */
export async function verifyUploadCertificate(
  upload: { readonly certificate: Uint8Array; readonly grant: Uint8Array },
  keySet: KeySet,
  at: number,
): Promise<VerifiedUpload> {
  checkNow(at);
  if (!(upload.certificate instanceof Uint8Array)) throw new TypeError('certificate must be a Uint8Array');
  const facts = await readCertificate(upload.certificate, keySet);
  const { claims, id } = await readGrant(upload.grant, keySet);
  const rules: Record<string, boolean> = {
    link: equal(id, facts.link),
    permissions: claims.permissions.includes('upload'),
    issuer: facts.issuer === claims.issuer,
    audience: facts.audience === claims.audience,
    issuedAt: facts.issuedAt + NOT_BEFORE_LEEWAY_SECONDS >= claims.notBefore && at + NOT_BEFORE_LEEWAY_SECONDS >= facts.issuedAt, // biome-ignore format: one rule
    expires: facts.expires <= claims.expires && at < facts.expires,
  };
  for (const claim in rules)
    if (!rules[claim]) throw new LinkError('UPLOAD_CERTIFICATE_INVALID', 'upload certificate is not valid', { claim });
  return { ...facts, role: 'patient via link', claims };
}
