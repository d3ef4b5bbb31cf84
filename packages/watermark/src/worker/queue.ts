import { WatermarkError } from '../errors.js';
import { fromFault } from './fault.js';
import { type Answer, jobOf, type Request } from './protocol.js';
import { type BrowserWorker, listenTo, type NodeWorker, type Thread, uncloneable } from './thread.js';

/** One call that waits or runs. */
export interface Job {
  readonly request: Request;
  readonly transfer: ArrayBuffer[];
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((done: number) => void) | undefined;
}

interface Entry extends Job {
  readonly settle: (how: { readonly result: unknown } | { readonly error: unknown }) => void;
}

/**
 * Calls one after the other on one worker. The worker holds one call at a time, so that ending it (the only way to stop
 * a computation) costs no other call.
 */
export class Queue {
  readonly #start: () => BrowserWorker | NodeWorker;
  #thread: Thread | null = null;
  #running: Entry | null = null;
  #waiting: Entry[] = [];
  #closed = false;

  constructor(start: () => BrowserWorker | NodeWorker) {
    this.#start = start;
    this.#thread = this.#listen();
  }

  add(job: Job): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { signal } = job;
      if (signal?.aborted) return reject(signal.reason);
      if (this.#closed) return reject(closed());
      const abort = (): void => this.#abort(entry);
      const entry: Entry = {
        ...job,
        settle: (how) => {
          signal?.removeEventListener('abort', abort);
          if ('result' in how) resolve(how.result);
          else reject(how.error);
        },
      };
      signal?.addEventListener('abort', abort);
      this.#waiting.push(entry);
      this.#next();
    });
  }

  close(): void {
    this.#closed = true;
    this.#end();
    const entries = [...(this.#running ? [this.#running] : []), ...this.#waiting];
    this.#running = null;
    this.#waiting = [];
    for (const { settle } of entries) settle({ error: closed() });
  }

  #next(): void {
    while (this.#running === null) {
      const entry = this.#waiting.shift();
      if (entry === undefined) return;
      try {
        this.#thread ??= this.#listen();
        this.#thread.send(entry.request, entry.transfer);
        this.#running = entry;
      } catch (cause) {
        entry.settle({ error: uncloneable(cause) ?? failed(cause) });
      }
    }
  }

  #listen(): Thread {
    const thread = listenTo(
      this.#start(),
      (data) => this.#receive(data),
      (cause) => {
        if (this.#thread !== thread) return;
        this.#end();
        this.#finish({ error: failed(cause) });
      },
    );
    return thread;
  }

  #receive(data: unknown): void {
    const entry = this.#running;
    if (entry === null || jobOf(data) !== entry.request.job) return;
    const answer = data as Answer;
    if ('done' in answer) this.#report(entry, answer.done);
    else this.#finish('fault' in answer ? { error: fromFault(answer.fault) } : { result: answer.result });
  }

  /** A listener that throws ends its call, as it would on one thread. */
  #report(entry: Entry, done: number): void {
    try {
      entry.onProgress?.(done);
    } catch (error) {
      this.#end();
      this.#finish({ error });
    }
  }

  #finish(how: Parameters<Entry['settle']>[0]): void {
    const entry = this.#running;
    this.#running = null;
    entry?.settle(how);
    this.#next();
  }

  #abort(entry: Entry): void {
    const how = { error: entry.signal?.reason };
    if (entry === this.#running) {
      this.#end();
      this.#finish(how);
    } else {
      this.#waiting = this.#waiting.filter((one) => one !== entry);
      entry.settle(how);
    }
  }

  #end(): void {
    const thread = this.#thread;
    this.#thread = null;
    thread?.end();
  }
}

/** What calls are told that `close` ended, or that come after it. */
export const closed = (): WatermarkError => new WatermarkError('WORKER_CLOSED', 'the worker was closed');

const failed = (cause: unknown): WatermarkError =>
  new WatermarkError('WORKER_FAILED', 'the worker could not be started or ended by itself', { cause });
