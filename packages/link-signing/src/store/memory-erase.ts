import { hex } from '@wardseal/primitives';
import type { EraseStore } from '../store.js';

/**
 * An erase store in memory: destroying overwrites the key's bytes. For tests, and where links may die with the process.
 *
 * @example const shares = memoryEraseStore();
 */
export function memoryEraseStore(): EraseStore {
  const keys = new Map<string, { key: Uint8Array; expires: number }>();
  const forget = (id: string): void => {
    keys.get(id)?.key.fill(0);
    keys.delete(id);
  };
  return {
    async put(id, key, expires) {
      if (keys.has(hex(id))) throw new Error('id is there already');
      keys.set(hex(id), { key: new Uint8Array(key), expires });
    },
    async renew(id, expires) {
      const entry = keys.get(hex(id));
      if (entry) entry.expires = expires;
      return entry !== undefined;
    },
    async get(id) {
      const entry = keys.get(hex(id));
      return entry ? new Uint8Array(entry.key) : null;
    },
    async destroy(ids) {
      for (const id of ids) forget(hex(id));
    },
    async expire(now) {
      for (const [id, { expires }] of keys) if (now >= expires) forget(id);
    },
  };
}
