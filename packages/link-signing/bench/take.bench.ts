// The server time of `take` in PostgreSQL beside that of the least that counts at all: a bare conditional UPDATE of a
// narrow table. Both go through the same pool to the same database, in turns. `active` is the time that the server's sessions
// were busy, commit and disk included (pg_stat_database); `execution` is the statement alone (pg_stat_statements).
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { postgresStore } from '@wardseal/link-signing/postgres-store';
import { startPostgres } from '@wardseal/testkit/node';
import { Pool } from 'pg';

const ROUNDS = 15;
/** Takes a round: some tenths of a second, so that a checkpoint or a neighbour weighs little. */
const TAKES = 400;
const CONNECTIONS = [1, 8];
/** A sealed answer with grant and share: X-Wing ciphertext of 1120 bytes, tag and about 340 bytes. */
const ANSWER = new Uint8Array(randomBytes(1480));
const NOW = 1_000_000;

// A checkpoint in the midst of a round would be charged to whoever runs then.
const settings = { shared_preload_libraries: 'pg_stat_statements', checkpoint_timeout: '1h', max_wal_size: '8GB' };
const server = await startPostgres({ settings });
const pool = new Pool({ connectionString: server.connectionString(), max: Math.max(...CONNECTIONS) });
const bytes = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

const store = postgresStore(pool);
const ids: Uint8Array[] = [];
for (let i = 0; i < TAKES; i++) {
  const id = bytes(32);
  ids.push(id);
  const facts = {
    id,
    cti: bytes(32),
    grant: bytes(340),
    object: bytes(32),
    issuerUser: bytes(32),
    passcode: bytes(60),
  };
  await store.put(
    { ...facts, recipient: null, parent: null, expires: NOW * 2, maxUses: 1_000_000, withShare: false },
    NOW,
  );
}
await pool.query(`CREATE EXTENSION pg_stat_statements;
  CREATE TABLE bare (id bytea PRIMARY KEY, used int NOT NULL DEFAULT 0, max_uses int NOT NULL, expires bigint NOT NULL,
    revoked boolean NOT NULL DEFAULT false) WITH (fillfactor = 50)`);
for (const id of ids) await pool.query('INSERT INTO bare VALUES ($1, 0, 1000000, $2)', [id, NOW * 2]);
await pool.query('VACUUM ANALYZE');

const BARE = `UPDATE bare SET used = used + 1
  WHERE id = $1 AND used < max_uses AND NOT revoked AND expires > $2 RETURNING used, max_uses`;
const cases: Record<string, (id: Uint8Array) => Promise<unknown>> = {
  take: async (id) => {
    const taken = await store.take({
      chain: [id],
      key: bytes(32),
      sealed: ANSWER,
      now: NOW,
      window: 60,
      failureLimit: 5,
    });
    if (taken.outcome !== 'taken') throw new Error(taken.reason);
  },
  'bare UPDATE': (id) => pool.query(BARE, [id, NOW]),
};

async function statistics(): Promise<{ active: number; execution: number }> {
  await pool.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await pool.query(`SELECT
    (SELECT active_time FROM pg_stat_database WHERE datname = current_database()) AS active,
    (SELECT coalesce(sum(total_exec_time), 0) FROM pg_stat_statements
      WHERE query LIKE 'SELECT * FROM wardseal_links.take(%' OR query LIKE 'UPDATE bare%') AS execution`);
  return { active: Number(rows[0].active), execution: Number(rows[0].execution) };
}
/** Every session tells its statistics when it is idle for a second, or here, when each of them runs this. */
async function flush(connections: number): Promise<void> {
  const clients = await Promise.all(Array.from({ length: connections }, () => pool.connect()));
  await Promise.all(clients.map((client) => client.query('SELECT pg_stat_force_next_flush()')));
  await Promise.all(clients.map((client) => client.query('SELECT 1')));
  for (const client of clients) client.release();
}

interface Sample {
  active: number;
  execution: number;
}
async function sample(run: (id: Uint8Array) => Promise<unknown>, connections: number): Promise<Sample> {
  await flush(connections);
  const before = await statistics();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < TAKES) await run(ids[next++]!);
  };
  await Promise.all(Array.from({ length: connections }, worker));
  await flush(connections);
  const after = await statistics();
  return { active: (after.active - before.active) / TAKES, execution: (after.execution - before.execution) / TAKES };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const results = [];
for (const connections of CONNECTIONS) {
  const samples = Object.fromEntries(Object.keys(cases).map((name) => [name, [] as Sample[]]));
  for (let round = -2; round < ROUNDS; round++) {
    const names = Object.keys(cases);
    for (const name of round % 2 === 0 ? names : names.reverse()) {
      const measured = await sample(cases[name]!, connections);
      if (round >= 0) samples[name]!.push(measured);
    }
  }
  for (const clock of ['active', 'execution'] as const) {
    const [ours, bare] = ['take', 'bare UPDATE'].map((name) => samples[name]!.map((one) => one[clock]));
    const ratio = median(ours!.map((one, i) => one / bare![i]!));
    const line = { clock, connections, takeMs: median(ours!), bareMs: median(bare!), ratio };
    results.push(line);
    console.log(
      `${clock.padEnd(9)} ${connections} connections: take ${line.takeMs.toFixed(3)} ms, ` +
        `bare UPDATE ${line.bareMs.toFixed(3)} ms, ratio ${ratio.toFixed(3)}`,
    );
  }
}
mkdirSync('bench/results', { recursive: true });
const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
const notes = `medians of ${ROUNDS} rounds of ${TAKES}; active: sessions busy, commit and disk included; execution: the statement alone`;
const title = 'server time of take over a bare conditional UPDATE, PostgreSQL';
const result = { title, date: new Date().toISOString(), machine, notes, results };
writeFileSync('bench/results/take.json', `${JSON.stringify(result, null, 2)}\n`);
await pool.end();
await server.stop();
