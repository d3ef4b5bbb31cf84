import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { seededNumbers } from '@wardseal/testkit';
import { Client } from 'pg';
import { expect } from 'vitest';
import { world } from '../world.js';
import { startWorker } from './processes.js';
import type { Stores } from './stores.js';

const MAX = 3;
// Where a process dies on its way from taking the use to giving the answer.
const POINTS = ['before take', 'during take', 'after take', 'after audit', 'after release'];
/** A take is over sooner than this, ms. */
const DURING = 6;

/**
 * kill -9 of the process that opens a link, at every point on the way. Whoever comes back with the same key gets the
 * same use; whoever does not has lost that one; nobody gains any.
 * @returns how often the use had been taken when the process died
 */
export async function killRounds(stores: Stores, rounds: number, seed: string): Promise<number> {
  const draw = seededNumbers(seed);
  const { issuer, request, redeem, redeemer } = await world(stores);
  let counted = 0;
  let next = startWorker(stores);
  for (let round = 0; round < rounds; round++) {
    const at = POINTS[round % POINTS.length]!;
    const { cti } = await issuer.prepare();
    const { handle } = await issuer.grant(request({ cti, maxUses: MAX }));
    const opener = await redeemer();
    const child = await next;
    const gone = once(child, 'exit');
    child.send({ task: 'die', handle, publicKey: opener.publicKey, at });
    if (at === 'during take') {
      await once(child, 'message');
      await setTimeout(draw() % DURING);
      child.kill('SIGKILL');
    }
    next = round + 1 < rounds ? startWorker(stores) : next;
    expect((await gone)[1]).toBe('SIGKILL');
    await settled(stores, child.pid!);

    const { used } = await issuer.inspect(handle);
    if (at === 'before take') expect(used).toBe(0);
    else if (at === 'during take') expect([0, 1]).toContain(used);
    else expect(used).toBe(1);
    counted += used!;

    const comesBack = draw() % 2 === 0;
    if (comesBack) expect(await redeem(handle, opener)).toMatchObject({ use: 1, repeated: used === 1 });
    let others = 0;
    for (let i = 0; i <= MAX; i++) if (await redeem(handle, await redeemer()).then(() => true, () => false)) others += 1; // biome-ignore format: one try each
    expect(others).toBe(MAX - (comesBack ? 1 : used!));
    expect(await issuer.inspect(handle)).toMatchObject({ used: MAX, state: 'exhausted' });
  }
  return counted;
}

/** Waits for what the server still does for the killed client: it reads on in what was sent, and then ends. */
async function settled({ where: { connectionString } }: Stores, pid: number): Promise<void> {
  if (connectionString === undefined) return;
  const client = new Client({ connectionString });
  await client.connect();
  const there = 'SELECT FROM pg_stat_activity WHERE application_name = $1';
  while ((await client.query(there, [`worker ${pid}`])).rows.length > 0) await setTimeout(2);
  await client.end();
}
