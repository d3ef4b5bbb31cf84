import { LinkError } from './errors.js';
import type { Awaitable } from './store.js';

/** Runs a step of a store; whatever it throws becomes `STORE_FAILED` with its cause. */
export async function stored<T>(step: () => Awaitable<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    if (cause instanceof LinkError) throw cause;
    throw new LinkError('STORE_FAILED', 'store failed', { cause });
  }
}
