import { WatermarkError, type WatermarkErrorCode, type WatermarkErrorFacts } from '../errors.js';
import type { Fault } from './protocol.js';

/** An error as data that crosses between threads. Its cause stays behind: it may hold what cannot be copied. */
export function toFault(error: unknown): Fault {
  if (error instanceof WatermarkError) {
    const { name, message, code, field, limit, actual } = error;
    return { name, message, facts: { code, field, limit, actual } };
  }
  if (error instanceof Error) return { name: error.name, message: error.message, facts: {} };
  return { name: 'Error', message: 'something was thrown that is no error', facts: {} };
}

/** The error again: of the same class, with the same code and facts. */
export function fromFault({ name, message, facts }: Fault): Error {
  if (name === 'WatermarkError') {
    const { code, ...rest } = facts as unknown as { code: WatermarkErrorCode } & WatermarkErrorFacts;
    return new WatermarkError(code, message, rest);
  }
  if (name === 'RangeError') return new RangeError(message);
  if (name === 'TypeError') return new TypeError(message);
  return new WatermarkError('WORKER_FAILED', `the worker failed: ${message}`);
}
