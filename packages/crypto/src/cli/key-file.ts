import { base64url, fromBase64url } from '@wardseal/primitives';
import { jsonObject, readLines, readText, UsageError } from '@wardseal/primitives/cli';
import { type Identity, recipientOf, type SigningKeyPair, signingKeyPairOf } from '../index.js';

// A key file holds secrets as lines of text: an age identity, a signing key or both, with comments as age-keygen writes them.
// A file with the identity alone is one that age itself reads.

/** What one person holds. */
export interface HeldKeys {
  readonly identities: readonly Identity[];
  readonly signing: SigningKeyPair | null;
}

/** Reads key files; `-` is stdin. Nothing of their content is ever in an error. */
export async function readKeys(paths: readonly string[]): Promise<HeldKeys> {
  const identities: string[] = [];
  let signing: SigningKeyPair | null = null;
  for (const path of paths) {
    const lines = await readLines(path, 'the key file');
    if (lines.length === 0) throw new UsageError(`${path}: there is no key in it`);
    for (const { line, at } of lines) {
      if (line.startsWith('WARDSEAL-SIGNING-KEY-')) {
        if (signing !== null) throw new UsageError(`${at}: a second signing key`);
        signing = await signingKeyPairOf(line);
      } else if (line.startsWith('AGE-SECRET-KEY-')) {
        await recipientOf(line); // says KEY_INVALID now, not in the middle
        identities.push(line);
      } else throw new UsageError(`${at}: it is no secret key`);
    }
  }
  return { identities, signing };
}

/** The identities of some key files: at least one. */
export async function readIdentities(paths: readonly string[]): Promise<readonly Identity[]> {
  const { identities } = await readKeys(paths);
  if (identities.length === 0)
    throw new UsageError('the key file holds no AGE-SECRET-KEY: a signing key opens nothing');
  return identities;
}

/** The one signing key of a key file. */
export async function readSigningKey(path: string): Promise<SigningKeyPair> {
  const { signing } = await readKeys([path]);
  if (signing === null) throw new UsageError('the key file holds no WARDSEAL-SIGNING-KEY');
  return signing;
}

/** A key file's text. */
export async function keyFile(keys: {
  readonly identity?: string;
  readonly signing?: SigningKeyPair;
}): Promise<string> {
  const { identity, signing } = keys;
  const lines = [`# created: ${new Date().toISOString().slice(0, 19)}Z`];
  if (identity !== undefined) lines.push(`# public key: ${await recipientOf(identity)}`, identity);
  if (signing !== undefined)
    lines.push(`# public signing key: ${signing.publicKey}`, `# its thumbprint: ${signing.kid}`, signing.secretKey);
  return `${lines.join('\n')}\n`;
}

/** A key of 32 bytes with its name, as JSON: a link's (`id`) or a recovery's (`set`). */
export async function readKeyObject<Name extends 'id' | 'set'>(
  path: string,
  name: Name,
): Promise<{ readonly [N in Name | 'key']: N extends 'key' ? Uint8Array<ArrayBuffer> : string }> {
  const value = jsonObject(await readText(path, 'the key'));
  const key = typeof value?.['key'] === 'string' ? fromBase64url(value['key']) : null;
  if (typeof value?.[name] !== 'string' || key?.length !== 32)
    throw new UsageError(`${path}: it must be JSON with ${name} and key, 32 bytes in base64url`);
  return { [name]: value[name], key } as Awaited<ReturnType<typeof readKeyObject<Name>>>;
}

/** Such a key as text. */
export function keyObject(name: 'id' | 'set', value: string, key: Uint8Array): string {
  return `${JSON.stringify({ [name]: value, key: base64url(key) })}\n`;
}
