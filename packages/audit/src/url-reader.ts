import { AuditError } from './errors.js';
import { MAX_NOTE } from './note.js';
import type { LogReader } from './store/store.js';
import { MAX_TILE, tilePath } from './tiles.js';

/** How long one file may take, ms: a bundle is 100 kB at most in practice, and a server that says nothing is not there. */
export const FETCH_TIMEOUT = 30_000;

/**
 * Reads a log's public files from a web server, as C2SP tlog-tiles lays them out. Works in Node and in browsers.
 *
 * @param url - the log's prefix, `https:` or `http:`; `checkpoint` and `tile/` lie below it. What is read is signed, so plain
 *   http changes nothing about what can be believed
 * @param options - `fetch`, for tests and proxies
 * @returns a reader for `auditLog`, `proveEntry` and `proveConsistency`; it reaches no side records
 * @throws TypeError when `url` is none; AuditError `STORE_FAILED` from its methods when the server answers anything but the
 *   file or 404, says nothing for 30 s, or sends more than a file of that kind can hold
 * @see https://c2sp.org/tlog-tiles
 * @example
 * const report = await auditLog(urlReader('https://audit.trust.example/2026/'), { logKey: vkey });
 */
export function urlReader(
  url: string | URL,
  { fetch = globalThis.fetch }: { readonly fetch?: typeof globalThis.fetch } = {},
): LogReader {
  const prefix = new URL(url);
  if (!['https:', 'http:'].includes(prefix.protocol)) throw new TypeError('url must be one of http or https');
  if (!prefix.pathname.endsWith('/')) prefix.pathname += '/';
  const read = async (path: string, limit: number): Promise<Uint8Array | null> => {
    try {
      const response = await fetch(new URL(path, prefix), {
        cache: 'no-store',
        credentials: 'omit',
        signal: AbortSignal.timeout(FETCH_TIMEOUT),
      });
      if (response.status === 404) return null;
      if (!response.ok) throw new Error(`status ${response.status}`);
      return await bodyOf(response, limit);
    } catch (cause) {
      throw new AuditError('STORE_FAILED', 'a file cannot be read', { path, cause });
    }
  };
  return {
    readCheckpoint: () => read('checkpoint', MAX_NOTE),
    readTile: (tile) => read(tilePath(tile), MAX_TILE),
  };
}

/** A body of at most `limit` bytes: a server that sends without end is left. */
async function bodyOf(response: Response, limit: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const body = response.body?.getReader();
  for (let step = await body?.read(); step && !step.done; step = await body?.read()) {
    length += step.value.length;
    if (length > limit) {
      await body?.cancel();
      throw new Error('the file is too long');
    }
    parts.push(step.value);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
