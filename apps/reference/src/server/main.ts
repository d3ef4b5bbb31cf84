import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { type ConfigBeforePort, readConfig, UnsafeConfig, withPort } from './config.js';
import { checkDurable } from './db/check.js';
import { migrate } from './db/migrate.js';
import { createDb } from './db/pool.js';
import { createApp } from './http/app.js';
import { loadAssets } from './http/assets.js';
import { startJobs } from './jobs/runner.js';
import { folderBlobs } from './wiring/blobs.js';
import { openHeaders } from './wiring/headers.js';
import { openTrusts } from './wiring/trust.js';

/** Requests under way get this long when the service stops, ms. */
const STOP_WITHIN = 5_000;
/** A payload of 110 MB from a ward's slow network, ms. */
const REQUEST_WITHIN = 10 * 60_000;

/** Plain http is for one machine, so nobody treats patients there. */
const DEMO = 'A demo on this machine. Not for real patients.';

async function start(): Promise<void> {
  const early = await readConfig(process.env);
  const db = createDb(early.databaseUrl);
  await checkDurable(db);
  await migrate(db);
  const { server, port } = await listen(early);
  // Who asks before all is open waits for it: a request that nobody listens for would never be answered.
  const waiting: [IncomingMessage, ServerResponse][] = [];
  const wait = (...asked: [IncomingMessage, ServerResponse]): void => void waiting.push(asked);
  server.on('request', wait);
  const config = withPort(early, port);
  const clock = { now: Date.now };
  const assets = await loadAssets(config.origin.startsWith('https:') ? null : DEMO);
  const trusts = await openTrusts(config, db, clock);
  const blobs = folderBlobs(join(config.dataDir, 'blobs'));
  const erase = openHeaders(join(config.dataDir, 'erase'));
  const app = { config, db, trusts, blobs, erase, clock, assets };
  const answer = getRequestListener(createApp(app).fetch);
  server.off('request', wait).on('request', answer);
  for (const asked of waiting) void answer(...asked);
  const jobs = startJobs(app);
  console.log(`listening ${config.origin}`);

  const stop = async (): Promise<void> => {
    setTimeout(() => process.exit(1), STOP_WITHIN).unref();
    server.close();
    server.closeIdleConnections();
    await jobs.stop();
    await Promise.all([...trusts.values()].map(({ log }) => log.close()));
    erase.close();
    await db.close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
}

/** Takes the port before anything else is opened: what is written of the origin must be where it really is. */
function listen({ port, host }: ConfigBeforePort): Promise<{ server: Server; port: number }> {
  const server = createServer({ requestTimeout: REQUEST_WITHIN });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve({ server, port: (server.address() as AddressInfo).port }));
  });
}

start().catch((error: unknown) => {
  const { message = 'failed', code = '' } = error as { message?: string; code?: string };
  console.error(error instanceof UnsafeConfig ? `not started: ${message}` : `not started: ${code} ${message}`);
  process.exit(1);
});
