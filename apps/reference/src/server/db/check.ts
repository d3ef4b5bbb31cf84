import { UnsafeConfig } from '../config.js';
import type { Db } from './pool.js';

/**
 * Makes sure that what the database acknowledges is on its disk.
 *
 * @throws UnsafeConfig for PGlite, and for a server that was told not to wait for its disk
 */
export async function checkDurable(db: Db): Promise<void> {
  const [row] = await db.query<{ version: string; fsync: string; commit: string; pages: string }>(
    `SELECT version(), current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
       current_setting('full_page_writes') AS pages`,
  );
  if (/wasm|emscripten/i.test(row?.version ?? ''))
    throw new UnsafeConfig('DATABASE_URL leads to PGlite, which loses acknowledged data: use PostgreSQL');
  if (row?.fsync !== 'on' || row.pages !== 'on' || row.commit === 'off')
    throw new UnsafeConfig(
      'the database acknowledges before its disk does: set fsync, full_page_writes and synchronous_commit to on',
    );
}
