import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inChromium, inNode, prepare, type Setup } from '../../bench/memory/measure.js';
import { sealStream } from '../../src/index.js';
import { codeOf, world } from '../world.js';

// A 2 GB file takes no more than 150 MB above idle, in Node and in Chromium: the bench's own cases, held to that bound.

const SIZE = 2_000_000_000;
const BOUND = 150_000_000;

let setup: Setup;
beforeAll(async () => {
  setup = await prepare(SIZE);
});
afterAll(() => setup.remove());

describe('a file of 2 GB', () => {
  // In this order: each opens what one before it sealed.
  it.each([
    'seal, file to file',
    'open, file to file',
    'seal, Web Streams',
    'open, Web Streams',
    'open, a file as it is read',
  ])('%s, in Node', async (name) => {
    expect((await inNode(name, setup)).peak).toBeLessThan(BOUND);
    if (name.startsWith('open, file') || name === 'open, Web Streams') expect(statSync(setup.other).size).toBe(SIZE);
  });

  it('from Blob to stream and back, in Chromium', async () => {
    const jobs = [
      ['seal, Blob to stream', setup.plain],
      ['open, Blob to stream', setup.sealed],
    ] as const;
    for (const { name, peak } of await inChromium(jobs, setup.keys)) expect([name, peak < BOUND]).toEqual([name, true]);
  });
});

it('a stream that is too long for a header is refused before all of it is sealed', async () => {
  const w = await world('classic');
  const block = new Uint8Array(4_194_304);
  let given = 0;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(block);
      given += block.length;
    },
  });
  const { payload, sealed } = await sealStream(source, w.sealing);
  const code = await codeOf(async () => {
    const reader = payload.getReader();
    while (!(await reader.read()).done);
  });
  expect(code).toBe('LIMIT');
  expect(await codeOf(() => sealed)).toBe('LIMIT');
  expect(given).toBeLessThan(3_300_000_000);
});
