import { fromHex, hex } from '@wardseal/primitives';
import { FieldReader, FieldWriter, MalformedFields, required } from './codec.js';
import { AuditError } from './errors.js';
import {
  EVENT_TYPES,
  type EventType,
  GEOFENCES,
  type Geofence,
  nameOf,
  ODS_CODE,
  OUTCOMES,
  type Outcome,
  PURPOSES,
  type Purpose,
} from './event-codes.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** One entry as the tree holds it: handles and commitments, no name. */
export interface Leaf {
  /** The event's UUIDv7. */
  readonly id: string;
  /** The log's own clock, milliseconds since 1970, never corrected: order is the index. */
  readonly recordedAt: number;
  readonly type: EventType;
  readonly outcome: Outcome;
  readonly purpose?: Purpose;
  /** ODS code of the actor's organisation. */
  readonly org: string;
  readonly geofence?: Geofence;
  /** Index of the entry that this one follows from. */
  readonly parent?: number;
  /** Handles of 32 bytes, keyed for one log, so that no other log can be joined on them. */
  readonly actorHandle: Bytes;
  readonly subjectHandle?: Bytes;
  readonly objectHandle?: Bytes;
  /** Commitments of 32 bytes to the two compartments of the side record. */
  readonly subjectCommitment?: Bytes;
  readonly actorCommitment: Bytes;
}

/** Bytes of the largest leaf: 230 with every field present and the longest organisation code, and room. */
export const MAX_LEAF = 256;

// Version 0, `L`.
const HEAD = Uint8Array.of(0, 0x4c);
const HANDLE = 32;

/** The event id's 16 bytes. */
export function idBytes(id: string): Bytes {
  return fromHex(id.replaceAll('-', ''))!;
}

/** The event id's bytes inside an encoded leaf: the first field. */
export function leafId(leaf: Uint8Array): Uint8Array {
  return leaf.subarray(4, 20);
}

/** When a UUIDv7 was made: milliseconds since 1970, its first 48 bits. */
export function idTime(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

function idText(id: Uint8Array): string {
  const digits = hex(id);
  return [0, 8, 12, 16, 20].map((at, i, all) => digits.slice(at, all[i + 1])).join('-');
}

/** The one encoding of a leaf (docs/spec/leaf.md). */
export function encodeLeaf(leaf: Leaf): Bytes {
  return new FieldWriter(HEAD)
    .bytes(1, idBytes(leaf.id))
    .uint(2, leaf.recordedAt, 6)
    .uint(3, EVENT_TYPES[leaf.type], 1)
    .uint(4, OUTCOMES[leaf.outcome], 1)
    .uint(5, leaf.purpose && PURPOSES[leaf.purpose], 1)
    .text(6, leaf.org)
    .uint(7, leaf.geofence && GEOFENCES[leaf.geofence], 1)
    .uint(8, leaf.parent, 7)
    .bytes(9, leaf.actorHandle)
    .bytes(10, leaf.subjectHandle)
    .bytes(11, leaf.objectHandle)
    .bytes(12, leaf.subjectCommitment)
    .bytes(13, leaf.actorCommitment)
    .done();
}

/**
 * Reads a leaf.
 *
 * @param data - one entry of an entry bundle
 * @throws AuditError `LEAF_INVALID` when the bytes are not the one encoding of a leaf of version 0
 * @example
 * const { type, recordedAt } = decodeLeaf(entry);
 */
export function decodeLeaf(data: Uint8Array): Leaf {
  try {
    return readLeaf(data);
  } catch (cause) {
    throw new AuditError('LEAF_INVALID', 'the entry is not a leaf of version 0', { cause });
  }
}

function readLeaf(data: Uint8Array): Leaf {
  if (data.length > MAX_LEAF || data[0] !== HEAD[0] || data[1] !== HEAD[1]) throw new MalformedFields('head of a leaf');
  const fields = new FieldReader(data, HEAD.length);
  const id = required(fields.bytes(1, 16));
  if (id[6]! >> 4 !== 7 || id[8]! >> 6 !== 2) throw new MalformedFields('id is not a UUIDv7');
  const recordedAt = required(fields.uint(2, 6));
  const type = required(nameOf(EVENT_TYPES, required(fields.uint(3, 1))));
  const outcome = required(nameOf(OUTCOMES, required(fields.uint(4, 1))));
  const purpose = optionalName(PURPOSES, fields.uint(5, 1));
  const org = required(fields.text(6, 9));
  if (!ODS_CODE.test(org)) throw new MalformedFields('organisation code');
  const geofence = optionalName(GEOFENCES, fields.uint(7, 1));
  const parent = fields.uint(8, 7);
  const actorHandle = required(fields.bytes(9, HANDLE));
  const subjectHandle = fields.bytes(10, HANDLE);
  const objectHandle = fields.bytes(11, HANDLE);
  const subjectCommitment = fields.bytes(12, HANDLE);
  const actorCommitment = required(fields.bytes(13, HANDLE));
  fields.end();
  if ((subjectHandle === undefined) !== (subjectCommitment === undefined)) throw new MalformedFields('half a subject');
  return {
    id: idText(id),
    recordedAt,
    type,
    outcome,
    ...(purpose && { purpose }),
    org,
    ...(geofence && { geofence }),
    ...(parent !== undefined && { parent }),
    actorHandle,
    ...(subjectHandle && { subjectHandle }),
    ...(objectHandle && { objectHandle }),
    ...(subjectCommitment && { subjectCommitment }),
    actorCommitment,
  };
}

function optionalName<T extends string>(table: Readonly<Record<T, number>>, code: number | undefined): T | undefined {
  return code === undefined ? undefined : required(nameOf(table, code));
}
