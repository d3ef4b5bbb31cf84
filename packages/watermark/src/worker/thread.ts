/** What is used of a browser's `Worker`. */
export interface BrowserWorker {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: string, listener: (event: object) => void): void;
  terminate(): unknown;
}

/** What is used of a `Worker` of node:worker_threads. */
export interface NodeWorker {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  on(event: string, listener: (value: unknown) => void): unknown;
  terminate(): unknown;
}

/** One running worker, whichever kind. */
export interface Thread {
  send(message: unknown, transfer: object[]): void;
  end(): void;
}

/** Listens to a worker. `fail` is called when it cannot be loaded, threw, ended by itself or sent what cannot be read. */
export function listenTo(
  worker: BrowserWorker | NodeWorker,
  receive: (data: unknown) => void,
  fail: (cause: unknown) => void,
): Thread {
  if ('addEventListener' in worker) {
    worker.addEventListener('message', (event) => receive((event as { readonly data: unknown }).data));
    worker.addEventListener('error', (event) => {
      const { error, message } = event as { readonly error?: unknown; readonly message?: unknown };
      fail(error ?? message);
    });
    worker.addEventListener('messageerror', () => fail('a message could not be read'));
  } else {
    worker.on('message', receive);
    worker.on('error', fail);
    worker.on('messageerror', fail);
    worker.on('exit', fail);
  }
  return {
    // Frames and bitmaps cross to a browser's worker only; Node's are sent buffers.
    send: (message, transfer) => worker.postMessage(message, transfer as ArrayBuffer[]),
    end: () => void worker.terminate(),
  };
}

/** What cannot be copied to another thread (a function, a proxy) is the caller's mistake. */
export function uncloneable(cause: unknown): TypeError | null {
  const { name } = (cause ?? {}) as { readonly name?: unknown };
  return name === 'DataCloneError' ? new TypeError('options must be plain data', { cause }) : null;
}
