import { mkdir, mkdtemp, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type PostgresServer, startPostgres, wallBefore } from '@wardseal/testkit/node';
import { StartError } from './settings.js';

// PostgreSQL refuses root, so root's server runs as `nobody`, who can go nowhere in root's home: there the data lie here.
const ELSEWHERE = '/var/lib/wardseal';
const NAME = 'wardseal';

/** A PostgreSQL of the app's own. */
export interface OwnDatabase {
  readonly url: string;
  readonly folder: string;
  /** Settles when it ends without having been told to, with its last words. */
  readonly died: Promise<string>;
  stop(): Promise<void>;
}

/** Starts PostgreSQL on the data in DATA_DIR/pg, made the first time. */
export async function ownDatabase(dataDir: string): Promise<OwnDatabase> {
  const folder = await folderFor(join(dataDir, 'pg'));
  const server: PostgresServer = await startPostgres({ folder }).catch((error: Error) => {
    throw new StartError(`PostgreSQL does not start on ${folder}: ${error.message}`, { cause: error });
  });
  await server.ensureDatabase(NAME);
  return { url: server.connectionString(NAME), folder, died: server.died, stop: () => server.stop() };
}

/**
 * Where the server's user can get to: DATA_DIR/pg itself, or a folder elsewhere that DATA_DIR/pg is a link to. The link is
 * what counts: whoever deletes DATA_DIR starts anew, with a new folder.
 */
async function folderFor(wanted: string): Promise<string> {
  const linked = await readlink(wanted).catch(() => undefined);
  if (linked !== undefined) return linked;
  if (process.getuid?.() !== 0 || (await wallBefore(wanted)) === undefined) return wanted;
  await mkdir(ELSEWHERE, { recursive: true, mode: 0o755 });
  const folder = await mkdtemp(join(ELSEWHERE, 'pg-'));
  await symlink(folder, wanted);
  return folder;
}
