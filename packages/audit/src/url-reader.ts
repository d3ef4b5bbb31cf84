import { AuditError } from './errors.js';
import { exchange, type Fetch, platformFetch, urlPrefix } from './http.js';
import { MAX_NOTE } from './note.js';
import type { LogReader } from './store/store.js';
import { MAX_TILE, tilePath } from './tiles.js';

/** How long one file may take, ms: a bundle is 100 kB in practice, and a server that says nothing is not there. */
export const FETCH_TIMEOUT = 30_000;

/**
 * Reads a log's public files from a web server, as C2SP tlog-tiles lays them out. Works in Node and in browsers.
 *
 * @param url - the log's prefix, `https:` or on loopback `http:`; `checkpoint` and `tile/` lie below it. Whoever serves them
 *   is not trusted: all that is read is held against the signed root
 * @param options - `fetch`, for tests and proxies
 * @returns a reader for `auditLog`, `proveEntry` and `proveConsistency`; it reaches no side records
 * @throws RangeError when `url` is none of these; AuditError `STORE_FAILED` from its methods when the server answers anything
 *   but the file or 404, redirects, says nothing for 30 s, or sends more than a file of that kind can hold
 * @see https://c2sp.org/tlog-tiles
 * @example
 * const report = await auditLog(urlReader('https://audit.trust.example/2026/'), { logKey: vkey });
 */
export function urlReader(url: string, { fetch = platformFetch }: { readonly fetch?: Fetch } = {}): LogReader {
  const prefix = urlPrefix(url);
  const read = async (path: string, limit: number): Promise<Uint8Array | null> => {
    const options = { fetch, timeout: FETCH_TIMEOUT, limit, code: 'STORE_FAILED' } as const;
    const { status, body } = await exchange(`${prefix}${path}`, {}, options);
    if (status === 404) return null;
    if (status !== 200) throw new AuditError('STORE_FAILED', `the server answered with status ${status}`, { path });
    return body;
  };
  return {
    readCheckpoint: () => read('checkpoint', MAX_NOTE),
    readTile: (tile) => read(tilePath(tile), MAX_TILE),
  };
}
