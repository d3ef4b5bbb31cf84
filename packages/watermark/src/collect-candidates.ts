import { WatermarkError } from './errors.js';
import { idBytes } from './ids.js';
import { MAX_CANDIDATES } from './limits.js';

/**
 * The viewing ids of an investigation, each once, with its bytes. `inTime` is asked at every one: a list may not end, or
 * come slowly.
 *
 * @throws {WatermarkError} CANDIDATES_INVALID: not a list, none, or more than a million; ID_INVALID: one is not an id.
 */
export async function collectCandidates(
  ids: Iterable<string> | AsyncIterable<string>,
  inTime: () => void,
): Promise<Map<string, Uint8Array>> {
  const iterable = typeof ids === 'object' && ids !== null && (Symbol.iterator in ids || Symbol.asyncIterator in ids);
  if (!iterable) throw new WatermarkError('CANDIDATES_INVALID', 'candidates must be a list', { field: 'candidates' });
  const out = new Map<string, Uint8Array>();
  for await (const id of ids) {
    inTime();
    out.set(id, idBytes(id, 'candidates'));
    if (out.size > MAX_CANDIDATES) {
      const facts = { field: 'candidates', limit: MAX_CANDIDATES };
      throw new WatermarkError('CANDIDATES_INVALID', `more than ${MAX_CANDIDATES} candidates`, facts);
    }
  }
  if (out.size === 0) throw new WatermarkError('CANDIDATES_INVALID', 'no candidate', { field: 'candidates' });
  return out;
}
