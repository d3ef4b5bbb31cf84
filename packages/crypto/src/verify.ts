import { base64url, canonicalJson, equal, fromBase64url } from '@wardseal/primitives';
import { SealError } from './errors.js';
import { type Header, type Stanza, stanzaDigest } from './header.js';
import { openInner } from './inner.js';
import { checkEntry, type DirectoryEntry, standing } from './keys/directory-entry.js';
import { recipientThumbprint } from './keys/recipient.js';
import { parseSigningPublicKey, signingKeyThumbprint } from './keys/signing-key.js';
import { MAX_HEADER_BYTES, MAX_MANIFEST_BYTES } from './limits.js';
import { commitmentOf, MANIFEST } from './manifest.js';
import type { Labels, Manifest, SignedRecipient } from './manifest-claims.js';
import { OUR_PREFIX, STANZA } from './names.js';
import { chunkCount, HASH_BYTES, payloadLength, rootOf } from './payload.js';
import { nativeKind } from './stanza/native.js';
import { recoverySetOf } from './stanza/recovery.js';
import { readStatement, verifyStatement } from './statement.js';
import type { Unwrapped } from './unwrap.js';

/** Who a manifest says signed it; not yet believed. */
export interface ClaimedSender {
  readonly org: string;
  readonly person: string;
  readonly kid: string;
}

/** Looks a sender up in what the app trusts (its verified directory). Null when it knows no such person or key. */
export type ResolveSender = (iss: ClaimedSender) => Promise<DirectoryEntry | null> | DirectoryEntry | null;

/** What `open` judges a manifest by. */
export interface Judgement {
  readonly resolveSender: ResolveSender;
  /** When the file was sent, in seconds since 1970, as the audit log has it. Without it the sender's own claim counts. */
  readonly sentAt?: number;
  /** The labels that the server showed: they must equal the signed ones. */
  readonly expectLabels?: Labels;
}

/** The roots that a manifest names: of the content, and of the unmarked original, which is the same unless it says otherwise. */
export function rootsOf(claims: Manifest): {
  root: Uint8Array<ArrayBuffer>;
  originRoot: Uint8Array<ArrayBuffer>;
} {
  const root = fromBase64url(claims.root)!;
  return { root, originRoot: claims.originRoot === undefined ? root : fromBase64url(claims.originRoot)! };
}

/** Stanzas that do not wrap the file key. */
const STATEMENTS: ReadonlySet<string> = new Set([STANZA.manifest, STANZA.tree, STANZA.grant]);

function only(header: Header, type: string, code: 'MANIFEST_INVALID' | 'TREE_INVALID'): Stanza | null {
  const found = header.stanzas.filter((stanza) => stanza.type === type);
  if (found.length > 1) throw new SealError(code, 'a stanza stands twice in the header', { what: type });
  return found[0] ?? null;
}

/** Whether a file carries anything of ours; then it must carry a manifest too. */
export function isOurs(header: Header): boolean {
  return header.stanzas.some((stanza) => stanza.type.startsWith(OUR_PREFIX));
}

/** The signed manifest's claims, read and checked against signer, keys and header. Null when the header has no manifest. */
export async function verifiedManifest(
  header: Header,
  { fileKey, own }: Unwrapped,
  judgement: Judgement,
): Promise<{ claims: Manifest; sender: DirectoryEntry } | null> {
  const stanza = only(header, STANZA.manifest, 'MANIFEST_INVALID');
  if (stanza === null) return null;
  const manifest = readStatement<Manifest>(MANIFEST, await openInner('manifest', stanza, fileKey, MAX_MANIFEST_BYTES));
  const { claims } = manifest;
  const sender = await knownSender(claims, judgement);
  await verifyStatement(manifest, parseSigningPublicKey(sender.signingKey));
  checkStanding(claims, sender, judgement.sentAt);
  if (claims.kc !== commitmentOf(fileKey))
    throw new SealError('COMMITMENT_MISMATCH', 'manifest belongs to another file');
  const wrapping = checkRecipients(header, claims);
  if (own !== null && claims.stz[wrapping.indexOf(own.stanza)]?.thumbprint !== recipientThumbprint(own.recipient))
    throw new SealError('RECIPIENTS_MISMATCH', 'reader is not the recipient the sender signed');
  if (judgement.expectLabels !== undefined && canonicalJson(judgement.expectLabels) !== canonicalJson(claims.labels))
    throw new SealError('LABELS_MISMATCH', 'signed labels are not the expected ones');
  return { claims, sender };
}

