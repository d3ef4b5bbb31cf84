import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditLog, memoryKeyStore, openLog } from '../../src/index.js';
import { postgresReader, postgresStore } from '../../src/postgres-store.js';
import { entriesOf } from '../support/entries.js';
import { demoSigner, ORIGIN, UNWITNESSED } from '../support/events.js';
import { inDatabase, type PostgresServer, startPostgres } from '../support/postgres.js';
import { killAtRandom, withNodes } from '../support/postgres-nodes.js';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

describe('several processes on one PostgreSQL', () => {
  it.each([2, 4])('%i of them, one killed 150 times: nothing acknowledged is lost, nothing forks', (count) =>
    withNodes(server, {}, (nodes) => killAtRandom(nodes, count, 150, `full ${count}`)),
  );

  it('lose nothing when PostgreSQL itself is killed 40 times, and processes with it', () =>
    withNodes(server, {}, async (nodes) => {
      const running = [await nodes.start(), await nodes.start()];
      for (let round = 0; round < 40; round++) {
        await nodes.progress((7 * round) % 31);
        await server.crash();
        if (round % 4 === 0) await nodes.kill(running.shift()!);
        await server.restart();
        if (round % 4 === 0) running.push(await nodes.start());
      }
      await nodes.progress(30);
    }));
});

describe('a log that waited long for its first checkpoint', () => {
  it('is integrated in steps, in bounded memory', () =>
    inDatabase(server, async (pool) => {
      const { signer, vkey } = await demoSigner();
      const keys = memoryKeyStore();
      const log = () =>
        openLog({
          ...{ origin: ORIGIN, store: postgresStore(pool), keys, signer, unwitnessed: UNWITNESSED },
        });
      await (await log()).close();
      const store = postgresStore(pool);
      await store.open(ORIGIN, vkey);
      const COUNT = 150_000;
      for (let n = 1; n <= COUNT; n += 250)
        await store.append(
          entriesOf(250, n).map((entry) => ({ ...entry, subject: new Uint8Array(0), actor: entry.leaf })),
        );
      const grown = await heapWhile(async () => (await log()).close());
      expect(grown).toBeLessThan(200_000_000);
      const report = await auditLog(postgresReader(pool, ORIGIN), { logKey: vkey });
      expect(report).toMatchObject({ verdict: 'good', unintegrated: 0, checkpoint: { size: COUNT } });
    }));
});

/** By how many bytes the heap and its buffers grew at most while something ran. */
async function heapWhile(work: () => Promise<void>): Promise<number> {
  const used = (): number => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  const start = used();
  let most = start;
  const timer = setInterval(() => {
    most = Math.max(most, used());
  }, 20);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return most - start;
}
