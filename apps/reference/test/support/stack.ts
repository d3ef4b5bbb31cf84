import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bringUp, type House } from '../../src/start/house.js';
import type { Program } from '../../src/start/program.js';

/** The whole app, each of its programs in a process of its own, as `npm start` runs it; for a test to use and to break. */
export interface Stack {
  readonly url: string;
  readonly dataDir: string;
  /** Enrolment links by person, as the custodians have printed them so far; a later one takes the place of an earlier. */
  readonly links: ReadonlyMap<string, string>;
  /** Everything the programs have said so far, each line after the name of its program. */
  output(): string;
  /** kill -9 of a program: `server`, `custodian ZZZ01`, `witness`, `record`. It stays down. */
  kill(name: string): Promise<void>;
  /** Ends a program, politely if it still runs, and starts it again as it was. */
  restart(name: string): Promise<void>;
  /** Ends all, and removes the data unless the test brought its own folder. */
  stop(): Promise<void>;
}

/** Settings of `startStack`. */
export interface StackOptions {
  /** Data to go on with; kept. */
  readonly dataDir?: string;
  /** A database of the test's own in place of the app's, so that the test can crash it. */
  readonly databaseUrl?: string;
  /** Any free one unless given. */
  readonly port?: number;
}

/** Starts the app on fresh data, or on data given. */
export async function startStack({ dataDir, databaseUrl, port = 0 }: StackOptions = {}): Promise<Stack> {
  const folder = dataDir ?? (await freshFolder());
  const said: string[] = [];
  const links = new Map<string, string>();
  const clear = async (): Promise<void> => {
    if (dataDir === undefined) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  let house: House;
  try {
    house = await bringUp(
      { dataDir: folder, port, databaseUrl, origin: undefined },
      {
        begun: () => undefined,
        done: () => undefined,
        heard: (program, line) => {
          said.push(`${program} | ${line}`);
          const [, person, link] = /^[A-Z0-9]+ (\S+) .*: (https?:\/\/\S+\/enrol#\S+)$/.exec(line) ?? [];
          if (person !== undefined && link !== undefined) links.set(person, link);
        },
      },
    );
  } catch (error) {
    await clear();
    throw error;
  }
  const named = (name: string): Program => {
    const program = house.programs.get(name);
    if (program === undefined) throw new Error(`there is no ${name}, only ${[...house.programs.keys()].join(', ')}`);
    return program;
  };
  return {
    url: house.origin,
    dataDir: folder,
    links,
    output: () => said.join('\n'),
    kill: (name) => named(name).stop('SIGKILL'),
    restart: async (name) => {
      await named(name).stop();
      await named(name).start();
    },
    stop: async () => {
      await house.stop();
      await clear();
    },
  };
}

/** A folder for the data, through which root's database, which runs as nobody, can go. */
export async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(process.getuid?.() === 0 ? '/tmp' : tmpdir(), 'wardseal-app-'));
  await chmod(folder, 0o755);
  return folder;
}
