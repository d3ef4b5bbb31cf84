import { isAbsolute, join, resolve } from 'node:path';
import { APP_FOLDER } from '../server/paths.js';

/** What `npm start` is told by the environment. */
export interface Settings {
  readonly dataDir: string;
  /** 0: any that is free. */
  readonly port: number;
  /** A PostgreSQL of the trust's own in place of ours. */
  readonly databaseUrl: string | undefined;
  /** Where browsers find us, when that is not this machine: https, with a proxy of the trust's in front. */
  readonly origin: string | undefined;
}

/** Why it does not start; its message is all that the person who started us needs to see. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

const PORT = 4000;
// A path of a socket may have 103 bytes on macOS and 107 on Linux; our longest needs this many beyond DATA_DIR.
const SOCKET_PATH = 103;
const BEYOND = '/custodian/ZZZ01/invite.sock'.length;

/**
 * Reads the settings.
 *
 * @param env - the environment
 * @throws {StartError} naming the variable and what it may be
 */
export function settingsOf(env: Readonly<Record<string, string | undefined>>): Settings {
  const port = env['PORT'] === undefined || env['PORT'] === '' ? PORT : Number(env['PORT']);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new StartError('PORT is a number from 0 to 65535');
  // npm and pnpm change the folder; where the person stood is in INIT_CWD.
  const stood = env['INIT_CWD'] ?? process.cwd();
  const given = env['DATA_DIR'];
  const dataDir = given ? (isAbsolute(given) ? resolve(given) : resolve(stood, given)) : join(APP_FOLDER, '../../data');
  const room = SOCKET_PATH - BEYOND;
  if (Buffer.byteLength(dataDir) > room)
    throw new StartError(
      `the path of the data is too long for sockets in it; set DATA_DIR to one of at most ${room} bytes`,
    );
  return { dataDir, port, databaseUrl: env['DATABASE_URL'] || undefined, origin: env['ORIGIN'] || undefined };
}
