import { resolve } from 'node:path';
import { runCeremony } from './ceremony.js';

const dataDir = resolve(process.env['DATA_DIR'] ?? './data');
await runCeremony({ dataDir });
process.stdout.write(`the trusts of the demo are ready in ${dataDir}\n`);
