// Starts a server, says where, and waits to be killed.
import { join } from 'node:path';
import { startPostgres } from '../../dist/node.js';

const server = await startPostgres();
process.send(join(server.host, '..'));
