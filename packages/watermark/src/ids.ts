import { utf8 } from '@wardseal/primitives';
import { WatermarkError } from './errors.js';
import { MAX_ID_BYTES } from './limits.js';

/** An image's key, as `deriveImageKey` gives it. */
export function checkImageKey(key: Uint8Array, field = 'key'): void {
  if (!(key instanceof Uint8Array) || key.length !== 32) {
    throw new WatermarkError('KEY_INVALID', 'an image key is 32 bytes in a Uint8Array, as deriveImageKey gives it', {
      field,
      limit: 32,
    });
  }
}

/** An id as UTF-8: 1 to 512 bytes of well-formed text without control characters. */
export function idBytes(id: string, field: string): Uint8Array<ArrayBuffer> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
  if (typeof id !== 'string' || id.length === 0 || id.length > MAX_ID_BYTES || /[\u0000-\u001f\u007f]/.test(id)) {
    throw new WatermarkError(
      'ID_INVALID',
      `\`${field}\`: an id is 1 to ${MAX_ID_BYTES} bytes of text without control characters`,
      {
        field,
        limit: MAX_ID_BYTES,
      },
    );
  }
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = utf8(id);
  } catch (cause) {
    throw new WatermarkError('ID_INVALID', `\`${field}\` is not well-formed text`, { field, cause });
  }
  if (bytes.length > MAX_ID_BYTES) {
    throw new WatermarkError(
      'ID_INVALID',
      `\`${field}\`: an id is 1 to ${MAX_ID_BYTES} bytes of text without control characters`,
      {
        field,
        limit: MAX_ID_BYTES,
        actual: bytes.length,
      },
    );
  }
  return bytes;
}
