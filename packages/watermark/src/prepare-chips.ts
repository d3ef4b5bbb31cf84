import { base64url, fromBase64url } from '@wardseal/primitives';
import { blindId, buildTile, layoutOf, maskBits, syncBits, TILE_AREA, traceBits } from './code/tile.js';
import { WatermarkError } from './errors.js';
import { checkImageKey, idBytes } from './ids.js';
import { checkOptions } from './options.js';
import { type Layer, MARK_VERSION } from './version.js';

/**
 * The chips of one viewing, as plain JSON. They mark pictures for that viewing and for no other: neither the image's key
 * nor another viewing's chips can be computed from them.
 */
export interface Chips {
  readonly version: typeof MARK_VERSION;
  readonly layer: Layer;
  /** 4096 bits, row by row, 0 for +1 and 1 for -1: 512 bytes as base64url without padding. */
  readonly tile: string;
}

export interface ChipsOptions {
  /** 'view' (default) for the viewer's mark, 'share' for the one on a person's copy. */
  readonly layer?: Layer;
}

/**
 * Expands the chips that one viewing may embed. Run it where the image's key lives (the server that decided the viewing,
 * or the sender's device for the 'share' layer) and hand only the result to the viewer.
 *
 * @param imageKey 32 bytes from `deriveImageKey`.
 * @param viewingId opaque id of the viewing's audit entry, 1 to 512 bytes of text; never a patient datum.
 * @returns plain JSON: sync, id and tracing chips in one keyed order.
 * @throws {WatermarkError} KEY_INVALID: the key is not 32 bytes; ID_INVALID: the id is empty, too long or not text;
 * CHIPS_INVALID: the layer is unknown.
 * @throws {TypeError} an option that is not there.
 * @example
 * const chips = prepareChips(imageKey, 'view-01J9ZQ');
 */
export function prepareChips(imageKey: Uint8Array, viewingId: string, options: ChipsOptions = {}): Chips {
  checkOptions('prepareChips', options);
  checkImageKey(imageKey, 'imageKey');
  const layer = checkLayer(options.layer ?? 'view');
  const viewing = idBytes(viewingId, 'viewingId');
  const tile = buildTile(layoutOf(imageKey, layer), {
    sync: syncBits(imageKey, layer),
    mask: maskBits(imageKey, layer),
    id: blindId(imageKey, layer, viewing),
    trace: traceBits(imageKey, layer, viewing),
  });
  return { version: MARK_VERSION, layer, tile: base64url(tile) };
}

/** A known layer, or CHIPS_INVALID. */
export function checkLayer(layer: Layer): Layer {
  if (layer !== 'view' && layer !== 'share') {
    throw new WatermarkError('CHIPS_INVALID', "the layer must be 'view' or 'share'", { field: 'layer' });
  }
  return layer;
}

/** The 512 bytes of a tile out of untrusted chips, or CHIPS_INVALID. */
export function readChips(chips: Chips, layer: Layer): Uint8Array<ArrayBuffer> {
  const bad = (message: string, field: string): never => {
    throw new WatermarkError('CHIPS_INVALID', message, { field });
  };
  if (typeof chips !== 'object' || chips === null)
    return bad('chips must be the object that prepareChips made, not its JSON text', 'chips');
  for (const name of Object.keys(chips)) {
    if (name !== 'version' && name !== 'layer' && name !== 'tile') return bad('chips hold an unknown field', 'chips');
  }
  if (chips instanceof Promise) return bad('chips are a promise: await them', 'chips');
  if (chips.version !== MARK_VERSION) return bad('chips are of another version', 'version');
  if (chips.layer !== layer) return bad(`chips are of another layer than \`layer\`, which is '${layer}'`, 'layer');
  // A cap before decoding: 512 bytes are 683 characters.
  const tile = typeof chips.tile === 'string' && chips.tile.length === 683 ? fromBase64url(chips.tile) : null;
  if (tile === null || tile.length !== TILE_AREA / 8) return bad('a tile is 512 bytes in base64url', 'tile');
  return tile;
}
