/** Bytes for a smoke run in a realm without randomness: different each time, and of no other use. */
let state = 1;
export function notSecret(length) {
  return Uint8Array.from({ length }, () => {
    state = (state * 48271) % 2147483647;
    return state & 255;
  });
}
