import { utf8 } from '@wardseal/primitives';
import { random } from '../random.js';
import { isHeldKey, type Operation, PARTS, type Part, type PartName } from './parts.js';

/** How a part is stored: as a key that cannot be exported, or its secret encrypted under such a key. */
export type Form = 'non-extractable' | 'wrapped';

/** A part in the database. */
export type StoredPart =
  | { readonly form: 'non-extractable'; readonly key: CryptoKey }
  | {
      readonly form: 'wrapped';
      readonly key: CryptoKey;
      readonly iv: Uint8Array<ArrayBuffer>;
      readonly sealed: Uint8Array<ArrayBuffer>;
    };

const WRAPPING = 'AES-GCM';
const IV_BYTES = 12;

/** Binds a wrapped secret to its place, so that no part can be moved to another id, attempt or name. */
const parameters = (iv: Uint8Array<ArrayBuffer>, place: readonly string[]): AesGcmParams => ({
  name: WRAPPING,
  iv,
  additionalData: utf8(JSON.stringify(place)),
});

/** A part in one of its forms, ready to be stored. Rejects where the browser lacks what the form needs. */
export async function storable(part: Part, form: Form, place: readonly string[]): Promise<StoredPart> {
  if (form === 'non-extractable') return { form, key: await PARTS[part.name].hold(part) };
  const { subtle } = globalThis.crypto;
  const key = await subtle.generateKey({ name: WRAPPING, length: 256 }, false, ['encrypt', 'decrypt']);
  const iv = random(IV_BYTES);
  return { form, key, iv, sealed: new Uint8Array(await subtle.encrypt(parameters(iv, place), key, part.secret)) };
}

/** What can be done with a part as it came back from the database. Null when it did not come back as it went in. */
export async function operationOf(name: PartName, value: unknown, place: readonly string[]): Promise<Operation | null> {
  const stored = value as Partial<StoredPart> | null | undefined;
  const { usage, withKey, withSecret } = PARTS[name];
  if (stored?.form === 'non-extractable')
    return isHeldKey(stored.key, name, 'private', [usage]) ? withKey(stored.key) : null;
  if (stored?.form !== 'wrapped' || !isHeldKey(stored.key, WRAPPING, 'secret', ['decrypt'])) return null;
  const { key, iv, sealed } = stored;
  if (!(iv instanceof Uint8Array && sealed instanceof Uint8Array)) return null;
  const secret = await globalThis.crypto.subtle.decrypt(parameters(iv, place), key, sealed).catch(() => null);
  return secret && withSecret(new Uint8Array(secret));
}
