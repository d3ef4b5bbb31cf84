// Authenticator data (WebAuthn level 3, section 6.1): 32 bytes rpIdHash, flags, 4 bytes counter; then, where attested, 16 bytes
// AAGUID, 2 bytes length, the credential id, the COSE key in CBOR, and perhaps extensions in CBOR.
const ID_LENGTH_AT = 53;

/** Where the CBOR item that begins at `at` ends; definite lengths only, as CTAP demands (RFC 8949, section 3). */
function endOf(bytes: DataView, at: number): number {
  const kind = bytes.getUint8(at) >> 5;
  const small = bytes.getUint8(at) & 31;
  if (small > 26) throw new RangeError('not CTAP CBOR');
  const wide = small < 24 ? 0 : 1 << (small - 24);
  const value =
    wide === 0
      ? small
      : wide === 1
        ? bytes.getUint8(at + 1)
        : wide === 2
          ? bytes.getUint16(at + 1)
          : bytes.getUint32(at + 1);
  let end = at + 1 + wide;
  if (kind === 2 || kind === 3) return end + value;
  const items = kind === 4 ? value : kind === 5 ? 2 * value : 0;
  for (let n = 0; n < items; n++) end = endOf(bytes, end);
  return end;
}

/** The COSE key in authenticator data, byte for byte: relying parties check signatures with it. Null where there is none. */
export function coseKeyOf(data: Uint8Array): Uint8Array | null {
  try {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const at = ID_LENGTH_AT + 2 + view.getUint16(ID_LENGTH_AT);
    const end = endOf(view, at);
    return end <= data.length ? data.slice(at, end) : null;
  } catch {
    return null;
  }
}
