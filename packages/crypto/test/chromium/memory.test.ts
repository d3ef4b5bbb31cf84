import { expect, it } from 'vitest';
import { cdp } from 'vitest/browser';
import { openStream, sealStream } from '../../src/index.js';
import { content, world } from '../world.js';

// The peak for 2 GB is measured by test/full/memory.test.ts, as the operating system counts; here 100 MB, as V8 counts its heap
// and the buffers outside it after a collection, several times on the way: what is held, not what waits to be collected.

const PIECE = 8_388_608;
const PIECES = 12;
const BOUND = 24_000_000;

/** What the protocol's Runtime.getHeapUsage answers, bytes. */
interface HeapUsage {
  readonly usedSize: number;
  readonly backingStorageSize: number;
}

async function held(): Promise<number> {
  const session = cdp() as unknown as { send(method: string): Promise<HeapUsage> };
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
  return usedSize + backingStorageSize;
}

/** Reads a stream to its end; gives its length and the most that was held meanwhile. */
async function watch(stream: ReadableStream<Uint8Array>, keep?: (part: Uint8Array) => void) {
  const reader = stream.getReader();
  let [bytes, most, sampled] = [0, 0, 0];
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.length;
    keep?.(part.value);
    if (bytes - sampled < 25_000_000) continue;
    sampled = bytes;
    most = Math.max(most, await held());
  }
  return { bytes, most };
}

it('seals and opens 100 MB from a Blob in a few megabytes', async () => {
  const w = await world('classic');
  const small = new Blob([content(PIECE)]);
  // A Blob of Blobs: the browser keeps them outside the page.
  const large = new Blob(Array.from({ length: PIECES }, () => small));
  const idle = await held();
  const { payload, sealed } = await sealStream(large, w.sealing);
  const stored: Blob[] = [];
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  const sealing = await watch(payload, (part) => {
    waiting.push(part as Uint8Array<ArrayBuffer>);
    if (waiting.length < 16) return;
    stored.push(new Blob(waiting));
    waiting = [];
  });
  const { header, size } = await sealed;
  expect(size).toBe(PIECE * PIECES);
  expect(sealing.most - idle).toBeLessThan(BOUND);
  const file = { header, payload: new Blob([...stored, ...waiting]) };
  waiting = [];
  const { plaintext } = await openStream(file, w.opening);
  const opening = await watch(plaintext);
  expect(opening.bytes).toBe(size);
  expect(opening.most - idle).toBeLessThan(BOUND);
});
