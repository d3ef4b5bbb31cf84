import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { clientAddress } from '@wardseal/policy/place';

/** How this node runs, from the environment. Nothing unsafe gets this far. */
export interface Config {
  readonly port: number;
  /** The address it listens on: loopback unless the origin is https. */
  readonly host: string;
  readonly dataDir: string;
  readonly databaseUrl: string;
  /** As a browser sends it, `http://localhost:4000`. */
  readonly origin: string;
  /** The WebAuthn relying party: the origin's host name. */
  readonly rpId: string;
  readonly auditDir: string;
  /** What to ring when nothing here answers. */
  readonly phone: string;
  /** Blocks of addresses of our own proxies, whose word on who asks is taken. */
  readonly proxies: readonly string[];
}

/** What the environment says; the origin may only be known once the port is. */
export type ConfigBeforePort = Omit<Config, 'origin' | 'rpId'> & { readonly givenOrigin: string | null };

/** A setting that would make this service unsafe: the start ends with this one line. */
export class UnsafeConfig extends Error {
  override readonly name = 'UnsafeConfig';
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1', '[::1]']);

/**
 * Reads the environment: PORT (4000; 0 for any), HOST, DATA_DIR (./data), DATABASE_URL, ORIGIN, AUDIT_DIR, PHONE, PROXIES
 * (blocks as 10.0.0.0/24, with commas between).
 *
 * @throws UnsafeConfig for plain http beyond loopback, a database reached in the clear, and folders that cannot be written
 */
export async function readConfig(env: NodeJS.ProcessEnv): Promise<ConfigBeforePort> {
  const port = Number(env['PORT'] ?? 4000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new UnsafeConfig('PORT must be a number up to 65535');
  const givenOrigin = env['ORIGIN'] === undefined ? null : checkOrigin(env['ORIGIN']);
  const host = env['HOST'] ?? '127.0.0.1';
  if (!LOOPBACK.has(host) && !givenOrigin?.startsWith('https:'))
    throw new UnsafeConfig('HOST is not loopback, so ORIGIN must be https');
  const dataDir = resolve(env['DATA_DIR'] ?? 'data');
  const auditDir = resolve(env['AUDIT_DIR'] ?? join(dataDir, 'audit'));
  for (const folder of [dataDir, auditDir, join(dataDir, 'blobs'), join(dataDir, 'erase')]) await checkFolder(folder);
  const databaseUrl = checkDatabase(env['DATABASE_URL'] ?? '');
  const proxies = checkProxies(env['PROXIES'] ?? '');
  return { port, host, dataDir, databaseUrl, auditDir, phone: env['PHONE'] ?? 'the switchboard', proxies, givenOrigin };
}

/** The whole, once the server listens on `port`. */
export function withPort({ givenOrigin, ...rest }: ConfigBeforePort, port: number): Config {
  const origin = givenOrigin ?? `http://localhost:${port}`;
  return { ...rest, port, origin, rpId: new URL(origin).hostname };
}

function checkOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.origin !== text)
    throw new UnsafeConfig('ORIGIN must be like https://pictures.example, no more');
  if (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname))) return text;
  throw new UnsafeConfig('ORIGIN must be https: plain http is for this machine alone (localhost)');
}

function checkDatabase(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^postgres(?:ql)?:$/.test(url.protocol))
    throw new UnsafeConfig('DATABASE_URL must be a postgres:// address');
  // A name that is a path, or none, is a socket on this machine.
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname);
  const near = host === '' || host.startsWith('/') || LOOPBACK.has(host);
  if (!near && url.searchParams.get('sslmode') !== 'verify-full')
    throw new UnsafeConfig('DATABASE_URL goes over a network, so it must say sslmode=verify-full');
  return text;
}

function checkProxies(text: string): string[] {
  const proxies = text.split(',').filter((block) => block !== '');
  try {
    clientAddress(undefined, undefined, proxies);
  } catch (cause) {
    throw new UnsafeConfig('PROXIES must be blocks of addresses, as 10.0.0.0/24', { cause });
  }
  return proxies;
}

async function checkFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new UnsafeConfig(`the folder ${folder} cannot be written`, { cause });
  }
}
