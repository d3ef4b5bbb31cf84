// Starts a server, in a folder that is kept if one is given, says where its temporary folder is, and waits to be killed.
import { join } from 'node:path';
import { startPostgres } from '../../dist/node.js';

const [folder] = process.argv.slice(2);
const server = await startPostgres(folder === undefined ? {} : { folder });
process.send(join(server.host, '..'));
process.on('message', () => undefined);
