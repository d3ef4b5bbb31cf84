import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { createDb } from '../../src/server/db/pool.js';

const AUTHENTICATED = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]);
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);
const FIELDS = 'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0';
const KILLED = Buffer.concat([Buffer.from([0x45, 0, 0, 0, FIELDS.length + 4]), Buffer.from(FIELDS)]);

// A database that is killed as it takes a connection: that it is ready and that it ends come in one segment.
test('a connection that ends in the same breath in which it is ready is a database that is down, and ends nobody', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(Buffer.concat([AUTHENTICATED, READY, KILLED])));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const db = createDb(`postgres://nobody@127.0.0.1:${(server.address() as AddressInfo).port}/none`);
  try {
    const down = { status: 503, code: 'DATABASE_DOWN' };
    await expect(db.tx((tx) => tx.query('SELECT 1'))).rejects.toMatchObject(down);
    await expect(db.query('SELECT 1')).rejects.toMatchObject(down);
  } finally {
    await db.close();
    server.close();
  }
});
