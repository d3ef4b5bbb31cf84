import { patientHandle } from '@wardseal/audit';
import type { Clinical } from '../wire/clinical.js';
import type { ArriveAnswer, ItemCall } from '../wire/custodian.js';
import type { Custody } from './custody.js';
import type { ItemNotes } from './item-notes.js';
import { HeldError, proveItem } from './prove-item.js';

/** The handle by which the log knows the patient; null where no number was checked. */
export function handleOf({ indexKey }: Custody, { patient }: Clinical): string | null {
  return patient.scheme === 'unverified' ? null : patientHandle(indexKey, `${patient.scheme}:${patient.number}`);
}

/**
 * An item has arrived: it is opened, its sender, labels, case, clinical facts and every stanza are proven, and the patient's
 * handle is computed. One item id means one signed file: another under the same id is held.
 *
 * @returns the handle, or which part of the item holds it
 */
export async function arrive(
  custody: Custody,
  notes: ItemNotes,
  call: ItemCall,
  payload: Uint8Array,
): Promise<ArriveAnswer> {
  try {
    const { file, clinical } = await proveItem(custody, call, payload);
    const { id: manifestId, root } = file.manifest;
    const known = await notes.read(call.item);
    if (known === null) await notes.write(call.item, { manifestId });
    else if (known.manifestId !== manifestId) return { held: 'item' };
    return { handle: handleOf(custody, clinical), manifestId, root };
  } catch (error) {
    if (error instanceof HeldError) return { held: error.held };
    throw error;
  }
}
