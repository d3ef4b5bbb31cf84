import { consistent } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import type { Integrator } from '../integrator.js';
import { verifyCheckpoint } from '../verify-checkpoint.js';
import type { WitnessClient } from '../witness/client.js';

/**
 * Whether a witness can show, under the log's own key, a checkpoint that this log does not extend. What it serves is the
 * log's signature, so it cannot make it up.
 */
export async function historyShown(client: WitnessClient, integrator: Integrator): Promise<boolean> {
  try {
    const { logKey } = integrator;
    const { origin, size, root } = await verifyCheckpoint(integrator.checkpoint, { logKey });
    const text = await client.latest(origin);
    const shown = text === null ? null : await verifyCheckpoint(text, { logKey });
    if (shown === null) return false;
    if (shown.size > size) return true;
    return !consistent(shown.size, size, shown.root, root, await integrator.consistencyProof(shown.size, size));
  } catch (error) {
    // It shows nothing, or not the log's word.
    if (error instanceof AuditError && error.code !== 'TILE_INVALID') return false;
    throw error;
  }
}
