import { WatermarkError } from '../errors.js';
import { MAX_CANDIDATES, MAX_KEYS } from '../limits.js';

/**
 * The viewing ids of an investigation as a list: an iterator does not cross to another thread. At once, unless they come
 * asynchronously. Duplicates are left to `trace`, which counts them once: telling a million ids apart takes half a
 * second, and this is the page's thread. An asynchronous list is left when a signal aborts.
 *
 * @throws {WatermarkError} CANDIDATES_INVALID: not a list, or more than a million; ID_INVALID: one is not text.
 */
export function collectCandidates(
  ids: Iterable<string> | AsyncIterable<string>,
  signals: readonly AbortSignal[] = [],
): string[] | Promise<string[]> {
  let out: string[] = [];
  const add = (id: string): void => {
    if (typeof id !== 'string') {
      throw new WatermarkError('ID_INVALID', '`candidates` must be text', { field: 'candidates' });
    }
    out.push(id);
    // Twice the limit, so that a list with many duplicates is sorted out a few times and not at every id.
    if (out.length > 2 * MAX_CANDIDATES) out = each(out);
  };
  const all = (): string[] => (out.length > MAX_CANDIDATES ? each(out) : out);
  if (typeof ids === 'object' && ids !== null && Symbol.iterator in ids) {
    for (const id of ids) add(id);
    return all();
  }
  if (typeof ids === 'object' && ids !== null && Symbol.asyncIterator in ids) {
    return (async () => {
      for await (const id of ids) {
        // Nobody waits any more: leaving the loop tells whatever makes the ids.
        if (signals.some(({ aborted }) => aborted)) break;
        add(id);
      }
      return all();
    })();
  }
  throw new WatermarkError('CANDIDATES_INVALID', 'candidates must be a list', { field: 'candidates' });
}

/** Every id once, or CANDIDATES_INVALID when there are too many. */
function each(ids: readonly string[]): string[] {
  const unique = new Set(ids);
  if (unique.size > MAX_CANDIDATES) {
    const facts = { field: 'candidates', limit: MAX_CANDIDATES };
    throw new WatermarkError('CANDIDATES_INVALID', `more than ${MAX_CANDIDATES} candidates`, facts);
  }
  return [...unique];
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

/** The answer, or a rejection with a signal's reason as soon as one aborts. */
export async function untilAborted<T>(work: Promise<T>, signals: readonly AbortSignal[]): Promise<T> {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      const signal = signals.find((one) => one.aborted);
      if (signal !== undefined) reject(signal.reason);
    };
  });
  try {
    for (const signal of signals) signal.addEventListener('abort', stop);
    stop();
    return await Promise.race([work, aborted]);
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', stop);
  }
}
