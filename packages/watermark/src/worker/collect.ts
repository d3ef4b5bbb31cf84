import { WatermarkError } from '../errors.js';
import { MAX_CANDIDATES, MAX_KEYS } from '../limits.js';

/**
 * The viewing ids of an investigation as a list, each once: an iterator does not cross to another thread. At once, unless
 * they come asynchronously.
 *
 * @throws {WatermarkError} CANDIDATES_INVALID: not a list, or more than a million; ID_INVALID: one is not text.
 */
export function collectCandidates(ids: Iterable<string> | AsyncIterable<string>): string[] | Promise<string[]> {
  const out = new Set<string>();
  const add = (id: string): void => {
    if (typeof id !== 'string') {
      throw new WatermarkError('ID_INVALID', '`candidates` must be text', { field: 'candidates' });
    }
    out.add(id);
    if (out.size > MAX_CANDIDATES) {
      const facts = { field: 'candidates', limit: MAX_CANDIDATES };
      throw new WatermarkError('CANDIDATES_INVALID', `more than ${MAX_CANDIDATES} candidates`, facts);
    }
  };
  if (typeof ids === 'object' && ids !== null && Symbol.iterator in ids) {
    for (const id of ids) add(id);
    return [...out];
  }
  if (typeof ids === 'object' && ids !== null && Symbol.asyncIterator in ids) {
    return (async () => {
      for await (const id of ids) add(id);
      return [...out];
    })();
  }
  throw new WatermarkError('CANDIDATES_INVALID', 'candidates must be a list', { field: 'candidates' });
}

/**
 * Image keys as a list of copies.
 *
 * @throws {WatermarkError} KEY_INVALID: not a list, or more than 100,000. Each key is checked by `decode`.
 */
export function collectKeys(keys: Iterable<Uint8Array>): Uint8Array[] {
  if (typeof keys !== 'object' || keys === null || !(Symbol.iterator in keys)) {
    throw new WatermarkError('KEY_INVALID', 'keys must be a list', { field: 'keys' });
  }
  const out: Uint8Array[] = [];
  for (const key of keys) {
    if (!(key instanceof Uint8Array))
      throw new WatermarkError('KEY_INVALID', '`keys` must be bytes', { field: 'keys' });
    out.push(new Uint8Array(key));
    if (out.length > MAX_KEYS) {
      throw new WatermarkError('KEY_INVALID', `more than ${MAX_KEYS} keys`, { field: 'keys', limit: MAX_KEYS });
    }
  }
  return out;
}

/** The answer, or a rejection with the signal's reason as soon as it aborts. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
