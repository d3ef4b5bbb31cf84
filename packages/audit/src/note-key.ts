import {
  base64,
  concat,
  ed25519Generate,
  ed25519PublicKey,
  ed25519Signer,
  equal,
  fromBase64,
  fromHex,
  hex,
  mldsaGenerate,
  mldsaPublicKey,
  mldsaSigner,
  sha256,
  utf8,
} from '@wardseal/primitives';
import { AuditError } from './errors.js';

type Bytes = Uint8Array<ArrayBuffer>;
type Random = (length: number) => Uint8Array;

// Keys of C2SP signed-note v1.0.0 and tlog-cosignature v1.1.0-rc.1 in the textual form of Go's x/mod note package.

/**
 * What a key signs: a note's text (`note`, type 0x01, Ed25519), or a checkpoint with a time, with Ed25519 (type 0x04)
 * or ML-DSA-44 (type 0x06).
 */
export type KeyKind = 'note' | 'cosignature-ed25519' | 'cosignature-ml-dsa-44';

interface KindOfKey {
  readonly type: number;
  readonly publicBytes: number;
  readonly publicKey: (secret: Uint8Array) => Promise<Bytes>;
  readonly generate: (random?: Random) => Promise<{ secretKey: Bytes; publicKey: Bytes }>;
  readonly signer: (secret: Uint8Array) => Promise<(message: Uint8Array) => Promise<Bytes> | Bytes>;
}

const ed25519 = { publicBytes: 32, publicKey: ed25519PublicKey, generate: ed25519Generate, signer: ed25519Signer };
const mldsa = { publicBytes: 1312, publicKey: mldsaPublicKey, generate: mldsaGenerate, signer: mldsaSigner };
const KINDS: Readonly<Record<KeyKind, KindOfKey>> = {
  note: { type: 0x01, ...ed25519 },
  'cosignature-ed25519': { type: 0x04, ...ed25519 },
  'cosignature-ml-dsa-44': { type: 0x06, ...mldsa },
};
// Both algorithms keep their secret key as 32 random bytes.
const SECRET_BYTES = 32;
const PRIVATE = 'PRIVATE+KEY+';

/** Signs checkpoints. A key in a hardware module fits as well as one in memory. */
export interface LogSigner {
  /** The public key, `<name>+<key id>+<base64>`; a log's key has the log's origin for a name. */
  readonly vkey: string;
  /** A signature of the key's kind over the message: Ed25519 (64 bytes) or ML-DSA-44 (2,420 bytes, empty context). */
  sign(message: Uint8Array): Promise<Uint8Array> | Uint8Array;
}

/** A public key in parts. */
export interface NoteKey {
  readonly name: string;
  readonly id: Bytes;
  readonly kind: KeyKind;
  readonly publicKey: Bytes;
}

/** A key name: no space of any kind and no plus sign. */
export function validKeyName(name: string): boolean {
  return name.length > 0 && name.length <= 256 && !/[\p{White_Space}\p{Cc}\p{Cs}+]/u.test(name);
}

function keyId(name: string, type: number, publicKey: Uint8Array): Bytes {
  return sha256(concat(utf8(`${name}\n`), Uint8Array.of(type), publicKey)).slice(0, 4);
}

function encodeKey(name: string, type: number, publicKey: Uint8Array, body: Uint8Array): string {
  return `${name}+${hex(keyId(name, type, publicKey))}+${base64(concat(Uint8Array.of(type), body))}`;
}

function parseKey(text: string): { name: string; id: Bytes; kind: KeyKind; body: Bytes } {
  const match = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  const body = match && fromBase64(match[3]!);
  const kind = (Object.keys(KINDS) as KeyKind[]).find((name) => KINDS[name].type === body?.[0]);
  if (!match || !validKeyName(match[1]!) || !body || kind === undefined)
    throw new AuditError('KEY_INVALID', 'the key is not a note key of a known kind');
  return { name: match[1]!, id: fromHex(match[2]!)!, kind, body: body.slice(1) };
}

