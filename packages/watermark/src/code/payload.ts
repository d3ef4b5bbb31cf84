import { decodeTailBiting, encodeTailBiting, GENERATORS } from './convolutional.js';
import { crc32 } from './crc32.js';

/** Bytes of the blind id. */
const ID_BYTES = 8;
/** Bits before coding: the id and its CRC-32. */
const MESSAGE_BITS: number = ID_BYTES * 8 + 32;
/** Bits after coding at rate 1/4. */
export const CODED_BITS: number = MESSAGE_BITS * GENERATORS.length;

/** The coded bits (0 or 1) of an id: id || CRC-32(id), most significant bit first, tail-biting rate 1/4. */
export function encodePayload(id: Uint8Array): Uint8Array {
  const crc = crc32(id);
  const bits = new Uint8Array(MESSAGE_BITS);
  for (let i = 0; i < 64; i++) bits[i] = (id[i >> 3]! >> (7 - (i & 7))) & 1;
  for (let i = 0; i < 32; i++) bits[64 + i] = (crc >>> (31 - i)) & 1;
  return encodeTailBiting(bits);
}

/**
 * The id behind soft values of the coded bits (positive: more likely 0), or null when the CRC does not fit.
 * `errors` counts the coded bits whose sign disagrees with the decoded word.
 */
export function decodePayload(soft: Float64Array): { id: Uint8Array<ArrayBuffer>; errors: number } | null {
  const bits = decodeTailBiting(soft, MESSAGE_BITS);
  const id = new Uint8Array(ID_BYTES);
  for (let i = 0; i < 64; i++) id[i >> 3]! |= bits[i]! << (7 - (i & 7));
  let crc = 0;
  for (let i = 0; i < 32; i++) crc = (crc << 1) | bits[64 + i]!;
  if (crc >>> 0 !== crc32(id)) return null;
  const coded = encodeTailBiting(bits);
  let errors = 0;
  for (let i = 0; i < coded.length; i++) if (soft[i]! < 0 !== (coded[i] === 1)) errors++;
  return { id, errors };
}
