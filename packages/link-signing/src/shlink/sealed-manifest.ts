import { aeadOpen, aeadSeal, concat, hkdfSha256, readUint, sha256Large, uint, utf8 } from '@wardseal/primitives';

const KEY = utf8('wardseal.org/shlink-manifest v0');
const OBJECT = utf8('wardseal.org/shlink-object v0');
// Each key seals one manifest once.
const NONCE = new Uint8Array(12);
const LENGTH_BYTES = 4;

/** A manifest as it waits: the length of its longest file, then the manifest sealed under the link's server share. */
export interface SealedManifest {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What the grant names: a digest of all of it, so that nothing else is ever served under the link. */
  readonly object: Uint8Array<ArrayBuffer>;
}

function keyOf(share: Uint8Array, cti: Uint8Array): Uint8Array {
  return hkdfSha256(share, cti, KEY, 32);
}

/** The digest that a grant names. */
export async function manifestDigest(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return sha256Large(concat(OBJECT, bytes));
}

/** Seals a manifest under the share of a prepared link. `longest` is the length of its longest embedded file. */
export async function sealManifest(
  manifest: Uint8Array,
  longest: number,
  { share, cti }: { share: Uint8Array; cti: Uint8Array },
): Promise<SealedManifest> {
  const head = uint(longest, LENGTH_BYTES);
  const bytes = concat(head, await aeadSeal(keyOf(share, cti), NONCE, manifest, concat(cti, head)));
  return { bytes, object: await manifestDigest(bytes) };
}

/** The length of the longest file, without opening anything. */
export function longestFile(bytes: Uint8Array): number {
  return readUint(bytes, 0, LENGTH_BYTES) ?? 0;
}

/** Opens what `sealManifest` made, or null. */
export async function openManifest(
  bytes: Uint8Array,
  { share, cti }: { share: Uint8Array; cti: Uint8Array },
): Promise<Uint8Array<ArrayBuffer> | null> {
  const aad = concat(cti, bytes.subarray(0, LENGTH_BYTES));
  return aeadOpen(keyOf(share, cti), NONCE, bytes.subarray(LENGTH_BYTES), aad);
}
