import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { logSigner } from '@wardseal/audit';
import { serveWitness } from '@wardseal/audit/witness';
import { readJson } from '../custodian/files.js';
import { parseTrustConfig } from '../wire/trust-config.js';

// The demo's witness: a process, a key and a memory of its own. In earnest it belongs to another organisation.
const dataDir = resolve(process.env['DATA_DIR'] ?? './data');
const folder = join(dataDir, 'witness');
const { skey } = (await readJson(join(folder, 'key.json'))) as { skey: string };
const names = (await readdir(join(dataDir, 'trusts'))).filter((name) => /^[A-Z0-9]{3,9}\.json$/.test(name));
const trusts = await Promise.all(
  names.map(async (name) => parseTrustConfig(await readJson(join(dataDir, 'trusts', name)))),
);
const witness = await serveWitness({
  signer: await logSigner(skey),
  logs: trusts.flatMap(({ logs }) => logs.keys),
  folder: join(folder, 'seen'),
  port: Number(process.env['WITNESS_PORT'] ?? 0),
});
process.stdout.write(`listening ${witness.url}\n`);
const stop = () => void witness.close().then(() => process.exit(0));
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
