import type { DecodeOptions, Lead } from '../decode.js';
import type { EmbedOptions, EmbedReport } from '../embed.js';
import type { MarkedPixels, Pixels } from '../image.js';
import { checkOptions } from '../options.js';
import type { TraceOptions, TraceReport } from '../trace.js';
import { collectCandidates, collectKeys, untilAborted } from './collect.js';
import { handOver, ownCopy } from './hand-over.js';
import { dataOptions, PROTOCOL, type Request, type Verb } from './protocol.js';
import { closed, Queue } from './queue.js';
import type { BrowserWorker, NodeWorker } from './thread.js';

export type { BrowserWorker, NodeWorker } from './thread.js';

/** What a call to the worker may ask beside the options of the function itself. */
export interface CallOptions {
  /** Ends the call at once: it rejects with the signal's reason, and a new worker takes the place of a busy one. */
  readonly signal?: AbortSignal;
  /** Hands the pictures' samples over instead of copying them: the caller's arrays are empty afterwards. Default false. */
  readonly transfer?: boolean;
}

/** The three functions on a thread of their own, and the end of it. */
export interface WatermarkWorker {
  embed(
    pixels: Pixels,
    options: EmbedOptions & CallOptions,
  ): Promise<{ readonly pixels: MarkedPixels; readonly report: EmbedReport }>;
  decode(suspect: Pixels, options: DecodeOptions & CallOptions): Promise<Lead>;
  trace(suspect: Pixels, original: Pixels, options: TraceOptions & CallOptions): Promise<TraceReport>;
  /** Ends the worker. Calls that wait or run reject with WORKER_CLOSED, and so does every later one. */
  close(): void;
}

/** Options that `collect.ts` turns into lists. */
const LISTS: readonly string[] = ['keys', 'candidates'];

type AnyOptions = CallOptions & { readonly onProgress?: (done: number) => void };

/**
 * `embed`, `decode` and `trace` on a worker's thread, so that a page stays free while they run: same arguments, same
 * answers, as promises. Calls run one after the other, in the order they
 * were made (a `trace` whose candidates come asynchronously, once they are there). Pictures are copied when the call is
 * made, or handed over with `transfer`; the marked picture comes back without a copy.
 *
 * @param start makes the worker from the script `@wardseal/watermark/worker`. Called once now, and again whenever
 * an aborted call or a failure has ended the worker and another call is made.
 * @returns the functions. Each rejects as the function itself throws, and: WORKER_FAILED: the worker could not be loaded
 * or ended by itself; WORKER_CLOSED: after `close`; the signal's reason when it aborts; TypeError: options that are
 * not plain data. The `cause` of an error stays in the worker.
 * @throws {TypeError} `start` is not a function.
 * @example
 * const url = new URL('/watermark/worker/worker.js', location.href);
 * const worker = startWorker(() => new Worker(url, { type: 'module' }));
 * const { pixels: marked } = await worker.embed(pixels, { chips });
 */
export function startWorker(start: () => BrowserWorker | NodeWorker): WatermarkWorker {
  if (typeof start !== 'function') throw new TypeError('start must be a function that makes the worker');
  const queue = new Queue(start);
  const closing = new AbortController();
  let jobs = 0;
  // Before a picture is handed over: a call that cannot be made must not cost it.
  const begin = ({ signal }: CallOptions): void => {
    signal?.throwIfAborted();
    closing.signal.throwIfAborted();
  };
  const call = (verb: Verb, pictures: Pixels[], options: AnyOptions, data: object): Promise<unknown> => {
    const { signal, onProgress } = options;
    const progress = onProgress !== undefined;
    const request = { protocol: PROTOCOL, job: jobs++, verb, pictures, options: data, progress } as Request;
    const transfer = pictures.map(({ data: samples }) => samples.buffer as ArrayBuffer);
    return queue.add({ request, transfer, signal, onProgress });
  };

  return {
    async embed(pixels, options) {
      begin(options);
      const data = ownOptions('embed', options);
      const pictures = handOver({ pixels }, options.transfer === true);
      return (await call('embed', pictures, options, data)) as { pixels: MarkedPixels; report: EmbedReport };
    },
    async decode(suspect, options) {
      begin(options);
      const data = { ...ownOptions('decode', options), keys: collectKeys(options.keys) };
      const pictures = handOver({ suspect }, options.transfer === true);
      return (await call('decode', pictures, options, data)) as Lead;
    },
    async trace(suspect, original, options) {
      begin(options);
      const data = ownOptions('trace', options);
      const signals = [...(options.signal ? [options.signal] : []), closing.signal];
      const list = collectCandidates(options.candidates, signals);
      const pictures = handOver({ suspect, original }, options.transfer === true);
      const candidates = Array.isArray(list) ? list : await untilAborted(list, signals);
      return (await call('trace', pictures, options, { ...data, candidates })) as TraceReport;
    },
    close() {
      closing.abort(closed());
      queue.close();
    },
  };
}

/** The options of a call that are data, as copies. Lists are collected by themselves: an iterator is not data. */
function ownOptions(verb: Verb, options: object): Record<string, unknown> {
  const { signal: _, transfer: __, ...given } = options as Readonly<Record<string, unknown>>;
  checkOptions(verb, given);
  const names = dataOptions(verb).filter((name) => !LISTS.includes(name) && given[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, ownCopy(given[name])]));
}
