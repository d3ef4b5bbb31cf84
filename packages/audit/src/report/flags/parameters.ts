import * as z from 'zod/mini';
import { AuditError } from '../../errors.js';
import type { Plain } from './rule.js';

/** The defaults with what the caller changed. Throws RangeError for a name it does not know, NaN or a negative number. */
export function parametersOf<T extends object>(rule: string, defaults: T, given: object): T {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, name)) throw new RangeError(`rule \`${rule}\` has no parameter \`${name}\``);
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
      throw new RangeError(`parameter \`${name}\` of rule \`${rule}\` must be a number of at least 0`);
  }
  return { ...defaults, ...given };
}

/** Reads a saved memory. Throws AuditError `FLAG_STATE_INVALID` when it is not what the rule saves. */
export function restored<T>(rule: string, schema: z.ZodMiniType<T>, saved: Plain): T {
  const parsed = z.safeParse(schema, saved);
  if (!parsed.success) throw new AuditError('FLAG_STATE_INVALID', `the saved memory of \`${rule}\` is malformed`);
  return parsed.data;
}
