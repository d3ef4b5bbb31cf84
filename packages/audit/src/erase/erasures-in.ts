import { ERASED_OBJECT } from '../check/side-checker.js';
import type { LogSource } from '../log-source.js';
import { openSources } from '../report/source.js';

/**
 * The subjects that a log says were erased, or were about to be: for `auditLog` of an older year whose own log was closed
 * when the erasure came.
 *
 * @param sources - the logs in which the `erase` entries stand
 * @returns subject handles of leaves, base64url
 * @throws AuditError as `subjectAccess`
 * @example
 * const report = await auditLog(reader2025, policy2025, { keys, erasures: await erasuresIn(source2026) });
 */
export async function erasuresIn(sources: LogSource | readonly LogSource[]): Promise<ReadonlySet<string>> {
  const erased = new Set<string>();
  for (const source of await openSources(sources))
    for await (const { leaf, actor } of source.entries([{ types: ['erase'] }]))
      if ((leaf.outcome === 'success' || leaf.outcome === 'intent') && actor?.object?.kind === ERASED_OBJECT)
        erased.add(actor.object.id);
  return erased;
}
