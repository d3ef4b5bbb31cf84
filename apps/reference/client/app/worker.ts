import type { Core } from '../core/core.js';
import { startCore } from '../core/rpc.js';

interface Policies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

/** The address of one of the build's own workers: Trusted Types let no other be started. Once a page: the policy has one name. */
export function ownUrl(address: string): string {
  const rules = {
    createScriptURL(url: string): string {
      if (url !== WORKER_URL && url !== MARK_WORKER_URL) throw new TypeError('not our worker');
      return url;
    },
  };
  const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes;
  return (policies?.createPolicy('wardseal', rules) ?? rules).createScriptURL(address);
}

/** The core in its worker. */
export function ownCore(): Core {
  const url = ownUrl(WORKER_URL);
  return startCore({ worker: () => new Worker(url, { type: 'module' }), storage: localStorage });
}
