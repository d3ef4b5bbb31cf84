import { seededRandom } from '@wardseal/testkit';
import { signCheckpoint } from '../../src/cosignature.js';
import {
  type Clock,
  generateCosignerKey,
  type LogSigner,
  logSigner,
  type WitnessClient,
  witnessClient,
} from '../../src/index.js';
import { createWitness, type Witness, type WitnessOptions } from '../../src/witness/server.js';
import { memoryWitnessState } from '../../src/witness/state.js';
import { demoSigner, ORIGIN, testClock } from './events.js';
import { mth, proof } from './model.js';

/** `count` leaves; another `branch` gives another history from its first leaf that differs. */
export function leavesOf(count: number, branch: string = '', from: number = 0): Uint8Array[] {
  const text = (i: number): string => `leaf ${i}${i >= from ? branch : ''}`;
  return Array.from({ length: count }, (_, i) => new TextEncoder().encode(text(i)));
}

/** A log's checkpoint over those leaves, by the slow tree of the model. */
export async function checkpointOver(
  leaves: readonly Uint8Array[],
  signers: readonly LogSigner[],
  { origin = ORIGIN, now = 0 }: { origin?: string; now?: number } = {},
): Promise<string> {
  return signCheckpoint({ origin, size: leaves.length, root: mth(leaves) }, signers, now);
}

export { proof as consistency };

export async function cosigner(
  name: string,
  algorithm: 'ed25519' | 'ml-dsa-44' = 'ed25519',
): Promise<{ signer: LogSigner; vkey: string; skey: string }> {
  const { vkey, skey } = await generateCosignerKey(name, algorithm, seededRandom(`${name} ${algorithm}`));
  return { signer: await logSigner(skey), vkey, skey };
}

/** A client whose network is a function call. */
export function clientOf(witness: Pick<Witness, 'handle'>, vkey: string | readonly string[]): WitnessClient {
  const fetch = (url: string, init: RequestInit): Promise<Response> => witness.handle(new Request(url, init));
  return witnessClient({ url: 'https://witness.example/', vkey, fetch });
}

/** A witness of the demo log with a memory of its own, and a client of it. */
export async function demoWitness(
  name: string,
  options: Partial<WitnessOptions> & { clock?: Clock } = {},
): Promise<{ witness: Witness; client: WitnessClient; vkey: string; post: (body: string) => Promise<Response> }> {
  const { signer, vkey } = await cosigner(name);
  const { vkey: logKey } = await demoSigner();
  const base = { signer, logs: [logKey], state: memoryWitnessState(), clock: testClock() };
  const witness = createWitness({ ...base, ...options });
  const post = (body: string): Promise<Response> =>
    witness.handle(new Request('https://witness.example/add-checkpoint', { method: 'POST', body }));
  return { witness, client: clientOf(witness, witness.vkeys), vkey, post };
}