/** Reads a public key. Throws AuditError `KEY_INVALID` when it is malformed or its id is not that of its bytes. */
export function parseVkey(vkey: string): NoteKey {
  if (String(vkey).startsWith(PRIVATE)) throw new AuditError('KEY_INVALID', 'the key is private: give the public one');
  const { name, id, kind, body } = parseKey(vkey);
  if (body.length !== KINDS[kind].publicBytes) throw new AuditError('KEY_INVALID', 'the key has another length');
  if (!equal(id, keyId(name, KINDS[kind].type, body)))
    throw new AuditError('KEY_INVALID', 'the key id does not fit the key');
  return { name, id, kind, publicKey: body };
}

/** A public key that must be of one of the kinds. Throws AuditError `KEY_INVALID`. */
export function vkeyOf(vkey: string, ...kinds: readonly KeyKind[]): NoteKey {
  const key = parseVkey(vkey);
  if (!kinds.includes(key.kind)) throw new AuditError('KEY_INVALID', 'the key is of a kind that is not wanted here');
  return key;
}

async function generate(name: string, kind: KeyKind, random?: Random): Promise<{ vkey: string; skey: string }> {
  if (!validKeyName(name)) throw new RangeError('name must hold no space and no plus sign');
  const { type } = KINDS[kind];
  const { secretKey, publicKey } = await KINDS[kind].generate(random);
  const skey = `${PRIVATE}${encodeKey(name, type, publicKey, secretKey)}`;
  return { vkey: encodeKey(name, type, publicKey, publicKey), skey };
}

/**
 * Makes an Ed25519 key pair for a log.
 *
 * @param name - the log's origin: no spaces, no `+`, at most 256 characters
 * @param random - gives that many secret random bytes; default the platform's generator
 * @returns `vkey`, to publish and pin, and `skey` (starts `PRIVATE+KEY+`), to keep
 * @throws RangeError when `name` cannot name a key
 * @example
 * const { vkey, skey } = await generateLogKey('audit.trust.example/2026');
 */
export function generateLogKey(name: string, random?: Random): Promise<{ vkey: string; skey: string }> {
  return generate(name, 'note', random);
}

/**
 * Makes a key pair that signs checkpoints together with a time: for a witness, or as the second, post-quantum key of a
 * log (`ml-dsa-44`, named as the log's origin).
 *
 * @param name - the witness's name, a URL without scheme, as `witness.trust.example`; or the log's origin
 * @param algorithm - `ml-dsa-44` as the specification wants of new witnesses, or `ed25519`
 * @param random - gives that many secret random bytes; default the platform's generator
 * @returns `vkey`, to publish and pin, and `skey` (starts `PRIVATE+KEY+`), to keep
 * @throws RangeError when `name` cannot name a key
 * @see https://c2sp.org/tlog-cosignature
 * @example
 * const { vkey, skey } = await generateCosignerKey('witness.other-trust.example', 'ml-dsa-44');
 */
export function generateCosignerKey(
  name: string,
  algorithm: 'ed25519' | 'ml-dsa-44',
  random?: Random,
): Promise<{ vkey: string; skey: string }> {
  return generate(name, `cosignature-${algorithm}`, random);
}

/**
 * A signer that holds its key in memory.
 *
 * @param skey - the private key that `generateLogKey` or `generateCosignerKey` gave
 * @throws AuditError `KEY_INVALID` when it is malformed
 * @example
 * const signer = await logSigner(skey);
 */
export async function logSigner(skey: string): Promise<LogSigner> {
  if (!skey.startsWith(PRIVATE)) throw new AuditError('KEY_INVALID', 'the key is not a private note key');
  const { name, id, kind, body } = parseKey(skey.slice(PRIVATE.length));
  if (body.length !== SECRET_BYTES) throw new AuditError('KEY_INVALID', 'the key has another length');
  const { type, publicKey: publicKeyOf, signer } = KINDS[kind];
  const publicKey = await publicKeyOf(body);
  if (!equal(id, keyId(name, type, publicKey))) throw new AuditError('KEY_INVALID', 'the key id does not fit the key');
  const sign = await signer(body);
  return { vkey: encodeKey(name, type, publicKey, publicKey), sign: async (message) => sign(message) };
}
