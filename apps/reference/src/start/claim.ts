import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { StartError } from './settings.js';

/** Takes the data for ourselves until the returned function is called or this process ends, however it ends. */
export async function claim(dataDir: string): Promise<() => Promise<void>> {
  const path = join(dataDir, 'run/start.sock');
  if (await answers(path)) throw new StartError(`another start is running on ${dataDir}; stop it or set DATA_DIR`);
  // Of a start that was killed: nobody listens on it.
  await rm(path, { force: true });
  const server = await listen(createServer(), { path });
  return () => close(server);
}

/** A port of this machine that nobody listens on: the one asked for, or any for 0. */
export async function freePort(port: number): Promise<number> {
  const server = await listen(createServer(), { port, host: '127.0.0.1' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE')
      throw new StartError(
        `port ${port} is taken by another program; choose another, as in PORT=${port + 1} npm start`,
      );
    if (error.code === 'EACCES')
      throw new StartError(`port ${port} needs an administrator; choose one above 1023, as in PORT=4000 npm start`);
    throw error;
  });
  const address = server.address();
  await close(server);
  return typeof address === 'object' && address !== null ? address.port : port;
}

async function listen(server: Server, at: { path: string } | { port: number; host: string }): Promise<Server> {
  server.listen(at);
  await once(server, 'listening');
  return server.unref();
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
