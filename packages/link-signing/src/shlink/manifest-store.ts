import { hex } from '@wardseal/primitives';
import type { Awaitable } from '../store.js';

/** Where sealed manifests wait for their openings: any storage of bytes. They open only with a share that dies with the link. */
export interface ShlinkStore {
  /** Keeps bytes under a link's id (32 bytes) until `expires` (whole seconds since 1970); after that they are of no use. */
  put(id: Uint8Array, sealed: Uint8Array<ArrayBuffer>, expires: number): Awaitable<void>;
  get(id: Uint8Array): Awaitable<Uint8Array | null>;
}

/**
 * A store in memory, for tests and for a single process.
 *
 * @example const store = memoryShlinkStore();
 */
export function memoryShlinkStore(): ShlinkStore {
  const kept = new Map<string, Uint8Array>();
  return {
    put: (id, sealed) => void kept.set(hex(id), sealed),
    get: (id) => kept.get(hex(id)) ?? null,
  };
}
