import { join, resolve } from 'node:path';
import { serveRecord } from './serve.js';

const folder = join(resolve(process.env['DATA_DIR'] ?? './data'), 'record');
const record = await serveRecord({ folder, port: Number(process.env['RECORD_PORT'] ?? 0) });
process.stdout.write(`listening ${record.url}\n`);
const stop = () => void record.close().then(() => process.exit(0));
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
