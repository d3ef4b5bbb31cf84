import { asBytes } from '@wardseal/primitives';
import { stored } from './guard.js';
import type { IssuerState } from './issuer.js';
import { PREPARE_SECONDS } from './limits.js';
import { sealShare } from './share.js';

/** What `prepare` draws; 32 bytes each. */
export interface Prepared {
  /** The grant's identifier to be, and the id of the file's link stanza. */
  cti: Uint8Array<ArrayBuffer>;
  /** The server's half of the file key: for the one who seals, to be forgotten after. */
  share: Uint8Array<ArrayBuffer>;
}

/** See `Issuer.prepare`. */
export async function prepareShare(state: IssuerState): Promise<Prepared> {
  const draw = (): Uint8Array<ArrayBuffer> => asBytes(state.random(32));
  const [cti, share, key] = [draw(), draw(), draw()];
  const expires = state.clock() + PREPARE_SECONDS;
  const sealedShare = await sealShare(key, share, cti);
  await stored(() => state.shares.put(cti, key, expires));
  await stored(() => state.store.prepare({ cti, sealedShare, expires }));
  return { cti, share };
}
