import { nodeCrypto, subtle } from './platform.js';

/** Where an operation runs: Node's own crypto, the browser's WebCrypto, or the noble libraries in plain JavaScript. */
export type Backend = 'node' | 'webcrypto' | 'noble';

/** A value now or later: Node and noble answer at once, WebCrypto only with a promise. */
export type Awaitable<T> = T | Promise<T>;

let forced: Backend | undefined;

/** For tests only: run everything on one back end (undefined: choose again by probing). */
export function forceBackend(backend?: Backend): void {
  forced = backend;
}

/** The back end that operations try first. */
export function backend(): Backend {
  return forced ?? (nodeCrypto ? 'node' : subtle ? 'webcrypto' : 'noble');
}

/**
 * Chooses among implementations at each call: the current back end's, else noble's.
 * noble is always there, so an operation never fails for want of a platform.
 */
export function pick<T>(implementations: { node?: T | undefined; webcrypto?: T | undefined; noble: T }): () => T {
  return () => implementations[backend()] ?? implementations.noble;
}

/**
 * `pick` for what may be answered with a promise: noble is loaded when it is first needed, so a page on a browser with
 * native code never fetches it. `native` says whether WebCrypto knows the algorithm. Rejects when loading fails, which a
 * caller must not take for a refusal by the algorithm.
 */
export function pickLazily<T>(implementations: {
  node?: T | undefined;
  webcrypto?: T | undefined;
  native: () => Promise<boolean>;
  noble: () => Promise<T>;
}): () => Awaitable<T> {
  const { node, webcrypto, native, noble } = implementations;
  return () => {
    const where = backend();
    if (where === 'node' && node) return node;
    if (where === 'webcrypto' && webcrypto) return native().then((yes) => (yes ? webcrypto : noble()));
    return noble();
  };
}

const probes = new Map<string, Promise<boolean>>();

/** Whether WebCrypto knows an algorithm: asked once by trying it, because no list of names can be trusted. */
export function probe(name: string, attempt: () => Promise<unknown>): Promise<boolean> {
  let known = probes.get(name);
  if (known === undefined) {
    known = attempt().then(
      () => true,
      () => false,
    );
    probes.set(name, known);
  }
  return known;
}
