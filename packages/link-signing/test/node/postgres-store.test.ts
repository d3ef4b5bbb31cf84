import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { seededRandom } from '@wardseal/testkit';
import { startPostgres } from '@wardseal/testkit/node';
import { type CustomTypesConfig, Pool, type PoolConfig, types } from 'pg';
import { expect, test } from 'vitest';
import type { LinkError, LinkStore, NewLink, Take } from '../../src/index.js';
import { createLinkSchema, type PostgresPool, postgresStore } from '../../src/postgres-store.js';
import { freshSchema, poolOf, postgres } from './stores.js';

const random = seededRandom('postgres');
const NOW = 1_000_000;

function newLink(changes: Partial<NewLink> = {}): NewLink {
  const facts = { id: random(32), cti: random(32), grant: random(200), object: random(32), issuerUser: random(32) };
  return { ...facts, recipient: null, parent: null, expires: NOW + 1000, maxUses: 1, passcode: null, withShare: false, ...changes }; // biome-ignore format: one row
}

function takeOf(chain: readonly NewLink[], changes: Partial<Take> = {}): Take {
  const ids = chain.map(({ id }) => id);
  return { chain: ids, key: random(32), sealed: random(100), now: NOW, window: 60, failureLimit: 5, ...changes };
}

async function withPool<T>(options: PoolConfig, body: (pool: Pool, schema: string) => Promise<T>): Promise<T> {
  const pool = await poolOf(options);
  try {
    return await body(pool, freshSchema());
  } finally {
    await pool.end();
  }
}

async function failure(work: Promise<unknown>): Promise<LinkError> {
  return work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: LinkError) => error,
  );
}

/** A pool with something that happens on the way to the database or back. */
function poolThat(pool: Pool, query: (run: () => Promise<unknown>, text: string) => Promise<unknown>): PostgresPool {
  return {
    query: async (text, values) => (await query(() => pool.query(text, values), text)) as { rows: [] },
  };
}

test('many that start at once make one schema between them', () =>
  withPool({ max: 16 }, async (pool, schema) => {
    const stores = Array.from({ length: 16 }, () => postgresStore(pool, { schema }));
    expect(await Promise.all(stores.map((store) => store.read(random(32))))).toEqual(Array(16).fill(null));
  }));

test.each(['read committed', 'repeatable read', 'serializable'])('counts exactly when the default is %s', (isolation) =>
  withPool({ options: `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}` }, async (pool, schema) => {
    const stores = Array.from({ length: 4 }, () => postgresStore(pool, { schema }));
    const [root, leaf] = [newLink({ maxUses: 7 }), newLink({ maxUses: 9 })];
    await stores[0]!.put(root, NOW);
    await stores[0]!.put({ ...leaf, parent: root.id }, NOW);
    const takes = Array.from({ length: 40 }, (_, i) => takeOf(i % 2 === 0 ? [leaf, root] : [root]));
    const outcomes = await Promise.all(takes.map((take, i) => stores[i % 4]!.take(take)));
    expect(outcomes.filter(({ outcome }) => outcome === 'taken')).toHaveLength(7);
    expect(await stores[0]!.read(leaf.id)).toMatchObject({ ancestors: [{ used: 7 }] });
  }),
);

test('the same opening in parallel, without a look beforehand, is one use', () =>
  withPool({}, async (pool, schema) => {
    const store = postgresStore(pool, { schema });
    const link = newLink({ maxUses: 5 });
    await store.put(link, NOW);
    const take = takeOf([link]);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => store.take({ ...take, sealed: random(100) })));
    expect(outcomes.filter((one) => one.outcome === 'taken' && one.use === 1)).toHaveLength(20);
    expect(outcomes.filter((one) => one.outcome === 'taken' && !one.repeated)).toHaveLength(1);
    expect((await store.read(link.id))?.link.used).toBe(1);
  }));

test('the same cti put in parallel is stored once', () =>
  withPool({}, async (pool, schema) => {
    const store = postgresStore(pool, { schema });
    for (let round = 0; round < 10; round++) {
      const cti = random(32);
      await store.prepare({ cti, sealedShare: random(48), expires: NOW + 10 });
      const puts = Array.from({ length: 8 }, () => store.put(newLink({ cti, withShare: true }), NOW));
      const outcomes = (await Promise.all(puts)).sort();
      expect(outcomes).toEqual([...Array(7).fill('duplicate'), 'stored']);
    }
  }));

