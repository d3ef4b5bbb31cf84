// What the benches of the file store share: entries that are ready to be stored, made by docs/spec/leaf.md, and a disk
// that does not wait, to build large logs quickly.
import { randomBytes, randomUUID } from 'node:crypto';
import promises from 'node:fs/promises';
import type { AuditEvent, RiskAcceptance, StoredEntry } from '@wardseal/audit';
import type { FileSystem } from '@wardseal/audit/file-store';

/** A bench has no witness. */
export const UNWITNESSED: RiskAcceptance = { acceptedBy: 'bench', until: '2099-12-31', reason: 'a bench' };

/** Bytes of the two sealed compartments: those of a view by a clinician, with a patient. */
const SUBJECT = 130;
const ACTOR = 190;
const VIEW = 3;
const TREAT = 1;

function field(tag: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(tag, value.length), value]);
}

/** One entry of a patient's; everything else is random. */
export function preparedEntry(subject: Uint8Array, type = VIEW): StoredEntry {
  const now = Buffer.alloc(6);
  now.writeUIntBE(Date.now(), 0, 6);
  const random = randomBytes(10 + 4 * 32 + SUBJECT + ACTOR);
  const id = Buffer.concat([now, random.subarray(0, 10)]);
  id[6] = 0x70 | (id[6]! & 0x0f);
  id[8] = 0x80 | (id[8]! & 0x3f);
  const handle = (i: number): Buffer => random.subarray(10 + 32 * i, 42 + 32 * i);
  const leaf = Buffer.concat([
    Buffer.of(0, 0x4c),
    field(1, id),
    field(2, now),
    field(3, Buffer.of(type)),
    field(4, Buffer.of(1)),
    field(5, Buffer.of(TREAT)),
    field(6, Buffer.from('RX1')),
    field(9, handle(0)),
    field(10, subject),
    field(11, handle(1)),
    field(12, handle(2)),
    field(13, handle(3)),
  ]);
  const sides = random.subarray(10 + 4 * 32);
  return { leaf: bytes(leaf), subject: bytes(sides.subarray(0, SUBJECT)), actor: bytes(sides.subarray(SUBJECT)) };
}

// Plain bytes of their own, as an event that was just sealed gives them.
const bytes = (data: Uint8Array): Uint8Array => new Uint8Array(data);

/** An event that a log parses, seals and stores itself. */
export function freshEvent(): AuditEvent {
  const time = Date.now().toString(16).padStart(12, '0');
  const uuid = randomUUID();
  return {
    id: `${time.slice(0, 8)}-${time.slice(8)}-7${uuid.slice(15)}`,
    occurredAt: new Date().toISOString(),
    type: 'image.view',
    outcome: 'success',
    actor: { id: 'person-doctor-moss', kind: 'practitioner', org: 'RX1' },
    subject: { handle: Buffer.alloc(32, 7).toString('base64url') },
    object: { kind: 'item', id: uuid },
    purpose: 'TREAT',
  };
}

/** Bytes that a batch of entries takes in the journal. */
export function journalBytes(entries: readonly StoredEntry[]): number {
  return entries.reduce((sum, { leaf, subject, actor }) => sum + 22 + leaf.length + subject.length + actor.length, 34);
}

/** Node's file system with other syncs: none at all, or each so many milliseconds late. */
export function diskWithSync(sync: (really: () => Promise<void>) => Promise<void>): FileSystem {
  return {
    ...promises,
    async open(path, flags, mode) {
      const handle = await promises.open(path, flags, mode);
      const [datasync, fsync] = [handle.datasync.bind(handle), handle.sync.bind(handle)];
      handle.datasync = () => sync(datasync);
      handle.sync = () => sync(fsync);
      return handle;
    },
  };
}
