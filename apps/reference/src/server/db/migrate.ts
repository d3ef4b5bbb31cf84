import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { APP_FOLDER } from '../paths.js';
import type { Db } from './pool.js';

/** Of this app: whoever starts second waits until the first is through. */
const LOCK = 0x5741_5244;
const FOLDER = join(APP_FOLDER, 'src/server/db/migrations');

/**
 * Brings the database to the newest shape: each numbered file once, in order, all or none. Several nodes may start at
 * once. A database that is newer than this program is refused.
 *
 * @throws Error when the database has a step that this program does not know
 */
export async function migrate(db: Db, folder: string = FOLDER): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const steps = await Promise.all(
    files.map(async (name) => ({ name, sql: await readFile(join(folder, name), 'utf8') })),
  );
  await db.tx(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await tx.query(
      'CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())',
    );
    const done = new Set((await tx.query<{ name: string }>('SELECT name FROM migrations')).map(({ name }) => name));
    const unknown = [...done].find((name) => !files.includes(name));
    if (unknown !== undefined) throw new Error(`the database is newer than this program: it has ${unknown}`);
    for (const { name, sql } of steps.filter((step) => !done.has(step.name))) {
      await tx.query(sql);
      await tx.query('INSERT INTO migrations (name) VALUES ($1)', [name]);
    }
  });
}
