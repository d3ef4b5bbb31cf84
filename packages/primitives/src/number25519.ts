import { hex } from './text.js';

/** The field's prime, 2^255 - 19 (RFC 7748 section 4.1). */
export const PRIME: bigint = 2n ** 255n - 19n;
/** The order of the base point (RFC 8032 section 5.1). */
export const ORDER: bigint = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The number that bytes stand for, least significant first (RFC 8032 section 5.1.2). */
export function littleEndian(data: Uint8Array): bigint {
  return BigInt(`0x${hex(Uint8Array.from(data).reverse())}`);
}
