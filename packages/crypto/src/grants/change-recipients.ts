import { base64url, fromUtf8, sha256, utf8 } from '@wardseal/primitives';
import { parseDetached } from '../detach.js';
import { type Addressee, checkedSender, checkLength, type Trust } from '../draft.js';
import { checkLimit, SealError } from '../errors.js';
import { encodeHeader, type Stanza, stanzaDigest } from '../header.js';
import { sealInner } from '../inner.js';
import { checkDirectory } from '../keys/directory-entry.js';
import { MAX_STANZAS } from '../limits.js';
import { type OpenedHeader, openHeader, type ProvenFile } from '../open-header.js';
import { wrapForRecipient } from '../stanza/native.js';
import { signStatement } from '../statement.js';
import { nowOf } from '../time.js';
import { verifiedLeaves } from '../verify.js';
import { type ChangedHeader, type ChangeOptions, checkWords, openingOf } from './change-options.js';
import { type AddedLine, GRANT, type Grant, type RemovedLine } from './grant.js';

/** One to let in. */
export interface Newcomer {
  readonly addressee: Addressee;
  readonly role: 'member' | 'custodian';
  readonly person?: string;
  readonly organisation?: string;
}

/** What a verb wants done to a header that was proven. */
export interface Plan {
  readonly kind: Grant['kind'];
  readonly add?: readonly Newcomer[];
  readonly remove?: readonly string[];
}

/** The new list of stanzas without those removed, and what the grant says of them. */
function without(stanzas: readonly Stanza[], lines: OpenedHeader['lines'], thumbprints: readonly string[]) {
  const kept: Stanza[] = [];
  const removed: RemovedLine[] = [];
  for (const [at, stanza] of stanzas.entries()) {
    const thumbprint = lines.get(stanza)?.thumbprint;
    if (thumbprint === undefined || !thumbprints.includes(thumbprint)) kept.push(stanza);
    else removed.push({ thumbprint, at, stanza: fromUtf8(stanza.raw)! });
  }
  return { kept, removed };
}

/** A stanza and a line of the grant for each newcomer. */
async function wrappedFor(add: readonly Newcomer[], fileKey: Uint8Array) {
  const wrapped: { stanza: Stanza; line: AddedLine }[] = [];
  for (const { addressee, role, ...whose } of add) {
    const stanza = await wrapForRecipient(addressee.key, fileKey);
    const line = { thumbprint: addressee.thumbprint, role, digest: base64url(stanzaDigest(stanza)), ...whose };
    wrapped.push({ stanza, line });
  }
  return wrapped;
}

/** Proves a header, changes its recipients as `planOf` says, and signs the change. Throws as the verbs say. */
export async function changeRecipients(
  given: Uint8Array,
  options: ChangeOptions,
  planOf: (file: ProvenFile, trust: Trust) => Plan,
): Promise<ChangedHeader> {
  if (!(given instanceof Uint8Array)) throw new TypeError('header must be a Uint8Array');
  // Copies: what is proven is what is written on, whatever the caller does meanwhile. A Buffer's `slice` would be no copy.
  const header = new Uint8Array(given);
  const o = { ...options };
  const opening = openingOf(o);
  const now = nowOf(o);
  checkWords(o);
  checkDirectory(o.directory, now);
  const { signer, iss } = await checkedSender(o.actor?.sender, { directory: o.directory, now });
  const parsed = parseDetached(header);
  const { fileKey, file, lines } = await openHeader(parsed, header, opening);
  try {
    // openHeader was not allowed to give anything else.
    if (!file.signed) throw new SealError('UNSIGNED', 'file is not signed');
    const { headerDigest: previousDigest, manifest, mode } = file;
    // `open` checks the tree with the payload; nobody may put their name behind a header with another.
    await verifiedLeaves(parsed, fileKey, manifest);
    const { kind, add = [], remove = [] } = planOf(file, { directory: o.directory, now, mode });
    if (add.length + remove.length === 0) {
      const headerDigest = previousDigest.slice();
      const nothing = { added: [], removed: [], unverifiedRecipients: [] };
      return { header, headerDigest, previousDigest, epoch: file.epoch, ...nothing };
    }
    const { kept, removed } = without(parsed.stanzas, lines, remove);
    const stanzas = kept.length + add.length + 1;
    checkLimit(stanzas, MAX_STANZAS, 'MAX_STANZAS', 'header would have too many stanzas: rotate instead');
    const wrapped = await wrappedFor(add, fileKey);
    const claims: Grant = {
      v: 0,
      manifest: manifest.id,
      prev: base64url(previousDigest),
      epoch: file.epoch + 1,
      iss,
      iat: now,
      reason: o.reason,
      ...(o.logEntry === undefined ? {} : { logEntry: o.logEntry }),
      kind,
      added: wrapped.map(({ line }) => line),
      removed,
    };
    const grant = await sealInner('grant', fileKey, utf8(await signStatement(GRANT, claims, signer)));
    const changed = encodeHeader(fileKey, [...kept, ...wrapped.map(({ stanza }) => stanza), grant]);
    checkLength(changed.length);
    return {
      header: changed,
      headerDigest: sha256(changed),
      previousDigest,
      epoch: claims.epoch,
      added: claims.added.map(({ thumbprint }) => thumbprint),
      removed: removed.map(({ thumbprint }) => thumbprint),
      unverifiedRecipients: add
        .filter(({ addressee }) => !addressee.verified)
        .map(({ addressee }) => addressee.thumbprint),
    };
  } finally {
    fileKey.fill(0);
  }
}
