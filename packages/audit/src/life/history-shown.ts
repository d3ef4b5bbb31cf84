import { consistent } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import type { Integrator } from '../integrator.js';
import { parseVkey } from '../note-key.js';
import { verifyCheckpoint } from '../verify-checkpoint.js';
import type { WitnessClient } from '../witness/client.js';

/**
 * Whether a witness can show, under the log's own key, a checkpoint that this log does not extend. What it serves is the
 * log's signature, so it cannot make it up.
 */
export async function historyShown(client: WitnessClient, integrator: Integrator): Promise<boolean> {
  try {
    const { logKey } = integrator;
    const text = await client.latest(parseVkey(logKey).name);
    const shown = text === null ? null : await verifyCheckpoint(text, { logKey });
    if (shown === null) return false;
    // The log grew while the witness took its time, or another node signed: what the store holds now is this log too.
    if (shown.size > integrator.size) await integrator.step();
    const { size, root } = await verifyCheckpoint(integrator.checkpoint, { logKey });
    if (shown.size > size) return true;
    return !consistent(shown.size, size, shown.root, root, await integrator.consistencyProof(shown.size, size));
  } catch (error) {
    // It shows nothing, or not the log's word.
    if (error instanceof AuditError && error.code !== 'TILE_INVALID') return false;
    throw error;
  }
}
