import { seededNumbers } from '@wardseal/testkit';
import { expect } from 'vitest';
import { memoryWitnessState } from '../../src/witness/state.js';
import { formatRequest } from '../../src/witness/wire.js';
import { demoSigner, ORIGIN } from './events.js';
import { checkpointOver, consistency, demoWitness, leavesOf } from './witnesses.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** A right request with one byte changed, cut, put in, or some taken out. */
function damaged(good: Bytes, next: () => number): Bytes {
  const at = next() % good.length;
  const [before, after] = [good.slice(0, at), good.slice(at)];
  const kind = next() % 4;
  if (kind === 0) return Uint8Array.from([...before, after[0]! ^ (1 + (next() % 255)), ...after.slice(1)]);
  if (kind === 1) return before;
  if (kind === 2) return Uint8Array.from([...before, next() % 256, ...after]);
  return Uint8Array.from([...before, ...after.slice(1 + (next() % 80))]);
}

/** Asks a witness that has signed 5 entries so many wrong things, and then the right one. */
export async function hostileRequests(count: number): Promise<void> {
  const { signer } = await demoSigner();
  const state = memoryWitnessState();
  const { witness } = await demoWitness('w.example', { state });
  const ask = async (body: Bytes): Promise<number> =>
    (await witness.handle(new Request('https://w.example/add-checkpoint', { method: 'POST', body }))).status;
  const right = async (old: number, size: number): Promise<Bytes> => {
    const leaves = leavesOf(size);
    const checkpoint = await checkpointOver(leaves, [signer]);
    return new TextEncoder().encode(formatRequest({ oldSize: old, proof: consistency(old, leaves), checkpoint }));
  };
  expect(await ask(await right(0, 5))).toBe(200);
  const before = await state.read(ORIGIN);
  const next = seededNumbers('hostile witness requests');
  const good = await right(5, 8);
  for (let i = 0; i < count; i++) {
    expect([400, 403, 404, 409, 422], `case ${i}`).toContain(await ask(damaged(good, next)));
    expect(await state.read(ORIGIN)).toBe(before);
  }
  expect(await ask(good)).toBe(200);
}
