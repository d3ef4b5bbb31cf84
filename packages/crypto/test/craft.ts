import { base64url, concat, fromUtf8, sha256, utf8 } from '@wardseal/primitives';
import { GRANT, type Grant } from '../src/grants/grant.js';
import { encodeHeader, parseHeader, type Stanza, stanzaDigest } from '../src/header.js';
import { openInner, sealInner } from '../src/inner.js';
import type { DirectoryEntry } from '../src/keys/directory-entry.js';
import { parseRecipient, recipientThumbprint } from '../src/keys/recipient.js';
import { type SigningKeyPair, signerOf } from '../src/keys/signing-key.js';
import { ROTATED_MANIFEST, readManifest } from '../src/manifest.js';
import type { Manifest } from '../src/manifest-claims.js';
import { STANZA } from '../src/names.js';
import { rootOf } from '../src/payload.js';
import { PayloadOpener } from '../src/payload-opener.js';
import { sealPayload } from '../src/payload-sealer.js';
import { wrapForRecipient } from '../src/stanza/native.js';
import { readStatement, signStatement } from '../src/statement.js';
import { unwrapFileKey } from '../src/unwrap.js';

// What somebody can do who holds the file key (any recipient): write any header and payload under it, MAC and all.

export interface Inside {
  readonly fileKey: Uint8Array<ArrayBuffer>;
  readonly stanzas: readonly Stanza[];
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly plaintext: Uint8Array<ArrayBuffer>;
  readonly jws: string;
  readonly claims: Manifest;
}

export async function openUp(file: Uint8Array<ArrayBuffer>, identity: string): Promise<Inside> {
  const header = parseHeader(file);
  const { fileKey } = await unwrapFileKey(header, { identities: [identity] });
  const payload = file.slice(header.length);
  const inner = header.stanzas.find((stanza) => stanza.type === STANZA.manifest)!;
  const jws = await openInner('manifest', inner, fileKey, 1 << 20);
  const { claims } = readManifest(jws);
  const plaintext = await new PayloadOpener(fileKey, payload.subarray(0, 16), null).whole(payload);
  return { fileKey, stanzas: header.stanzas, payload, plaintext, jws: fromUtf8(jws)!, claims };
}

/** A file from parts, with a right MAC. */
export function rebuild(
  inside: Inside,
  change: { readonly stanzas?: readonly Stanza[]; readonly payload?: Uint8Array },
): Uint8Array<ArrayBuffer> {
  const header = encodeHeader(inside.fileKey, change.stanzas ?? inside.stanzas);
  return concat(header, change.payload ?? inside.payload);
}

/** The stanzas with the manifest's text replaced. */
export async function withJws(inside: Inside, jws: string): Promise<Stanza[]> {
  const stanza = await sealInner('manifest', inside.fileKey, utf8(jws));
  return inside.stanzas.map((old) => (old.type === STANZA.manifest ? stanza : old));
}

/** The stanzas with claims changed and signed again, as a sender with these keys would. */
export async function withClaims(inside: Inside, keys: SigningKeyPair, change: object): Promise<Stanza[]> {
  const claims = { ...inside.claims, ...change } as Manifest;
  return withJws(inside, await signStatement({ ...ROTATED_MANIFEST, check: () => true }, claims, await signerOf(keys)));
}

/** The stanzas with the tree replaced. */
export async function withTree(inside: Inside, leaves: Uint8Array): Promise<Stanza[]> {
  const stanza = await sealInner('tree', inside.fileKey, leaves);
  return [...inside.stanzas.filter((old) => old.type !== STANZA.tree), stanza];
}

/** Encrypts other content under the same file key and nonce. Gives the tree as well. */
export async function otherContent(
  inside: Inside,
  data: Uint8Array,
  salt: Uint8Array,
  nonce: Uint8Array = inside.payload.subarray(0, 16),
): Promise<{ payload: Uint8Array<ArrayBuffer>; leaves: Uint8Array<ArrayBuffer>; root: string }> {
  const chunks = Math.max(1, Math.ceil(data.length / 65_536));
  const payload = new Uint8Array(16 + data.length + 16 * chunks);
  const keys = { fileKey: inside.fileKey, nonce, salt };
  const leaves = await sealPayload((start, end) => data.subarray(start, end), data.length, keys, payload);
  return { payload, leaves, root: base64url(rootOf(leaves)) };
}

/** The signed line of a stanza. */
export function signedLine(stanza: Stanza, thumbprint: string): Manifest['stz'][number] {
  return { thumbprint, role: 'member', digest: base64url(stanzaDigest(stanza)) };
}

/** What a granter by hand does: claims that differ from right ones, stanzas for whom, places of those taken out. */
export interface HandGrant {
  readonly by: { readonly keys: SigningKeyPair; readonly entry: DirectoryEntry };
  readonly claims?: object;
  readonly to?: readonly DirectoryEntry[];
  readonly out?: readonly { readonly at: number; readonly thumbprint: string }[];
}

/** The stanzas of a header after a change made by hand, chained as it should be unless `claims` says otherwise. */
export async function withGrant(inside: Inside, { by, claims = {}, to = [], out = [] }: HandGrant): Promise<Stanza[]> {
  const added: { stanza: Stanza; line: Grant['added'][number] }[] = [];
  for (const entry of to) {
    const stanza = await wrapForRecipient(parseRecipient(entry.recipient), inside.fileKey);
    const thumbprint = recipientThumbprint(entry.recipient);
    added.push({ stanza, line: { thumbprint, role: 'member', digest: base64url(stanzaDigest(stanza)) } });
  }
  const right: Grant = {
    v: 0,
    manifest: inside.claims.id,
    prev: base64url(sha256(encodeHeader(inside.fileKey, inside.stanzas))),
    epoch: (inside.claims.epoch ?? 0) + 1 + inside.stanzas.filter(({ type }) => type === STANZA.grant).length,
    iss: { org: by.entry.organisation, person: by.entry.person, kid: by.keys.kid },
    iat: inside.claims.iat,
    reason: 'by hand',
    kind: to.length > 0 ? 'add' : 'remove',
    added: added.map(({ line }) => line),
    removed: out.map(({ at, thumbprint }) => ({ at, thumbprint, stanza: fromUtf8(inside.stanzas[at]!.raw)! })),
  };
  const grant = await sealGrant(inside, by.keys, { ...right, ...claims });
  const left = inside.stanzas.filter((_, i) => !out.some(({ at }) => at === i));
  return [...left, ...added.map(({ stanza }) => stanza), grant];
}

/** A grant's stanza with any claims, signed with these keys. */
export async function sealGrant(inside: Inside, keys: SigningKeyPair, claims: object): Promise<Stanza> {
  const jws = await signStatement({ ...GRANT, check: () => true, most: 1 << 20 }, claims, await signerOf(keys));
  return sealInner('grant', inside.fileKey, utf8(jws));
}

/** The claims of a file's grants, oldest first. */
export async function grantsOf(inside: Inside): Promise<Grant[]> {
  const found = inside.stanzas.filter(({ type }) => type === STANZA.grant);
  const jws = await Promise.all(found.map((stanza) => openInner('grant', stanza, inside.fileKey, 1 << 20)));
  return jws.map((one) => readStatement<Grant>(GRANT, one).claims);
}
