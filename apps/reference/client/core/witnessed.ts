import { AuditError, parsePolicy, verifyCheckpoint, verifyWitnessed } from '@wardseal/audit/verify';
import { fromBase64url } from '@wardseal/primitives';
import type { Core } from './core.js';
import { CoreError } from './errors.js';
import { directoryOf, type Session } from './session.js';
import { at } from './translate.js';

type Newer = Parameters<Core['confirmWitnessed']>[1];

/** Whether outsiders have seen the log go on from a viewing's receipt. */
export async function confirmWitnessed(
  session: Session,
  viewing: string,
  newer: Newer,
): Promise<'witnessed' | 'pending'> {
  const { anchors } = directoryOf(session);
  const kept = session.receipts.get(viewing);
  if (kept === undefined) throw new CoreError('VIEWING_UNKNOWN', 'there was no such viewing here');
  const { receipt, logKey } = kept;
  // The emergency journal is witnessed only when it has been merged into the log.
  if (logKey === null) return 'pending';
  return at('witnesses', async () => {
    const policy = { logKey, witnesses: parsePolicy(anchors.witnesses) };
    try {
      const { size } = await verifyCheckpoint(newer.checkpoint, policy);
      const seen = await verifyCheckpoint(receipt.slice(receipt.indexOf('\n\n') + 2), { logKey });
      // The witnesses have not come as far as the receipt yet: two sizes, no two histories.
      if (size < seen.size) return 'pending';
    } catch (error) {
      if (error instanceof AuditError && error.code === 'QUORUM_MISSING') return 'pending';
      throw error;
    }
    const path = newer.path.map((hash) => fromBase64url(hash) ?? new Uint8Array(0));
    await verifyWitnessed(receipt, newer.checkpoint, path, policy);
    session.receipts.delete(viewing);
    return 'witnessed';
  });
}
