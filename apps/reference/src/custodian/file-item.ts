import type { FileAnswer, ItemCall } from '../wire/custodian.js';
import type { Custody } from './custody.js';
import { bundleOf, searchOf } from './fhir/bundle.js';
import type { Known, RecordClient } from './fhir/record-client.js';
import type { ItemNotes } from './item-notes.js';
import { HeldError, proveItem } from './prove-item.js';
import { Refusal } from './refusal.js';

/**
 * Files one item into the trust's record: its bytes as they were sealed, without any mark. What is acknowledged was read back
 * and is the same to the byte. Doing it again, also after a crash between the record's answer and ours, stores nothing twice.
 *
 * @throws Refusal ITEM_HELD; ITEM_CONFLICT for advice on an item that is not filed yet; RECORD_DOWN
 */
export async function fileItem(
  custody: Custody,
  record: RecordClient,
  notes: ItemNotes,
  call: ItemCall,
  payload: Uint8Array,
): Promise<FileAnswer> {
  const { file, opened, clinical } = await proven(custody, call, payload);
  const manifestId = file.manifest.id;
  const note = await notes.read(call.item);
  if (note !== null && note.manifestId !== manifestId) throw heldFor(new HeldError('item'));
  if (note?.filed !== undefined) return note.filed;
  const about = call.labels.about === 'none' ? undefined : await pictureOf(notes, call.labels.about);
  const at = new Date(custody.now());
  const known = await stored(record, call.item);
  const reference =
    known?.reference ?? (await transact(record, { call, opened, clinical, at, ...(about && { about }) }));
  await sameBytes(record, known ?? (await stored(record, call.item)), opened.plaintext);
  const filed = { reference, acknowledgedAt: at.toISOString() };
  await notes.write(call.item, { manifestId, filed });
  return filed;
}

async function proven(custody: Custody, call: ItemCall, payload: Uint8Array) {
  try {
    return await proveItem(custody, call, payload);
  } catch (error) {
    if (error instanceof HeldError) throw heldFor(error);
    throw error;
  }
}

const heldFor = (cause: HeldError) =>
  new Refusal(409, 'ITEM_HELD', `The item is held for its ${cause.held}`, { cause });

async function pictureOf(notes: ItemNotes, item: string): Promise<string> {
  const reference = (await notes.read(item))?.filed?.reference;
  if (reference === undefined)
    throw new Refusal(409, 'ITEM_CONFLICT', 'The item that this is advice on is not filed yet');
  return reference;
}

async function stored(record: RecordClient, item: string): Promise<Known | null> {
  const [first, second] = await record.search(searchOf(item));
  if (second !== undefined)
    throw new Refusal(409, 'ITEM_CONFLICT', 'The record has two documents under one identifier');
  return first ?? null;
}

async function transact(record: RecordClient, filed: Parameters<typeof bundleOf>[0]): Promise<string> {
  const [reference] = await record.transact(bundleOf(filed));
  return reference as string;
}

/** No record's word is taken for it: a picture that was rendered or cut is not filed. */
async function sameBytes(record: RecordClient, known: Known | null, bytes: Uint8Array): Promise<void> {
  const there = known?.binary == null ? null : await record.bytes(known.binary);
  if (there === null || Buffer.compare(there, bytes) !== 0)
    throw new Refusal(502, 'RECORD_DOWN', 'The record does not give back what was filed');
}
