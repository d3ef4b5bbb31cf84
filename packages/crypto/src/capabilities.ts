import { capabilities as ask } from '@wardseal/primitives';

/** Where each kind of operation runs here: in the platform's own code or in JavaScript. */
export interface Capabilities {
  readonly backend: 'node' | 'webcrypto' | 'noble';
  readonly hash: 'native' | 'js';
  readonly aead: 'native' | 'js';
  readonly kem: 'native' | 'js';
  readonly sign: 'native' | 'js';
}

/**
 * Says which back end this realm uses, found by trying. JavaScript fallbacks give the same bytes, slower, and are not
 * constant in time.
 *
 * @example
 * if ((await capabilities()).aead === 'js') warnThatLargeFilesAreSlow();
 */
export function capabilities(): Promise<Capabilities> {
  return ask();
}
