import { afterEach, beforeEach, expect, it, type MockInstance, vi } from 'vitest';
import { openReader, openStream, seal, sealStream } from '../src/index.js';
import { codeOf, content, type World, world } from './world.js';

// File keys have 16 bytes and payload keys 32. That they are overwritten can only be seen by watching.

let w: World;
let fill: MockInstance<Uint8Array['fill']>;
beforeEach(async () => {
  w = await world('classic');
});
afterEach(() => vi.restoreAllMocks());

/** Counts the keys wiped from now on. */
function watch(): void {
  fill = vi.spyOn(Uint8Array.prototype, 'fill');
}
const wiped = (length: number): number =>
  fill.mock.calls.filter(([value, start], i) => {
    const array = fill.mock.contexts[i] as Uint8Array;
    return value === 0 && start === undefined && array.length === length;
  }).length;

const READS = { end: 100, failure: 100, cancel: 1 };

it.each(['end', 'failure', 'cancel'] as const)('sealStream wipes its keys: %s', async (how) => {
  let given = 0;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (given++ < 9) controller.enqueue(content(65_536));
      else if (how === 'end') controller.close();
      else controller.error(new Error('broken'));
    },
  });
  const { payload } = await sealStream(source, w.sealing);
  watch();
  const reader = payload.getReader();
  await codeOf(async () => {
    for (let i = 0; i < READS[how] && !(await reader.read()).done; i++);
  });
  if (how === 'cancel') {
    expect([wiped(16), wiped(32)]).toEqual([0, 0]);
    await reader.cancel();
  }
  expect(wiped(16)).toBe(1);
  expect(wiped(32)).toBe(1);
});

it.each(['end', 'failure', 'cancel'] as const)('openStream keeps no file key and wipes the other: %s', async (how) => {
  const { bytes } = await seal(content(600_000), w.sealing);
  if (how === 'failure') bytes[bytes.length - 1]! ^= 1;
  watch();
  const { plaintext } = await openStream(new Blob([bytes]).stream(), w.opening);
  expect(wiped(16)).toBeGreaterThan(0);
  const before = wiped(32);
  const reader = plaintext.getReader();
  await codeOf(async () => {
    for (let i = 0; i < READS[how] && !(await reader.read()).done; i++);
  });
  if (how === 'cancel') {
    expect(wiped(32)).toBe(before);
    await reader.cancel();
  }
  expect(wiped(32)).toBe(before + 1);
});

it('openReader keeps no file key and wipes the other when it is closed', async () => {
  const { bytes } = await seal(content(600_000), w.sealing);
  watch();
  const reader = await openReader(bytes, w.opening);
  expect(wiped(16)).toBeGreaterThan(0);
  await reader.range(5, 70_000);
  const before = wiped(32);
  reader.close();
  expect(wiped(32)).toBe(before + 1);
});
