import { base64url, fromBase64url } from '@wardseal/primitives';
import { takeApart } from '../detach.js';
import { draftFile } from '../draft.js';
import { SealError } from '../errors.js';
import type { Mode } from '../keys/recipient.js';
import { openContent } from '../open-content.js';
import type { ProvenFile } from '../open-header.js';
import { type SealedFile, sealDraft } from '../seal.js';
import { ownPeople, ownSender, type Recipient, type SealOptions } from '../seal-options.js';
import type { SealedSource } from '../source.js';
import { nowOf } from '../time.js';
import { type ChangeOptions, checkWords, openingOf } from './change-options.js';

/** What `rotate` needs to know: how the file is judged, who acts, and everybody who may open it from now on. */
export interface RotateOptions extends ChangeOptions {
  readonly recipients: readonly Recipient[];
  readonly custodian?: Recipient;
  readonly guardians?: SealOptions['guardians'];
  readonly link?: SealOptions['link'];
  /** Default: the file's. A classic file may become post-quantum, never the other way. */
  readonly mode?: Mode;
}

/** A file under a new key. */
export interface RotatedFile extends SealedFile {
  readonly epoch: number;
  /** SHA-256 of the header that this one replaces, 32 bytes. */
  readonly previousDigest: Uint8Array<ArrayBuffer>;
}

/** As `rotate`; `check` may refuse what was opened before anything is drawn. */
export async function rotateFile(
  file: SealedSource,
  options: RotateOptions,
  check: (proven: ProvenFile) => void,
): Promise<RotatedFile> {
  const o = ownPeople(options);
  const sender = ownSender(o.actor?.sender);
  const opening = openingOf(o);
  const now = nowOf(o);
  checkWords(o);
  const { parsed, header, start, payload } = await takeApart(file);
  const { file: proven, opener, jws } = await openContent(parsed, header, start, opening);
  let plaintext: Uint8Array<ArrayBuffer> | undefined;
  try {
    // openContent was not allowed to give anything else.
    if (!proven.signed || jws === undefined) throw new SealError('UNSIGNED', 'file is not signed');
    check(proven);
    const { manifest, epoch, headerDigest } = proven;
    const mode = o.mode ?? manifest.mode;
    if (manifest.mode === 'pq' && mode === 'classic')
      throw new SealError('MIXED_MODE', 'a post-quantum file never becomes classic', { what: mode });
    plaintext = await opener.whole(await payload());
    const draft = await draftFile(
      {
        directory: o.directory,
        recipients: o.recipients,
        ...(o.custodian === undefined ? {} : { custodian: o.custodian }),
        ...(o.guardians === undefined ? {} : { guardians: o.guardians }),
        ...(o.link === undefined ? {} : { link: o.link }),
        sender,
        mediaType: manifest.mediaType,
        case: manifest.case,
        labels: manifest.labels,
        ...(manifest.clinical === undefined ? {} : { clinical: manifest.clinical }),
        ...(manifest.originRoot === undefined ? {} : { originRoot: fromBase64url(manifest.originRoot)! }),
        mode,
        now,
      },
      {
        id: manifest.id,
        salt: manifest.salt,
        origin: manifest.origin ?? jws,
        epoch: epoch + 1,
        prev: base64url(headerDigest),
        reason: o.reason,
        ...(o.logEntry === undefined ? {} : { logEntry: o.logEntry }),
      },
    );
    const sealed = await sealDraft(plaintext, draft);
    return { ...sealed, epoch: epoch + 1, previousDigest: headerDigest };
  } finally {
    opener.wipe();
    plaintext?.fill(0);
  }
}

/**
 * Puts a sealed file under a new key for a new list of people: opens and proves it, encrypts it again, and signs that this was
 * done. What the first sender signed travels inside and still proves the content and its author; id, case, labels, clinical
 * facts and root stay. Old header and old payload still open each other for whoever kept both: erase the old header.
 *
 * The new list is exactly what is given here: the actor is not added. Guardians and links must be given again.
 *
 * @param file whole, or `{ header, payload }`.
 * @returns the new file, its epoch and the digest of the header it replaces.
 * @throws SealError as `open` of the old file and as `seal` of the new one; MIXED_MODE also when a post-quantum file would
 * become classic; LIMIT also when the manifest, which carries the first one, is above 160 KiB.
 * @throws TypeError or RangeError on the caller's mistakes.
 *
 * @see docs/spec/sealed-file.md, "Rotation".
 *
 * @example
 * const rotated = await rotate({ header, payload }, {
 *   actor: { identities: [identity], sender: { keys, entry } }, directory, reason: 'key lost',
 *   recipients: team, custodian, resolveSender, authorizeGrant,
 * });
 */
export async function rotate(file: SealedSource, options: RotateOptions): Promise<RotatedFile> {
  return rotateFile(file, options, () => {});
}
