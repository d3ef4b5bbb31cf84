import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLog, wrapKeys } from '../../src/index.js';
import { postgresKeyStore, postgresStore } from '../../src/postgres-store.js';
import { demoSigner, eventMaker, ORIGIN, UNWITNESSED } from '../support/events.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import { killAtRandom, told, withNodes } from '../support/postgres-nodes.js';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

describe('several processes on one PostgreSQL', () => {
  it.each([
    [2, 4],
    [4, 4],
  ])('%i of them, one killed %i times: nothing acknowledged is lost, nothing forks', (count, rounds) =>
    withNodes(server, {}, async (nodes) => {
      await killAtRandom(nodes, count, rounds, `nodes ${count}`);
      expect(nodes.acknowledged.size).toBeGreaterThan(rounds);
    }),
  );

  it('lose nothing when PostgreSQL itself is killed under load', () =>
    withNodes(server, {}, async (nodes) => {
      await Promise.all([nodes.start(), nodes.start()]);
      for (let round = 0; round < 2; round++) {
        await nodes.progress(15 + 7 * round);
        await server.crash();
        await server.restart();
      }
      await nodes.progress(30);
      expect(nodes.failures).toContain('STORE_FAILED');
    }));

  it('go on without a signer that hangs, and it forks nothing when it wakes up', () =>
    withNodes(server, { leaseSilence: 300, askToSign: true }, async (nodes) => {
      const hung = await nodes.start();
      for (let round = 0; round < 2; round++) {
        nodes.holding = true;
        await told(hung, (message) => 'signing' in message);
        hung.kill('SIGSTOP');
        const { signer } = await demoSigner();
        const log = await openLog({
          origin: ORIGIN,
          store: postgresStore(nodes.pool),
          keys: wrapKeys(postgresKeyStore(nodes.pool), new Uint8Array(32).fill(5)),
          signer,
          unwitnessed: UNWITNESSED,
        });
        const { receipt } = await log.append(eventMaker(`awake ${round}`, Date.now)(), { await: 'integrated' });
        expect(receipt).not.toBe(null);
        nodes.checkpoints.add(log.checkpoint());
        await log.close();
        const failed = told(hung, (message) => 'failed' in message);
        hung.kill('SIGCONT');
        nodes.holding = false;
        hung.send('sign');
        expect(await failed).toEqual({ failed: 'LEASE_LOST' });
        await told(hung, (message) => 'acknowledged' in message && message.receipt !== null);
      }
    }));
});
