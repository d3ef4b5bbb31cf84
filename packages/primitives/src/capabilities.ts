import { webcryptoHasChacha } from './aead.js';
import { backend } from './backend.js';
import { webcryptoHasEd25519 } from './ed25519.js';
import { kemIsNative } from './mlkem.js';

/** Where each kind of operation runs here. */
export interface Capabilities {
  backend: 'node' | 'webcrypto' | 'noble';
  hash: 'native' | 'js';
  aead: 'native' | 'js';
  kem: 'native' | 'js';
  sign: 'native' | 'js';
}

/** Asks the platform by trying. Bulk hashing in a browser is native; small synchronous hashes there are noble's. */
export async function capabilities(): Promise<Capabilities> {
  const where = backend();
  const native = (yes: boolean): 'native' | 'js' => (yes ? 'native' : 'js');
  return {
    backend: where,
    hash: native(where !== 'noble'),
    aead: native(where === 'node' || (where === 'webcrypto' && (await webcryptoHasChacha()))),
    kem: native(await kemIsNative()),
    sign: native(where === 'node' || (where === 'webcrypto' && (await webcryptoHasEd25519()))),
  };
}
