import { canonicalJson, equal, fromBase64url } from '@wardseal/primitives';
import { SealError } from './errors.js';
import type { AuthorizeGrant } from './grants/authorize-grant.js';
import { type Chain, verifiedChain } from './grants/chain.js';
import { originOf } from './grants/origin.js';
import type { Header, Stanza } from './header.js';
import { openInner } from './inner.js';
import { checkStanding, knownSender, type ResolveSender } from './issuer.js';
import type { DirectoryEntry } from './keys/directory-entry.js';
import { thumbprintOf } from './keys/recipient.js';
import { parseSigningPublicKey } from './keys/signing-key.js';
import { MAX_HEADER_BYTES, MAX_ROTATED_MANIFEST_BYTES } from './limits.js';
import { commitmentOf, readManifest } from './manifest.js';
import type { Labels, Manifest } from './manifest-claims.js';
import { OUR_PREFIX, STANZA } from './names.js';
import { chunkCount, HASH_BYTES, PAYLOAD_NONCE_BYTES, payloadLength, rootOf } from './payload.js';
import { verifyStatement } from './statement.js';
import type { Unwrapped } from './unwrap.js';

/** What `open` judges a manifest by. */
export interface Judgement {
  readonly resolveSender: ResolveSender;
  /** When the file was first sent, in seconds since 1970, as the audit log has it. Without it the sender's own claim counts. */
  readonly sentAt?: number;
  /** The labels that the server showed: they must equal the signed ones. */
  readonly expectLabels?: Labels;
  /** Asked for every later change of recipients. Without it a file whose recipients were changed is refused. */
  readonly authorizeGrant?: AuthorizeGrant;
  /** The highest epoch that this client has seen of the file: an older header is refused. */
  readonly notBelowEpoch?: number;
}

/** The roots that a manifest names: of the content, and of the unmarked original, which is the same unless it says otherwise. */
export function rootsOf(claims: Manifest): {
  root: Uint8Array<ArrayBuffer>;
  originRoot: Uint8Array<ArrayBuffer>;
} {
  const root = fromBase64url(claims.root)!;
  return { root, originRoot: claims.originRoot === undefined ? root : fromBase64url(claims.originRoot)! };
}

function only(header: Header, type: string, code: 'MANIFEST_INVALID' | 'TREE_INVALID'): Stanza | null {
  const found = header.stanzas.filter((stanza) => stanza.type === type);
  if (found.length > 1) throw new SealError(code, 'a stanza stands twice in the header', { what: type });
  return found[0] ?? null;
}

/** Whether a file carries anything of ours; then it must carry a manifest too. */
export function isOurs(header: Header): boolean {
  return header.stanzas.some((stanza) => stanza.type.startsWith(OUR_PREFIX));
}

/** What a manifest and the grants behind it prove. */
export interface Verified extends Chain {
  readonly claims: Manifest;
  /** The manifest as it was signed. */
  readonly jws: string;
  /** Who sealed the content first. */
  readonly sender: DirectoryEntry;
  /** When the sender claims to have done so. */
  readonly sealedAt: number;
  /** In a rotated file: who signed the manifest in the sender's place, and the first one. */
  readonly rotated: { readonly by: DirectoryEntry; readonly origin: Manifest } | null;
}

/** Whether a server shows the signed labels. It may show anything: what has no canonical form is no label of ours. */
function areLabels(shown: Labels, signed: Labels): boolean {
  try {
    return canonicalJson(shown) === canonicalJson(signed);
  } catch {
    return false;
  }
}

/** The signed manifest's claims, read and checked against signer, keys, header and grants. Null when the header has no manifest. */
export async function verifiedManifest(
  header: Header,
  { fileKey, own }: Unwrapped,
  judgement: Judgement,
): Promise<Verified | null> {
  const stanza = only(header, STANZA.manifest, 'MANIFEST_INVALID');
  if (stanza === null) return null;
  only(header, STANZA.tree, 'TREE_INVALID');
  const manifest = readManifest(await openInner('manifest', stanza, fileKey, MAX_ROTATED_MANIFEST_BYTES));
  const { claims } = manifest;
  const signer = await knownSender(claims, judgement.resolveSender);
  await verifyStatement(manifest, parseSigningPublicKey(signer.signingKey));
  const first = claims.origin === undefined ? null : await originOf(claims, judgement.resolveSender);
  const { sender, origin } = first ?? { sender: signer, origin: claims };
  checkStanding(origin, sender, judgement.sentAt);
  if (claims.kc !== commitmentOf(fileKey))
    throw new SealError('COMMITMENT_MISMATCH', 'manifest belongs to another file');
  const rotated = first === null ? null : { by: signer, origin };
  const chain = await verifiedChain(header, fileKey, claims, judgement, rotated?.by ?? null);
  if (own !== null && chain.lines.get(own.stanza)?.thumbprint !== thumbprintOf({ text: own.recipient }))
    throw new SealError('RECIPIENTS_MISMATCH', 'reader is not the recipient whom the list names');
  const { expectLabels, notBelowEpoch = 0 } = judgement;
  if (expectLabels !== undefined && !areLabels(expectLabels, claims.labels))
    throw new SealError('LABELS_MISMATCH', 'signed labels are not the expected ones');
  if (chain.epoch < notBelowEpoch)
    throw new SealError('ROLLBACK', 'an older list of recipients came back', {
      what: 'epoch',
      limit: notBelowEpoch,
      found: chain.epoch,
    });
  return { claims, jws: manifest.jws, sender, sealedAt: origin.iat, rotated, ...chain };
}

/**
 * Throws PAYLOAD_MISMATCH on another nonce than signed, PAYLOAD_INVALID on another length. The nonce first, because a stream
 * does not know its length: the same file gets the same verdict either way.
 */
export function checkPayload(claims: Manifest, length: number, nonce: Uint8Array): void {
  if (nonce.length === PAYLOAD_NONCE_BYTES && !equal(nonce, fromBase64url(claims.pn)!))
    throw new SealError('PAYLOAD_MISMATCH', 'payload is not what was signed', { what: 'nonce' });
  if (length !== payloadLength(claims.size))
    throw new SealError('PAYLOAD_INVALID', 'payload is cut short or extended', {
      what: 'length',
      limit: payloadLength(claims.size),
      found: length,
    });
}

/** The signed leaf hashes. Throws TREE_INVALID when the tree is missing, superfluous or does not lead to the signed root. */
export async function verifiedLeaves(
  header: Header,
  fileKey: Uint8Array,
  claims: Manifest,
): Promise<Uint8Array<ArrayBuffer>> {
  const root = fromBase64url(claims.root)!;
  const stanza = only(header, STANZA.tree, 'TREE_INVALID');
  const count = chunkCount(claims.size);
  const leaves =
    stanza === null ? root : await openInner('tree', stanza, fileKey, Math.min(count * HASH_BYTES, MAX_HEADER_BYTES));
  // A single leaf is its own root, so a one-chunk file carries no tree.
  if ((stanza === null) !== (count === 1) || leaves.length !== count * HASH_BYTES || !equal(rootOf(leaves), root))
    throw new SealError('TREE_INVALID', 'tree does not lead to the signed root', { what: STANZA.tree });
  return leaves;
}
