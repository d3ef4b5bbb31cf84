import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from './app.js';
import type { Trust } from './trust.js';

/** One protection: whether this deployment has it, and what was found. */
export interface Finding {
  readonly what: string;
  readonly enforced: boolean;
  readonly found: string;
}

/** Looks at the running configuration: how pages come, where data lies, who can read which folder, what each trust has. */
export async function checkDeployment(app: App): Promise<Finding[]> {
  const { config, db } = app;
  const https = config.origin.startsWith('https:');
  const [commit] = await db.query<{ away: boolean; standby: boolean; encrypted: boolean }>(
    `SELECT inet_server_addr() IS NOT NULL AND NOT inet_server_addr() <<= '127.0.0.0/8' AS away,
       EXISTS (SELECT FROM pg_stat_replication) AS standby,
       coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS encrypted`,
  );
  const { away = false, standby = false, encrypted = false } = commit ?? {};
  const root = process.getuid?.() === 0;
  const own: Finding[] = [
    https
      ? yes('Encrypted connections', `Pages come from ${config.origin}, and browsers are told to accept nothing else.`)
      : no('Encrypted connections', `Pages come from ${config.origin}: plain http, which is for this one machine.`),
    yes('A passkey that verified its user', 'Every sign-in. There is no password and no other way in.'),
    no(
      'Copied passkeys',
      'A passkey that is kept in step over several devices counts nothing, so a copy is not noticed.',
    ),
    away && !encrypted
      ? no('Encrypted database connection', 'The database is on another machine and the connection is in the clear.')
      : yes('Encrypted database connection', away ? 'TLS to another machine.' : 'The database is on this machine.'),
    yes('Acknowledged data is on disk', 'The database waits for its disk (fsync), which was checked at the start.'),
    standby
      ? yes('A second copy of the database', 'At least one standby follows.')
      : no(
          'A second copy of the database',
          'No standby follows: one disk that breaks takes the items that are not filed.',
        ),
    root
      ? no('Least privilege', 'This server runs as root: it should run as a user of its own.')
      : yes('Least privilege', 'This server does not run as root.'),
    no(
      'Pinned client',
      'Pages and their scripts come from this server: whoever controls it can change them. Managed devices should run a pinned client.',
    ),
  ];
  const trusts = await Promise.all([...app.trusts.values()].map((trust) => ofTrust(app, trust)));
  return [...own, ...trusts.flat()];
}

async function ofTrust({ config, db }: App, trust: Trust): Promise<Finding[]> {
  const { organisation: org, name } = trust.config;
  const readable = (folder: string): Promise<boolean> =>
    access(join(config.dataDir, folder, org), constants.R_OK | constants.X_OK).then(
      () => true,
      () => false,
    );
  const [custodian, guardians] = await Promise.all([readable('custodian'), readable('guardians')]);
  const log = await trust.log.current().then(
    (current) => current.witnessState(),
    () => 'down' as const,
  );
  const [waiting] = await db.query<{ waiting: number }>(
    'SELECT count(*)::int AS waiting FROM audit_outbox WHERE org = $1',
    [org],
  );
  const { document } = trust.pack;
  const missing = Object.values(document.sources).filter(({ configured }) => !configured);
  return [
    custodian
      ? no(
          `${name}: the custodian apart`,
          'This server’s user can read the custodian’s folder: give each a user of its own.',
        )
      : yes(`${name}: the custodian apart`, 'This server’s user cannot read the custodian’s folder.'),
    guardians
      ? no(`${name}: guardians offline`, 'Root key and guardians’ seats lie on this machine, as a demo has them.')
      : yes(`${name}: guardians offline`, 'No guardian’s key can be read here.'),
    witnessFinding(`${name}: a witness of the log`, log, trust.config.witnessUrl),
    yes(
      `${name}: the policy`,
      `Version ${document.version}, signed by two guardians, with its invariants proved at the start.`,
    ),
    missing.length === 0
      ? yes(`${name}: evidence for the policy`, 'All that its rules ask for.')
      : no(
          `${name}: evidence for the policy`,
          `Nothing here says this, so rules that need it are not enforced: ${missing.map(({ title }) => title).join('; ')}.`,
        ),
    no(`${name}: a second person at enrolment`, 'The custodian confirms a new key by itself.'),
    no(
      `${name}: assessment of this app`,
      `“${trust.config.channel}” by configuration: nobody’s signed assessment was read.`,
    ),
    (waiting?.waiting ?? 0) === 0
      ? yes(`${name}: everything is in the log`, 'No event waits to be delivered.')
      : no(`${name}: everything is in the log`, `${waiting?.waiting} events wait to be delivered.`),
  ];
}

function witnessFinding(
  what: string,
  state: 'down' | null | { readonly unwitnessedSince: number | null },
  url: string,
): Finding {
  if (state === 'down') return no(what, 'The log takes no entries now: nothing can be viewed.');
  if (state === null) return no(what, 'None: whoever runs the log could rewrite it unseen.');
  if (state.unwitnessedSince !== null)
    return no(
      what,
      `Nobody has signed the log’s newest entries since ${new Date(state.unwitnessedSince).toISOString()}.`,
    );
  const near = ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);
  return near
    ? no(what, 'It signs, but it runs on this machine: a witness belongs to another organisation.')
    : yes(what, `${new URL(url).host} has signed the newest entries.`);
}

const yes = (what: string, found: string): Finding => ({ what, enforced: true, found });
const no = (what: string, found: string): Finding => ({ what, enforced: false, found });
