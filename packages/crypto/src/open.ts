import { takeApart } from './detach.js';
import { openContent, type ProvenContent } from './open-content.js';
import type { OpenOptions, OpenUnsignedOptions, UnsignedFile } from './open-header.js';
import type { SealedSource } from './source.js';

/** A file whose sender, recipients and content are proven. */
export interface OpenedFile extends ProvenContent {
  readonly plaintext: Uint8Array<ArrayBuffer>;
}

/** A plain age file: nobody vouches for who wrote it. */
export interface OpenedUnsignedFile extends UnsignedFile {
  readonly plaintext: Uint8Array<ArrayBuffer>;
}

/**
 * Opens a sealed file and proves who sealed it, for whom, and that not one byte differs. All or nothing: no plaintext is
 * released before everything is checked.
 *
 * `file` is the whole file or `{ header, payload }`. `resolveSender` is asked who the signer is and must answer from
 * verified knowledge only. `sentAt` should be the audit log's time of sending. Where people were let in or put out since, `authorizeGrant`
 * is asked about each change; in a rotated file `sender` is still the author, and `rotated.by` who put it under a new key.
 *
 * @throws SealError with code
 * - `HEADER_INVALID`: not an age v1 file, or a malformed stanza; `LIMIT`: larger than this package reads;
 * - `KEY_INVALID`: an identity is not one; `NO_MATCH`: none of the keys given opens the file;
 * - `MAC_INVALID`: the header was changed;
 * - `UNSIGNED`: there is no manifest; `UNSUPPORTED`: it is of a newer version; `MANIFEST_INVALID`: it does not read;
 * - `SENDER_UNKNOWN`: `resolveSender` knows no such person with this key; `SIGNATURE_INVALID`: the signature is not theirs;
 * - `SENDER_EXPIRED`, `SENDER_REVOKED`: their entry did not count when the file was sent;
 * - `COMMITMENT_MISMATCH`: the manifest was made for another file;
 * - `RECIPIENTS_MISMATCH`: the wrapping stanzas are not exactly those signed and granted, less those removed, or the reader is not whom they name;
 * - `GRANT_INVALID`: a change of recipients is not authorised, not signed by whom it names, by somebody who did not count then, or does not
 *   follow from the header before it; `ROLLBACK`: the header is older than `notBelowEpoch`;
 * - `RECOVERY_INVALID`: the guardians could not open the file;
 * - `MIXED_MODE`: a recipient's kind is not the signed mode; `LABELS_MISMATCH`: labels are not `expectLabels`;
 * - `PAYLOAD_INVALID`: the payload was changed, cut or extended; `PAYLOAD_MISMATCH`: somebody with the file key replaced it;
 * - `TREE_INVALID`: the chunk tree does not lead to the signed root.
 * @throws TypeError without any key or without `resolveSender`; RangeError when `sentAt`, or a time that
 * `authorizeGrant` gives, is not whole seconds, or `notBelowEpoch` no whole number.
 *
 * @see age v1 (C2SP); docs/spec/sealed-file.md.
 *
 * @example
 * const { plaintext, manifest } = await open(file, {
 *   identities: [identity],
 *   resolveSender: ({ org, person }) => directory.find(org, person),
 *   expectLabels: shown,
 * });
 */
export function open(file: SealedSource, options: OpenOptions): Promise<OpenedFile>;
export function open(file: SealedSource, options: OpenUnsignedOptions): Promise<OpenedFile | OpenedUnsignedFile>;
export async function open(
  file: SealedSource,
  given: OpenOptions | OpenUnsignedOptions,
): Promise<OpenedFile | OpenedUnsignedFile> {
  const options = { ...given }; // as they are now, whatever becomes of the caller's object while this waits
  const { parsed, header, start, payload } = await takeApart(file);
  const { file: proven, opener } = await openContent(parsed, header, start, options);
  try {
    return { ...proven, plaintext: await opener.whole(await payload()) };
  } finally {
    opener.wipe();
  }
}
