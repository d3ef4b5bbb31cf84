import { aeadOpen, concat, fromBase64raw, utf8 } from '@wardseal/primitives';
import { SealError } from '../errors.js';
import type { Stanza } from '../header.js';
import { MAX_SCRYPT_LOG_N } from '../limits.js';
import { INFO, STANZA, ZERO_NONCE } from '../names.js';
import { WRAPPED_KEY_BYTES } from './native.js';

interface ScryptStanza {
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly logN: number;
}

function parse(stanza: Stanza): ScryptStanza {
  const [saltText, workText, ...more] = stanza.args;
  const salt = saltText === undefined ? null : fromBase64raw(saltText);
  const shaped = salt?.length === 16 && more.length === 0 && stanza.body.length === WRAPPED_KEY_BYTES;
  if (!shaped || workText === undefined || !/^[1-9][0-9]*$/.test(workText))
    throw new SealError('HEADER_INVALID', 'a native stanza has the wrong shape', { what: STANZA.scrypt });
  const logN = workText.length > 2 ? Number.POSITIVE_INFINITY : Number(workText);
  if (logN > MAX_SCRYPT_LOG_N)
    throw new SealError('LIMIT', 'scrypt work factor is too high', {
      what: 'MAX_SCRYPT_LOG_N',
      limit: MAX_SCRYPT_LOG_N,
    });
  return { salt, logN };
}

/**
 * Throws HEADER_INVALID unless a scrypt stanza stands alone and has the one shape of its type (age v1: a passphrase proves
 * who wrote the file only when nobody else can open it), LIMIT when its work factor is above MAX_SCRYPT_LOG_N.
 */
export function checkScrypt(stanzas: readonly Stanza[]): void {
  const found = stanzas.find((stanza) => stanza.type === STANZA.scrypt);
  if (found === undefined) return;
  if (stanzas.length !== 1)
    throw new SealError('HEADER_INVALID', 'a scrypt stanza must be the only one', { what: STANZA.scrypt });
  parse(found);
}

/** The file key, or null when the stanza is of another type or the passphrase is another. */
export async function unwrapScrypt(stanza: Stanza, passphrase: string): Promise<Uint8Array<ArrayBuffer> | null> {
  if (stanza.type !== STANZA.scrypt) return null;
  const { salt, logN } = parse(stanza);
  const { scryptAsync } = await import('@noble/hashes/scrypt.js');
  const key = await scryptAsync(utf8(passphrase), concat(INFO.scrypt, salt), { N: 2 ** logN, r: 8, p: 1, dkLen: 32 });
  return aeadOpen(key, ZERO_NONCE, stanza.body);
}
