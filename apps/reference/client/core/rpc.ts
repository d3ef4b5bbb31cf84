import type { CallOptions, Core } from './core.js';
import { CoreError } from './errors.js';
import type { ToPage, ToWorker, Verb } from './protocol.js';

export interface CoreOptions {
  /** Starts `client/worker/worker.ts`; called again after every `lock`. */
  readonly worker: () => Worker;
  /** Where the highest epochs seen are kept: localStorage. Nothing secret goes there. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>;
}

interface Waiting {
  readonly onStep: CallOptions['onStep'];
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: CoreError) => void;
}

/**
 * The core as the page uses it: calls go to a worker of our own, which alone holds the keys.
 *
 * @example
 * const core = startCore({ worker: () => new Worker(url, { type: 'module' }), storage: localStorage });
 */
export function startCore({ worker: start, storage }: CoreOptions): Core {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | null = null;
  let calls = 0;
  let unlocked = false;

  const end = (error: CoreError): void => {
    worker?.terminate();
    worker = null;
    unlocked = false;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };

  const running = (): Worker => {
    if (worker !== null) return worker;
    const own = start();
    worker = own;
    own.addEventListener('message', ({ data }: MessageEvent<ToPage>) => own === worker && take(data, own));
    const failed = (): void => {
      if (own === worker) end(new CoreError('CORE_FAILED', 'the worker failed'));
    };
    own.addEventListener('error', failed);
    own.addEventListener('messageerror', failed);
    return own;
  };

  const take = (message: ToPage, from: Worker): void => {
    if ('load' in message) {
      const answer: ToWorker = { kept: message.ask, value: storage.getItem(message.load) };
      from.postMessage(answer);
    } else if ('save' in message) {
      storage.setItem(message.save, message.value);
    } else if ('step' in message) {
      waiting.get(message.at)?.onStep?.(message.step);
    } else {
      const id = 'done' in message ? message.done : message.failed;
      const call = waiting.get(id);
      waiting.delete(id);
      if ('done' in message) call?.resolve(message.result);
      else call?.reject(new CoreError(message.code, message.message));
    }
  };

  const call = <T>(verb: Verb, args: readonly unknown[], transfer: Transferable[] = [], options: CallOptions = {}) =>
    new Promise<T>((resolve, reject) => {
      const { signal, onStep } = options;
      const aborted = (): CoreError => new CoreError('ABORTED', 'the call was ended');
      if (signal?.aborted === true) return reject(aborted());
      const id = ++calls;
      const abort = (): void => {
        waiting.delete(id);
        worker?.postMessage({ abort: id } satisfies ToWorker);
        reject(aborted());
      };
      const settled =
        <V>(settle: (value: V) => void) =>
        (value: V): void => {
          signal?.removeEventListener('abort', abort);
          settle(value);
        };
      waiting.set(id, { resolve: settled((result) => resolve(result as T)), reject: settled(reject), onStep });
      signal?.addEventListener('abort', abort, { once: true });
      running().postMessage({ call: id, verb, args } satisfies ToWorker, transfer);
    });

  return {
    pin: (pin) => call('pin', [pin]),
    createKeys: (link) => call('createKeys', [link], [link.secret.buffer]),
    answer: (challenge) => call('answer', [challenge]),
    protect: (by) => call('protect', [by], [by.passkeyPrf.buffer]),
    loadDirectory: (snapshot) => call('loadDirectory', [snapshot], [snapshot]),
    async unlock(by) {
      await call('unlock', [by], 'passkeyPrf' in by ? [by.passkeyPrf.buffer] : []);
      unlocked = true;
    },
    lock: () => end(new CoreError('LOCKED', 'the keys were locked')),
    get unlocked() {
      return unlocked;
    },
    prepare: (file, options) => call('prepare', [file], [], options),
    drop: (picture) => call('drop', [picture]),
    seal: (request, options) => call('seal', [request], [], options),
    open: (request, options) => call('open', [request], [request.payload], options),
    confirmWitnessed: (viewing, newer) => call('confirmWitnessed', [viewing, newer]),
    releaseChallenge: (request) => call('releaseChallenge', [request]),
  };
}