async function knownSender(claims: Manifest, judgement: Judgement): Promise<DirectoryEntry> {
  const sender = await judgement.resolveSender({ ...claims.iss });
  const unknown = new SealError('SENDER_UNKNOWN', 'sender is not known');
  if (sender === null || sender === undefined) throw unknown;
  checkEntry(sender, 'what resolveSender gives');
  const { org, person, kid } = claims.iss;
  const same = sender.organisation === org && sender.person === person;
  if (!same || signingKeyThumbprint(sender.signingKey) !== kid) throw unknown;
  return sender;
}

function checkStanding(claims: Manifest, sender: DirectoryEntry, sentAt: number | undefined): void {
  const state = standing(sender, sentAt ?? claims.iat);
  // A thief of a key dates what he signs before its revocation: only a logged time speaks for a revoked sender.
  if (state === 'revoked' || (sender.revokedAt !== undefined && sentAt === undefined))
    throw new SealError('SENDER_REVOKED', 'sender was revoked');
  if (state === 'expired') throw new SealError('SENDER_EXPIRED', 'sender was outside the time of its entry');
}

/** Whether a signed line says of a stanza what the stanza itself shows. */
function describes({ role, thumbprint }: SignedRecipient, stanza: Stanza): boolean {
  if (stanza.type === STANZA.recovery || stanza.type === STANZA.link)
    return role === (stanza.type === STANZA.link ? 'link' : 'recovery') && thumbprint === stanza.args[1];
  return nativeKind(stanza) !== null && (role === 'member' || role === 'custodian');
}

/** The stanzas that wrap the file key: they must be the signed ones, all of them, in order, and of the signed mode. */
function checkRecipients(header: Header, claims: Manifest): readonly Stanza[] {
  if (header.stanzas.some((stanza) => stanza.type === STANZA.grant))
    throw new SealError('GRANT_INVALID', 'header holds a grant that nobody authorised', { what: STANZA.grant });
  const wrapping = header.stanzas.filter((stanza) => !STATEMENTS.has(stanza.type));
  const same =
    wrapping.length === claims.stz.length &&
    new Set(claims.stz.map(({ thumbprint }) => thumbprint)).size === wrapping.length &&
    wrapping.every(
      (stanza, i) => base64url(stanzaDigest(stanza)) === claims.stz[i]!.digest && describes(claims.stz[i]!, stanza),
    );
  if (!same) throw new SealError('RECIPIENTS_MISMATCH', 'recipients are not the ones the sender signed');
  const kinds = new Set(wrapping.map(nativeKind).filter((kind) => kind !== null));
  const recovery = recoverySetOf(header);
  if (recovery !== null) kinds.add(recovery.kind);
  if ([...kinds].some((kind) => kind !== claims.mode))
    throw new SealError('MIXED_MODE', 'a recipient is not of the mode the sender signed');
  const signed = claims.recovery;
  const agrees =
    recovery === null
      ? signed === undefined
      : signed?.set === recovery.id &&
        signed.k === recovery.threshold &&
        signed.n === recovery.seats &&
        signed.seats.length === signed.n;
  if (!agrees) throw new SealError('MANIFEST_INVALID', 'recovery is not the one the sender signed');
  return wrapping;
}

/** Throws PAYLOAD_INVALID on another length than signed, PAYLOAD_MISMATCH on another nonce. */
export function checkPayload(claims: Manifest, length: number, nonce: Uint8Array): void {
  if (length !== payloadLength(claims.size))
    throw new SealError('PAYLOAD_INVALID', 'payload is cut short or extended', {
      what: 'length',
      limit: payloadLength(claims.size),
      found: length,
    });
  if (!equal(nonce, fromBase64url(claims.pn)!))
    throw new SealError('PAYLOAD_MISMATCH', 'payload is not what was signed', { what: 'nonce' });
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
