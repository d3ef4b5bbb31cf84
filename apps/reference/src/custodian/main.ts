import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startCustodian } from './custodian.js';
import { openCustody } from './custody.js';
import { askForLink } from './invite.js';

// custodian.js ORG            runs the custodian of a trust
// custodian.js invite ORG ID  prints a new enrolment link, from the one that runs
const dataDir = resolve(process.env['DATA_DIR'] ?? './data');
const say = (line: string) => void process.stdout.write(`${line}\n`);
const [first = '', organisation = first, person = ''] = process.argv.slice(2);
const folder = join(dataDir, 'custodian', organisation);

async function invite(): Promise<void> {
  const link = await askForLink(join(folder, 'own.sock'), person);
  say(link ?? `nobody of ${organisation} is called ${person}`);
  process.exitCode = link === null ? 1 : 0;
}

async function run(): Promise<void> {
  await mkdir(join(dataDir, 'run'), { recursive: true });
  const origin = process.env['ORIGIN'] ?? 'http://localhost:4000';
  const custody = await openCustody({ folder, origin, recordUrl: process.env['RECORD_URL'] ?? '' });
  const custodian = await startCustodian({
    custody,
    socketPath: join(dataDir, 'run', `${organisation}.sock`),
    journalFolder: join(dataDir, 'emergency', organisation),
    say,
  });
  say(`listening ${organisation}`);
  for (const { id, name } of custody.staff) {
    const link = custodian.links.get(id);
    if (link !== undefined) say(`${organisation} ${id} ${name}: ${link}`);
  }
  const stop = () => void custodian.close().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

try {
  await (first === 'invite' ? invite() : run());
} catch (error) {
  process.stderr.write(`not started: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
