/** A worker's line to the page that started it. */
export interface BrowserPort {
  listen(receive: (data: unknown) => void): void;
  send(message: unknown, transfer: Transferable[]): void;
}

interface Scope {
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: unknown, transfer: Transferable[]): void;
}
interface Globals {
  readonly DedicatedWorkerGlobalScope?: new () => object;
}

/** The line to the page when this is a browser's dedicated worker, otherwise null. */
export function browserPort(): BrowserPort | null {
  const { DedicatedWorkerGlobalScope } = globalThis as unknown as Globals;
  if (DedicatedWorkerGlobalScope === undefined || !(globalThis instanceof DedicatedWorkerGlobalScope)) return null;
  const scope = globalThis as unknown as Scope;
  return {
    listen: (receive) => scope.addEventListener('message', ({ data }) => receive(data)),
    send: (message, transfer) => scope.postMessage(message, transfer),
  };
}
