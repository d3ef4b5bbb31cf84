import { aeadOpen, aeadSeal, concat, utf8 } from '@wardseal/primitives';

const DOMAIN = utf8('wardseal.org/link-share v0');
// Each key seals one share once, so a fixed nonce never repeats under a key.
const NONCE = new Uint8Array(12);

/** Seals a share under its own erase key, bound to its `cti`. */
export async function sealShare(key: Uint8Array, share: Uint8Array, cti: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return aeadSeal(key, NONCE, share, concat(DOMAIN, cti));
}

/** Opens what `sealShare` made, or null. */
export async function openShare(
  key: Uint8Array,
  sealed: Uint8Array,
  cti: Uint8Array,
): Promise<Uint8Array<ArrayBuffer> | null> {
  return aeadOpen(key, NONCE, sealed, concat(DOMAIN, cti));
}
