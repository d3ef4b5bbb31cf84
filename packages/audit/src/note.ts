import {
  base64,
  concat,
  ed25519Generate,
  ed25519PublicKey,
  ed25519Signer,
  ed25519Verifier,
  equal,
  fromBase64,
  fromHex,
  fromUtf8,
  hex,
  sha256,
  utf8,
} from '@wardseal/primitives';
import { AuditError } from './errors.js';

type Bytes = Uint8Array<ArrayBuffer>;

// C2SP signed-note v1.0.0, with Ed25519 (type 0x01) keys in the textual form of Go's x/mod note package.

/** Bytes of the largest note: 16 post-quantum signatures of 5 kB each, as the specification wants accepted, and room. */
export const MAX_NOTE = 131_072;
/** Signature lines of a note: twice the 16 that must be accepted. */
export const MAX_SIGNATURES = 32;

const ED25519 = 1;

/** Signs checkpoints. A key in a hardware module fits as well as one in memory. */
export interface LogSigner {
  /** The public key, `<name>+<key id>+<base64>`; its name is the log's origin. */
  readonly vkey: string;
  /** An Ed25519 signature (64 bytes) over the message. */
  sign(message: Uint8Array): Promise<Uint8Array> | Uint8Array;
}

/** A key name: no space of any kind and no plus sign. */
export function validKeyName(name: string): boolean {
  return name.length > 0 && name.length <= 256 && !/[\p{White_Space}\p{Cc}\p{Cs}+]/u.test(name);
}

function keyId(name: string, publicKey: Uint8Array): Bytes {
  return sha256(concat(utf8(`${name}\n`), Uint8Array.of(ED25519), publicKey)).slice(0, 4);
}

function encodeKey(name: string, publicKey: Uint8Array, body: Uint8Array): string {
  return `${name}+${hex(keyId(name, publicKey))}+${base64(concat(Uint8Array.of(ED25519), body))}`;
}

/** A public key in parts. */
export interface NoteKey {
  readonly name: string;
  readonly id: Bytes;
  readonly publicKey: Bytes;
}

function parseKey(text: string): { name: string; id: Bytes; body: Bytes } {
  const match = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  const body = match && fromBase64(match[3]!);
  if (!match || !validKeyName(match[1]!) || body?.length !== 33 || body[0] !== ED25519)
    throw new AuditError('KEY_INVALID', 'the key is not an Ed25519 note key');
  return { name: match[1]!, id: fromHex(match[2]!)!, body: body.slice(1) };
}

/** Reads a public key. Throws AuditError `KEY_INVALID` when it is malformed or its id is not that of its bytes. */
export function parseVkey(vkey: string): NoteKey {
  const { name, id, body } = parseKey(vkey);
  if (!equal(id, keyId(name, body))) throw new AuditError('KEY_INVALID', 'the key id does not fit the key');
  return { name, id, publicKey: body };
}

/**
 * Makes a key pair for a log.
 *
 * @param name - the log's origin: no spaces, no `+`, at most 256 characters
 * @param random - gives that many secret random bytes; default the platform's generator
 * @returns `vkey`, to publish and pin, and `skey` (starts `PRIVATE+KEY+`), to keep
 * @throws RangeError when `name` cannot name a key
 * @example
 * const { vkey, skey } = await generateLogKey('audit.trust.example/2026');
 */
export async function generateLogKey(
  name: string,
  random?: (length: number) => Uint8Array,
): Promise<{ vkey: string; skey: string }> {
  if (!validKeyName(name)) throw new RangeError('name must hold no space and no plus sign');
  const { secretKey, publicKey } = await ed25519Generate(random);
  return { vkey: encodeKey(name, publicKey, publicKey), skey: `PRIVATE+KEY+${encodeKey(name, publicKey, secretKey)}` };
}

/**
 * A signer that holds its key in memory.
 *
 * @param skey - the private key that `generateLogKey` gave
 * @throws AuditError `KEY_INVALID` when it is malformed
 * @example
 * const signer = await logSigner(skey);
 */
export async function logSigner(skey: string): Promise<LogSigner> {
  const prefix = 'PRIVATE+KEY+';
  if (!skey.startsWith(prefix)) throw new AuditError('KEY_INVALID', 'the key is not a private note key');
  const { name, id, body } = parseKey(skey.slice(prefix.length));
  const publicKey = await ed25519PublicKey(body);
  if (!equal(id, keyId(name, publicKey))) throw new AuditError('KEY_INVALID', 'the key id does not fit the key');
  const sign = await ed25519Signer(body);
  return { vkey: encodeKey(name, publicKey, publicKey), sign: async (message) => sign(message) };
}

/** Signs a text that ends in a newline: the whole note. */
export async function signNote(text: string, signer: LogSigner): Promise<string> {
  const { name, id, publicKey } = parseVkey(signer.vkey);
  const message = utf8(text);
  const signature = new Uint8Array(await signer.sign(message));
  // A signer with the wrong key must not publish a checkpoint that nobody accepts.
  if (!(await (await ed25519Verifier(publicKey))(message, signature)))
    throw new AuditError('KEY_INVALID', 'the signer does not sign for its public key');
  return `${text}\n\u2014 ${name} ${base64(concat(id, signature))}\n`;
}

interface NoteSignature {
  readonly name: string;
  readonly id: Bytes;
  readonly signature: Bytes;
}

/** Takes a note apart without trusting it; null when it is no note. */
export function parseNote(note: string): { text: string; signatures: readonly NoteSignature[] } | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the specification forbids exactly these
  if (note.length > MAX_NOTE || /[\u0000-\u0009\u000b-\u001f\p{Cs}]/u.test(note) || !note.endsWith('\n')) return null;
  const cut = note.lastIndexOf('\n\n');
  if (cut < 0) return null;
  const lines = note.slice(cut + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return null;
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const match = /^\u2014 ([^ ]+) ([A-Za-z0-9+/=]+)$/.exec(line);
    const body = match && fromBase64(match[2]!);
    if (!match || !validKeyName(match[1]!) || !body || body.length < 5) return null;
    const signature = { name: match[1]!, id: body.slice(0, 4), signature: body.slice(4) };
    // The same signer twice would give one note two spellings.
    if (signatures.some((other) => other.name === signature.name && equal(other.id, signature.id))) return null;
    signatures.push(signature);
  }
  return { text: note.slice(0, cut + 1), signatures };
}

/** How the key's own signature on a note stands. */
export async function checkNote(
  parsed: NonNullable<ReturnType<typeof parseNote>>,
  key: NoteKey,
): Promise<'valid' | 'invalid' | 'missing'> {
  const own = parsed.signatures.find(({ name, id }) => name === key.name && equal(id, key.id));
  if (own === undefined) return 'missing';
  const verify = await ed25519Verifier(key.publicKey);
  return (await verify(utf8(parsed.text), own.signature)) ? 'valid' : 'invalid';
}

/** UTF-8 bytes or text as text, or null when the bytes are not UTF-8. */
export function asText(input: string | Uint8Array, max: number): string | null {
  if (typeof input === 'string') return input.length <= max ? input : null;
  return input.length <= max ? fromUtf8(input) : null;
}
