import { aeadOpen, aeadSeal, base64raw, fromBase64raw, hkdfSha256 } from '@wardseal/primitives';
import { SealError, type SealErrorCode } from './errors.js';
import { encodeStanza, type Stanza } from './header.js';
import { FORMAT_VERSION, INFO, STANZA, ZERO_NONCE } from './names.js';
import { random } from './random.js';

// Stanzas whose body only holders of the file key can read: manifest, tree and grants.

export type InnerPart = 'manifest' | 'tree' | 'grant';

const SALT_BYTES = 16;
const BROKEN: Readonly<Record<InnerPart, SealErrorCode>> = {
  manifest: 'MANIFEST_INVALID',
  tree: 'TREE_INVALID',
  grant: 'GRANT_INVALID',
};

/** Seals a stanza's content under a key of its own: a fresh salt each time, so the nonce may be fixed. */
export async function sealInner(part: InnerPart, fileKey: Uint8Array, content: Uint8Array): Promise<Stanza> {
  const salt = random(SALT_BYTES);
  const key = hkdfSha256(fileKey, salt, INFO[part], 32);
  return encodeStanza(STANZA[part], [FORMAT_VERSION, base64raw(salt)], await aeadSeal(key, ZERO_NONCE, content));
}

/** Opens what `sealInner` made. Throws UNSUPPORTED for another version, LIMIT above `most` bytes, else the part's code. */
export async function openInner(
  part: InnerPart,
  stanza: Stanza,
  fileKey: Uint8Array,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const [version, saltText, ...more] = stanza.args;
  if (version !== FORMAT_VERSION)
    throw new SealError('UNSUPPORTED', 'file uses a newer version of the format', { what: stanza.type });
  const broken = new SealError(BROKEN[part], `${part} does not belong to this file`, { what: stanza.type });
  const salt = fromBase64raw(saltText ?? '');
  if (salt?.length !== SALT_BYTES || more.length > 0) throw broken;
  if (stanza.body.length > most + 16)
    throw new SealError('LIMIT', 'a stanza is too long', { what: stanza.type, limit: most, found: stanza.body.length });
  const content = await aeadOpen(hkdfSha256(fileKey, salt, INFO[part], 32), ZERO_NONCE, stanza.body);
  if (content === null) throw broken;
  return content;
}
