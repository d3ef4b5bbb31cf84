import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { APP_FOLDER } from '../server/paths.js';
import { StartError } from './settings.js';

// A program that has not said it listens by then will not, ms; a busy machine needs seconds.
const READY_WITHIN = 60_000;
// An orderly end may take this long, ms: requests under way, a checkpoint.
const END_WITHIN = 5000;
const LAST_WORDS = 20;
// How a program says that it does: with its address, where it has one.
const LISTENING = /^listening ?(\S*)$/;

/** How a program is started. */
export interface ProgramOptions {
  /** As people know it. */
  readonly name: string;
  /** The file in dist, without its ending. */
  readonly file: string;
  readonly words?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Every line it says, of either output. */
  readonly heard: (line: string) => void;
}

/** One of the app's programs in a process of its own. It ends with us, however we end. */
export class Program {
  readonly name: string;
  readonly #options: ProgramOptions;
  #child: ChildProcess | undefined;
  #said: string[] = [];
  #wanted = false;
  #ready: (address: string) => void = () => undefined;
  #died: (program: Program) => void = () => undefined;

  constructor(options: ProgramOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Called when it ends without having been told to. */
  onDeath(told: (program: Program) => void): void {
    this.#died = told;
  }

  /** What it said last. */
  get lastWords(): string {
    return this.#said.slice(-LAST_WORDS).join('\n');
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Starts it and waits until it says `listening`; gives the address after that word, if it names one. Rejects (StartError)
   * with its last words when it ends before, or takes too long.
   */
  async start(): Promise<string> {
    const ready = new Promise<string>((resolve) => {
      this.#ready = resolve;
    });
    const child = this.#spawn();
    const slow = AbortSignal.timeout(READY_WITHIN);
    const failed = Promise.race([
      once(child, 'exit').then(([code, signal]) => `ended with ${signal ?? `code ${code}`}`),
      once(slow, 'abort').then(() => 'did not get ready'),
    ]).then((what) => {
      throw new StartError(`${this.name} ${what}:\n${this.lastWords}`);
    });
    const address = await Promise.race([ready, failed]);
    failed.catch(() => undefined);
    this.#wanted = true;
    return address;
  }

  /** Runs it to its end. Rejects (StartError) with its last words unless that is a good one. */
  async run(): Promise<void> {
    const [code, signal] = await once(this.#spawn(), 'exit');
    this.#child = undefined;
    if (code !== 0) throw new StartError(`${this.name} ended with ${signal ?? `code ${code}`}:\n${this.lastWords}`);
  }

  /** Ends it: politely, and after a while not. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#wanted = false;
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    const impatient = setTimeout(() => child.kill('SIGKILL'), END_WITHIN);
    await gone;
    clearTimeout(impatient);
  }

  #spawn(): ChildProcess {
    const { file, words = [], env } = this.#options;
    const dist = join(APP_FOLDER, 'dist');
    const child = spawn(process.execPath, ['--import', join(dist, 'leash.js'), join(dist, `${file}.js`), ...words], {
      env: { ...env },
      // The pipe to it is the leash: it closes when we are gone.
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C goes to us, and we end the others in order.
      detached: true,
    });
    this.#said = [];
    for (const input of [child.stdout, child.stderr])
      createInterface({ input }).on('line', (line) => {
        const [, address] = LISTENING.exec(line) ?? [];
        if (address !== undefined) return this.#ready(address);
        this.#said.push(line);
        this.#options.heard(line);
      });
    child.on('error', (error) => this.#said.push(error.message));
    child.once('exit', () => {
      if (this.#child === child && this.#wanted) this.#died(this);
    });
    this.#child = child;
    return child;
  }
}
