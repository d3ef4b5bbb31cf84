import { asBytes } from '@wardseal/primitives';
import type { ReadPlaintext } from './payload-sealer.js';

/** What can be sealed: bytes, or a Blob or File, which is read in pieces. */
export type PlaintextSource = Uint8Array | Blob;

/** A sealed file: whole, or header and payload as they are stored apart. */
export type SealedSource = Uint8Array | Blob | { readonly header: Uint8Array; readonly payload: Uint8Array | Blob };

// Read ahead a little, because a Blob answers slowly: 1 MiB at once instead of 64 KiB.
const BLOB_READ_BYTES = 1_048_576;

// By shape, not by class: a realm may have no Blob.
function isBlob(value: unknown): value is Blob {
  return typeof (value as Blob | null)?.arrayBuffer === 'function' && typeof (value as Blob).size === 'number';
}

async function allBytes(part: unknown, title: string): Promise<Uint8Array<ArrayBuffer>> {
  if (part instanceof Uint8Array) return asBytes(part);
  if (isBlob(part)) return new Uint8Array(await part.arrayBuffer());
  throw new TypeError(`${title} must be a Uint8Array or a Blob`);
}

function blobReader(blob: Blob): ReadPlaintext {
  let held: { from: number; bytes: Promise<Uint8Array> } | undefined;
  return async (start, end) => {
    const from = start - (start % BLOB_READ_BYTES);
    if (held?.from !== from)
      held = { from, bytes: allBytes(blob.slice(from, Math.min(blob.size, from + BLOB_READ_BYTES)), 'source') };
    return (await held.bytes).subarray(start - from, end - from);
  };
}

/** Size of a plaintext and how to read it. Throws TypeError on anything else. */
export function plaintextReader(source: PlaintextSource): { size: number; read: ReadPlaintext } {
  if (source instanceof Uint8Array) return { size: source.length, read: (start, end) => source.subarray(start, end) };
  if (isBlob(source)) return { size: source.size, read: blobReader(source) };
  throw new TypeError('source must be a Uint8Array or a Blob');
}

/** A sealed file as bytes: whole, or in its two parts. Throws TypeError on anything else. */
export async function sealedParts(
  file: SealedSource,
): Promise<{ whole: Uint8Array<ArrayBuffer> } | { header: Uint8Array<ArrayBuffer>; payload: Uint8Array<ArrayBuffer> }> {
  if (!(file instanceof Uint8Array) && !isBlob(file) && file?.header instanceof Uint8Array)
    return { header: asBytes(file.header), payload: await allBytes(file.payload, 'payload') };
  return { whole: await allBytes(file, 'file') };
}
