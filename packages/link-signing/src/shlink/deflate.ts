import { readBody } from '@wardseal/primitives/read-body';

async function through(
  data: Uint8Array<ArrayBuffer>,
  step: CompressionStream | DecompressionStream,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      controller.enqueue(data);
      controller.close();
    },
  });
  return readBody(source.pipeThrough(step), limit);
}

/** Raw DEFLATE (RFC 1951). */
export async function deflate(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  // DEFLATE stores what it cannot shrink, and says so in 5 bytes for every 64 KiB.
  const limit = data.length + data.length / 1024 + 1024;
  return (await through(data, new CompressionStream('deflate-raw'), limit))!;
}

/** Undoes `deflate`. Null when there would be more than `limit` bytes, of which no more is inflated; rejects what is no DEFLATE. */
export function inflate(data: Uint8Array<ArrayBuffer>, limit: number): Promise<Uint8Array<ArrayBuffer> | null> {
  return through(data, new DecompressionStream('deflate-raw'), limit);
}