test('no child and no opening slips past a revocation of its root', () =>
  withPool({}, async (pool, schema) => {
    const store = postgresStore(pool, { schema });
    const seen = new Set<string>();
    for (let round = 0; round < 30; round++) {
      const root = newLink({ maxUses: 99 });
      await store.put(root, NOW);
      const delegate = async (): Promise<void> => {
        const child = newLink({ maxUses: 99, parent: root.id });
        const put = await store.put(child, NOW);
        seen.add(put);
        const take = takeOf([child, root]);
        const taken = await store.take(take);
        seen.add(taken.outcome === 'refused' ? taken.reason : taken.outcome);
        await revoked;
        expect((await store.release(child.id, take.key, NOW, 60)).outcome).toBe('refused');
        if (put === 'stored') expect((await store.read(child.id))?.link.revokedAt).toBe(NOW);
      };
      const children = Array.from({ length: 4 }, delegate);
      const revoked = new Promise<void>((resolve) => setTimeout(resolve, round % 10)).then(() =>
        store.revoke(round % 2 === 0 ? { id: root.id } : { object: root.object }, NOW),
      );
      await Promise.all(children);
    }
    expect([...seen]).toEqual(expect.arrayContaining(['stored', 'taken', 'revoked']));
  }));

test('chains and revocations that cross never end in a failure', () =>
  withPool({ max: 20 }, async (pool, schema) => {
    const store = postgresStore(pool, { schema });
    const object = random(32);
    const tree: NewLink[] = [];
    for (let i = 0; i < 10; i++) {
      const link = newLink({ object, maxUses: 1000, parent: i === 0 ? null : tree[(i - 1) >> 1]!.id });
      tree.push(link);
      await store.put(link, NOW);
    }
    const chainOf = (i: number): NewLink[] => (i === 0 ? [tree[0]!] : [tree[i]!, ...chainOf((i - 1) >> 1)]);
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        if (n === 150) return store.revoke({ object }, NOW);
        return store.take(takeOf(chainOf(n % 10)));
      }),
    );
    expect(outcomes).toHaveLength(200);
    // Nor in a wait for each other, which the database would have ended after a second.
    const { rows } = await pool.query('SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()');
    expect(rows).toEqual([{ deadlocks: 0 }]);
    expect((await store.read(tree[9]!.id))?.link.revokedAt).toBe(NOW);
  }));

test('a lost answer: the same key has the same use', () =>
  withPool({}, async (pool, schema) => {
    let losing = true;
    const lossy = poolThat(pool, async (run, text) => {
      const result = await run();
      // It is committed; the connection breaks before the client hears of it.
      if (losing && text.includes('.take(')) throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
      return result;
    });
    const store = postgresStore(lossy, { schema });
    const link = newLink({ maxUses: 3 });
    await store.put(link, NOW);
    const take = takeOf([link]);
    expect(await failure(store.take(take))).toMatchObject({ code: 'STORE_FAILED', message: 'the connection to the database failed' }); // biome-ignore format: one fact
    losing = false;
    expect(await store.take(take)).toEqual({ outcome: 'taken', use: 1, of: 3, repeated: true });
  }));

test('an application without any privilege on the tables opens links and cannot set a count back', () =>
  withPool({}, async (pool, schema) => {
    await createLinkSchema(pool, { schema });
    const app = `app_${schema}`;
    await pool.query(`CREATE ROLE ${app} LOGIN;
      GRANT USAGE ON SCHEMA ${schema} TO ${app};
      GRANT SELECT ON ${schema}.meta TO ${app};
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} TO ${app};`);
    await withPool({ options: `-c role=${app}` }, async (theirs) => {
      const store: LinkStore = postgresStore(theirs, { schema });
      const link = newLink();
      await store.put(link, NOW);
      const take = takeOf([link]);
      expect((await store.take(take)).outcome).toBe('taken');
      expect((await store.release(link.id, take.key, NOW, 60)).outcome).toBe('released');
      await store.sweep(NOW, 60, async () => undefined);
      expect(await store.revoke({ id: link.id }, NOW)).toHaveLength(1);
      for (const statement of [`UPDATE ${schema}.counts SET used = 0`, `SELECT * FROM ${schema}.links`])
        await expect(theirs.query(statement)).rejects.toMatchObject({ code: '42501' });
      expect(await failure(postgresStore(theirs, { schema: 'of_its_own' }).read(random(32)))).toMatchObject({
        code: 'STORE_FAILED',
        message: 'the database role lacks a privilege',
      });
    });
  }));

