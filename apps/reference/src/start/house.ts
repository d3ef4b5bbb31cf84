import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setUrls } from '../ceremony/set-urls.js';
import { claim, freePort } from './claim.js';
import { type OwnDatabase, ownDatabase } from './database.js';
import { Program, type ProgramOptions } from './program.js';
import type { Settings } from './settings.js';

/** Everything of the demo, running on this machine. */
export interface House {
  /** Where a browser finds it. */
  readonly origin: string;
  /** Where the database's data lie, where it is ours. */
  readonly databaseFolder: string | undefined;
  /** The programs by name, in the order in which they were started. */
  readonly programs: ReadonlyMap<string, Program>;
  /** Settles when one of them ends without having been told to: which, and its last words. */
  readonly died: Promise<string>;
  /** Ends them all, the last one first. Twice is harmless. */
  stop(): Promise<void>;
}

/** Who hears what. */
export interface Listeners {
  /** A step is done: what runs, and where. */
  readonly done: (what: string, where: string) => void;
  /** A step begins that may take seconds. */
  readonly begun: (what: string) => void;
  /** A program said a line. */
  readonly heard: (program: string, line: string) => void;
}

// Of our own environment, what a program may need of the machine; everything else it is told is in its own list.
const MACHINE = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ'];
// Settings that are the web server's own affair.
const SERVER = ['AUDIT_DIR', 'HOST', 'PHONE', 'PROXIES'];

/**
 * Starts database, witness, record, one custodian a trust and the web server, each in a process of its own.
 *
 * @param settings - where the data are, and which port
 * @param listeners - who hears how far it is
 * @returns the running house
 * @throws {StartError} when somebody has to put something right first
 */
export async function bringUp(settings: Settings, listeners: Listeners): Promise<House> {
  const { dataDir } = settings;
  const opened: (() => Promise<void>)[] = [];
  const programs = new Map<string, Program>();
  let tellDeath: (words: string) => void = () => undefined;
  const died = new Promise<string>((resolve) => {
    tellDeath = resolve;
  });
  const stop = async (): Promise<void> => {
    for (let close = opened.pop(); close !== undefined; close = opened.pop()) await close();
  };
  const program = (name: string, options: Omit<ProgramOptions, 'name' | 'heard'>): Program => {
    const made = new Program({ ...options, name, heard: (line) => listeners.heard(name, line) });
    made.onDeath(() => tellDeath(`${name} has ended:\n${made.lastWords}`));
    programs.set(name, made);
    opened.push(() => made.stop());
    return made;
  };

  try {
    // Readable to others, so that PostgreSQL's user gets through; what is secret lies in folders that are not.
    await mkdir(join(dataDir, 'run'), { recursive: true, mode: 0o755 });
    opened.push(await claim(dataDir));
    const port = await freePort(settings.port);
    const origin = settings.origin ?? `http://localhost:${port}`;
    const base = { ...taken(MACHINE), DATA_DIR: dataDir };

    listeners.begun('keys, policy and people of the two trusts; the database');
    const ceremony = new Program({
      name: 'ceremony',
      file: 'ceremony',
      env: base,
      heard: () => undefined,
    });
    const database = settings.databaseUrl === undefined ? ownDatabase(dataDir) : undefined;
    database?.catch(() => undefined);
    await ceremony.run();
    listeners.done('trusts', join(dataDir, 'trusts'));
    const own: OwnDatabase | undefined = await database;
    if (own !== undefined) {
      opened.push(() => own.stop());
      void own.died.then((words) => tellDeath(`the database has ended:\n${words}`));
    }
    listeners.done('database', own === undefined ? 'of DATABASE_URL' : `PostgreSQL on ${own.folder}`);

    const ports = { WITNESS_PORT: String(await freePort(0)), RECORD_PORT: String(await freePort(0)) };
    const [witnessUrl, recordUrl] = await Promise.all([
      program('witness', { file: 'witness', env: { ...base, WITNESS_PORT: ports.WITNESS_PORT } }).start(),
      program('record', { file: 'record', env: { ...base, RECORD_PORT: ports.RECORD_PORT } }).start(),
    ]);
    await setUrls({ dataDir, witnessUrl, recordUrl });
    listeners.done('witness', witnessUrl);
    listeners.done('record', recordUrl);

    const trusts = (await readdir(join(dataDir, 'trusts'))).flatMap(
      (name) => /^([A-Z0-9]+)\.json$/.exec(name)?.[1] ?? [],
    );
    await Promise.all(
      trusts.sort().map(async (trust) => {
        await program(`custodian ${trust}`, {
          file: 'custodian',
          words: [trust],
          env: { ...base, ORIGIN: origin },
        }).start();
        listeners.done(`custodian ${trust}`, join(dataDir, `run/${trust}.sock`));
      }),
    );

    const env = {
      ...base,
      ...taken(SERVER),
      PORT: String(port),
      ORIGIN: origin,
      DATABASE_URL: own?.url ?? settings.databaseUrl ?? '',
    };
    const server = program('server', { file: 'server', env });
    listeners.done('server', await server.start());
    return { origin, databaseFolder: own?.folder, programs, died, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Those of the environment's variables that are set. */
function taken(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
