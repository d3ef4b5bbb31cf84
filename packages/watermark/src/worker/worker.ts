// The script of a worker. In a browser's dedicated worker, or a thread of node:worker_threads, it serves at once; in a
// page it does nothing.
import { browserPort } from './browser-port.js';
import { serve, type WorkerPort } from './serve.js';

export { serve, type WorkerPort } from './serve.js';

interface ParentPort {
  on(event: 'message', listener: (data: unknown) => void): void;
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
}
interface Globals {
  readonly process?: { getBuiltinModule?: (name: string) => { readonly parentPort: ParentPort | null } | undefined };
}

/** The line to whoever started this thread, or null on a main thread. */
function ownPort(): WorkerPort | null {
  const port = browserPort();
  if (port !== null) return port;
  const { process } = globalThis as unknown as Globals;
  const parent = process?.getBuiltinModule?.('node:worker_threads')?.parentPort ?? null;
  return (
    parent && {
      listen: (receive) => parent.on('message', receive),
      send: (message, transfer) => parent.postMessage(message, transfer),
    }
  );
}

const port = ownPort();
if (port !== null) serve(port);