test.each([
  ['text', String],
  ['number', Number],
  ['bigint', BigInt],
])('takes whole numbers as the driver was told to give them: %s', (_, parse) => {
  const getTypeParser = (oid: number, format?: 'text' | 'binary') =>
    oid === types.builtins.INT8 ? parse : types.getTypeParser(oid, format as 'text');
  return withPool({ types: { getTypeParser } as CustomTypesConfig }, async (pool, schema) => {
    const store = postgresStore(pool, { schema });
    const link = newLink();
    await store.put(link, NOW);
    expect((await store.read(link.id))?.link.expires).toBe(NOW + 1000);
  });
});

test('sweeps more than it tells of at once', () =>
  withPool({}, async (pool, schema) => {
    const store = postgresStore(pool, { schema });
    await store.put(newLink(), NOW);
    await pool.query(`INSERT INTO ${schema}.links SELECT sha256(i::text::bytea), sha256(i::text::bytea), '', '', NULL, ''
        FROM generate_series(1, 2500) i;
      INSERT INTO ${schema}.counts (id, depth, expires, max_uses)
        SELECT sha256(i::text::bytea), 0, 1, 1 FROM generate_series(1, 2500) i`);
    const told = new Set<string>();
    await store.sweep(NOW, 60, async (ctis) => {
      for (const cti of ctis) told.add(Buffer.from(cti).toString('hex'));
    });
    expect(told.size).toBe(2500);
  }));

test('names what is wrong, and says nothing of statements and addresses', () =>
  withPool({}, async (pool, schema) => {
    const store = postgresStore(pool, { schema });
    await store.read(random(32));
    await pool.query(`UPDATE ${schema}.meta SET version = 2`);
    expect((await failure(postgresStore(pool, { schema }).read(random(32)))).code).toBe('STORE_VERSION');
    let tries = 0;
    const never = poolThat(pool, async (run, text) => {
      if (!text.startsWith('SELECT') || !text.includes('.put(')) return run();
      tries += 1;
      throw Object.assign(new Error(`could not serialize ${text}`), { code: '40001' });
    });
    const again = freshSchema();
    const stuck = await failure(postgresStore(never, { schema: again }).put(newLink(), NOW));
    expect([stuck.code, stuck.message, tries]).toEqual(['STORE_FAILED', 'the database failed', 50]);
    // A row that is held for longer than was said.
    const held = newLink();
    const hasty = postgresStore(pool, { schema: again, lockWait: 50 });
    await hasty.put(held, NOW);
    const holder = await pool.connect();
    await holder.query(`BEGIN; UPDATE ${again}.counts SET used = used`);
    expect(await failure(hasty.take(takeOf([held])))).toMatchObject({ code: 'STORE_FAILED', message: 'the database was busy for too long' }); // biome-ignore format: one fact
    await holder.query('ROLLBACK');
    holder.release();
    expect((await hasty.take(takeOf([held]))).outcome).toBe('taken');
    for (const name of ['', 'Upper', '1st', 'pg_links', 'a b', 'x; DROP', 'a'.repeat(64)])
      expect(() => postgresStore(pool, { schema: name })).toThrow(RangeError);
    for (const lockWait of [0, -1, 1.5, Number.NaN, 2 ** 31])
      expect(() => postgresStore(pool, { lockWait })).toThrow(RangeError);
  }));

test('a server that may lose what it acknowledges is refused', async () => {
  const server = await startPostgres({ settings: { fsync: 'off' } });
  const pool = new Pool({ connectionString: server.connectionString() });
  try {
    const store = postgresStore(pool);
    expect(await store.read(random(32))).toBeNull();
    expect((await failure(store.put(newLink(), NOW))).code).toBe('STORE_UNSAFE');
    expect((await failure(store.take(takeOf([newLink()])))).code).toBe('STORE_UNSAFE');
  } finally {
    await pool.end();
    await server.stop();
  }
});

test("the README's example of PostgreSQL runs", async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, code] = /^```js\n(.*?)^```$/ms.exec(readme)!;
  // Inside the package, so that it is found under its own name.
  const path = fileURLToPath(new URL(`./readme-${process.pid}.tmp.mjs`, import.meta.url));
  try {
    await writeFile(path, code!);
    const env = { DATABASE_URL: (await postgres()).connectionString() };
    expect(await promisify(execFile)(process.execPath, [path], { env })).toEqual({ stdout: '', stderr: '' });
  } finally {
    await rm(path, { force: true });
  }
});
