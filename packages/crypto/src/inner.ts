import {
  aeadOpen,
  aeadSeal,
  base64raw,
  equal,
  fromBase64raw,
  hkdfSha256,
  sha256,
  TAG_BYTES,
  utf8,
} from '@wardseal/primitives';
import { checkLimit, SealError, type SealErrorCode } from './errors.js';
import { encodeStanza, type Stanza, stanzaLength } from './header.js';
import { FORMAT_VERSION, INFO, INFO_PREFIX, STANZA, ZERO_NONCE } from './names.js';

// Stanzas whose body only holders of the file key can read: manifest, tree and grants.

export type InnerPart = 'manifest' | 'tree' | 'grant';

const SALT_BYTES = 16;
const BROKEN: Readonly<Record<InnerPart, SealErrorCode>> = {
  manifest: 'MANIFEST_INVALID',
  tree: 'TREE_INVALID',
  grant: 'GRANT_INVALID',
};

/**
 * The salt of a stanza follows from file key and content: two contents never share a key, so the nonce may be fixed, and one
 * content has one encoding, so that nobody can give a file a second valid header with another digest
 * (docs/decisions/0014-one-header.md).
 */
function saltOf(part: InnerPart, fileKey: Uint8Array, content: Uint8Array): Uint8Array<ArrayBuffer> {
  return hkdfSha256(fileKey, sha256(content), utf8(`${INFO_PREFIX.salt} ${part}`), SALT_BYTES);
}

/** Seals a stanza's content under a key of its own. */
export async function sealInner(part: InnerPart, fileKey: Uint8Array, content: Uint8Array): Promise<Stanza> {
  const salt = saltOf(part, fileKey, content);
  const key = hkdfSha256(fileKey, salt, INFO[part], 32);
  return encodeStanza(STANZA[part], [FORMAT_VERSION, base64raw(salt)], await aeadSeal(key, ZERO_NONCE, content));
}

/** Bytes of the stanza that `sealInner` makes of a content so long. */
export function innerLength(part: InnerPart, contentBytes: number): number {
  const salt = base64raw(new Uint8Array(SALT_BYTES));
  return stanzaLength(STANZA[part], [FORMAT_VERSION, salt], contentBytes + TAG_BYTES);
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
  checkLimit(stanza.body.length - TAG_BYTES, most, stanza.type, 'a stanza is too long');
  const content = await aeadOpen(hkdfSha256(fileKey, salt, INFO[part], 32), ZERO_NONCE, stanza.body);
  if (content === null || !equal(salt, saltOf(part, fileKey, content))) throw broken;
  return content;
}
