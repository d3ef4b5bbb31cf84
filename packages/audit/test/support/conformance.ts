import { describe } from 'vitest';
import type { LogReader, LogStore } from '../../src/index.js';
import { entriesConformance } from './conformance-entries.js';
import { integrationConformance } from './conformance-integration.js';
import { demoSigner, ORIGIN } from './events.js';

export { entryOf } from './entries.js';

/** One place where a log can live, empty at first. */
export interface Place {
  /** Another handle on the same log. */
  store(): LogStore;
  reader(): Promise<LogReader> | LogReader;
  remove(): Promise<void>;
}

/** How a kind of store is tested. */
export interface Conformance {
  place(): Promise<Place>;
  /** Whether two handles may be open at once. */
  readonly shared: boolean;
}

/** What the tests of a store work with. */
export interface StoreTools {
  readonly shared: boolean;
  /** Works in a fresh place. */
  inPlace(work: (at: Place) => Promise<void>): Promise<void>;
  /** Opens the log, works with it, closes it. */
  using(at: Place, work: (store: LogStore, size: number) => Promise<void>): Promise<void>;
}

const { vkey } = await demoSigner();

/** What every store promises. */
export function storeConformance(name: string, { place, shared }: Conformance): void {
  const tools: StoreTools = {
    shared,
    async inPlace(work) {
      const at = await place();
      try {
        await work(at);
      } finally {
        await at.remove();
      }
    },
    async using(at, work) {
      const store = at.store();
      const { size } = await store.open(ORIGIN, vkey);
      try {
        await work(store, size);
      } finally {
        await store.close();
      }
    },
  };
  describe(`${name}: what every store promises`, () => {
    entriesConformance(tools);
    integrationConformance(tools);
  });
}
