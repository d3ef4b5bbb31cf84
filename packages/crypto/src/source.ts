import { asBytes } from '@wardseal/primitives';
import { SealError } from './errors.js';

/** What can be sealed: bytes, or a Blob or File, which is read in pieces. */
export type PlaintextSource = Uint8Array | Blob;

/** A sealed file: whole, or header and payload as they are stored apart. */
export type SealedSource = Uint8Array | Blob | { readonly header: Uint8Array; readonly payload: Uint8Array | Blob };

/** Bytes that can be read from anywhere: a file, a Blob, an object store by range requests. */
export interface RandomAccessSource {
  /** Bytes in all. */
  readonly size: number;
  /** Gives exactly the bytes from `start` to `end`, `end` not included. */
  read(start: number, end: number): Promise<Uint8Array> | Uint8Array;
}

/** A stream of bytes: any ReadableStream. Only what is used of it, because TypeScript's DOM and Node know two different ones. */
export interface ByteStream {
  readonly locked: boolean;
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
    cancel(reason?: unknown): Promise<void>;
  };
}

// By shape, not by class: a realm may have no Blob, and streams come from several.
function isBlob(value: unknown): value is Blob {
  return typeof (value as Blob | null)?.arrayBuffer === 'function' && typeof (value as Blob).size === 'number';
}

function isRandomAccess(value: unknown): value is RandomAccessSource {
  const { read, size } = (value ?? {}) as Partial<RandomAccessSource>;
  return typeof read === 'function' && Number.isSafeInteger(size) && (size as number) >= 0;
}

/** Whether a value is a ReadableStream. */
export function isStream(value: unknown): value is ByteStream {
  return typeof (value as ByteStream | null)?.getReader === 'function';
}

/** A source that gives what it is asked for or throws what `wrong` makes of the two lengths. */
function exact(source: RandomAccessSource, wrong: (asked: number, found: number) => Error): RandomAccessSource {
  return {
    size: source.size,
    async read(start, end) {
      const part = await source.read(start, end);
      if (!(part instanceof Uint8Array)) throw new TypeError('source must give Uint8Arrays');
      if (part.length !== end - start) throw wrong(end - start, part.length);
      // WebCrypto refuses shared memory, and another thread could change it between the hash and the cipher.
      return part.buffer instanceof ArrayBuffer ? part : new Uint8Array(part);
    },
  };
}

function inMemory(source: unknown): RandomAccessSource | null {
  if (source instanceof Uint8Array) return { size: source.length, read: (start, end) => source.subarray(start, end) };
  if (!isBlob(source)) return null;
  const read = async (start: number, end: number) => new Uint8Array(await source.slice(start, end).arrayBuffer());
  return { size: source.size, read };
}

/** A plaintext to read. Reading throws RangeError when it changed its size meanwhile. Throws TypeError on anything else. */
export function plaintextReader(source: PlaintextSource | RandomAccessSource): RandomAccessSource {
  const readable = inMemory(source) ?? (isRandomAccess(source) ? source : null);
  if (readable === null) throw new TypeError('source must be a Uint8Array or a Blob');
  // Otherwise the file would be written without an error and open for nobody.
  return exact(readable, () => new RangeError('source changed its size while it was read'));
}

/** A sealed file to read. Reading throws PAYLOAD_INVALID when the source gives less or more than asked. Throws TypeError on anything else. */
export function sealedReader(source: Uint8Array | Blob | RandomAccessSource, title: string): RandomAccessSource {
  const readable = inMemory(source) ?? (isRandomAccess(source) ? source : null);
  if (readable === null) throw new TypeError(`${title} must be a Uint8Array, a Blob or a source with size and read`);
  return exact(readable, (limit, found) => {
    const facts = { what: 'read', limit, found };
    return new SealError('PAYLOAD_INVALID', 'source gave another number of bytes than it was asked for', facts);
  });
}

/** The two parts when a file comes in two, else null. */
export function detachedParts<Payload>(
  file: unknown,
): { readonly header: Uint8Array<ArrayBuffer>; readonly payload: Payload } | null {
  const { header, payload } = (file ?? {}) as { header?: unknown; payload: Payload };
  return header instanceof Uint8Array ? { header: asBytes(header), payload } : null;
}
