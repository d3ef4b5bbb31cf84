import { equal, fromBase64url } from '@wardseal/primitives';
import { AuditError } from './errors.js';
import type { AuditEvent } from './event.js';
import { decodeLeaf, encodeLeaf, type Leaf } from './leaf.js';
import { actorHandle, type LogKeys, objectHandle, type SubjectSecret } from './log-keys.js';
import { blind, type Opening, openSide, SIDE_RANDOM, sealSide } from './side-record.js';
import { commit, encodeActorSide, encodeSubjectSide } from './sides.js';
import type { StoredEntry } from './store/store.js';

type Bytes = Uint8Array<ArrayBuffer>;

const NONE: Bytes = new Uint8Array(0);

/** An event ready to be stored, and what its receipt needs. */
export interface Prepared {
  readonly entry: StoredEntry & { readonly leaf: Bytes };
  readonly opening: Opening;
}

interface Context {
  readonly origin: string;
  readonly keys: LogKeys;
  readonly random: (length: number) => Uint8Array;
}

/** Turns an event into leaf and side record. Every secret it needs is durable when this resolves. */
export async function prepare(
  event: AuditEvent,
  nonce: Uint8Array | undefined,
  recordedAt: number,
  { origin, keys, random: source }: Context,
): Promise<Prepared> {
  const random = drawn(source((event.subject ? 2 : 1) * SIDE_RANDOM));
  const actorSecret = await keys.organisation(event.actor.org);
  const actor = blind(encodeActorSide(event, nonce), random);
  const subjectSide = encodeSubjectSide(event);
  const subject = subjectSide && blind(subjectSide, random);
  // Asked for once: an erasure in between would seal under another secret than the leaf's handle means.
  const known = event.subject && (await subjectSecret(event, keys));
  const leaf = encodeLeaf({
    ...(await publicPart(event, keys, known)),
    recordedAt,
    actorCommitment: actor.commitment,
    ...(subject && { subjectCommitment: subject.commitment }),
  });
  const sealedActor = await sealSide(actorSecret, 'actor', origin, event.id, actor.opening, random);
  const sealedSubject =
    subject && known ? await sealSide(known.secret, 'subject', origin, event.id, subject.opening, random) : NONE;
  return { entry: { leaf, subject: sealedSubject, actor: sealedActor }, opening: actor.opening };
}

/** Hands out random bytes that were drawn together, each once: one call of the generator takes as long as another. */
function drawn(bytes: Uint8Array): (length: number) => Uint8Array {
  let at = 0;
  return (length) => {
    at += length;
    if (at > bytes.length) throw new RangeError('the random source gave too few bytes');
    return bytes.slice(at - length, at);
  };
}

function subjectSecret(event: AuditEvent, keys: LogKeys): Promise<SubjectSecret> {
  return keys.subject(fromBase64url(event.subject!.handle)!);
}

/** What a leaf says of an event, without the log's own clock and the commitments. */
async function publicPart(
  event: AuditEvent,
  keys: LogKeys,
  subject: { readonly leafHandle: Bytes } | undefined,
): Promise<Omit<Leaf, 'recordedAt' | 'actorCommitment' | 'subjectCommitment'>> {
  const logSecret = await keys.log();
  const { id, type, outcome, purpose, actor, object, where, links } = event;
  return {
    id,
    type,
    outcome,
    ...(purpose && { purpose }),
    org: actor.org,
    ...(where?.geofence && { geofence: where.geofence }),
    ...(links && { parent: links.parentIndex }),
    actorHandle: actorHandle(logSecret, actor.org, actor.id),
    ...(subject && { subjectHandle: subject.leafHandle }),
    ...(object && { objectHandle: objectHandle(logSecret, object) }),
  };
}

/**
 * Checks that a stored entry is of the very same event and nonce, and gives its opening for a second receipt. Of a
 * subject that was erased since, the rest of the entry decides: an outbox must be able to finish.
 * Throws AuditError `EVENT_CONFLICT` when it is of another, or when the actor's compartment can no longer be opened.
 */
export async function recognise(
  event: AuditEvent,
  nonce: Uint8Array | undefined,
  stored: StoredEntry,
  { origin, keys }: Omit<Context, 'random'>,
): Promise<Prepared> {
  const leaf = decodeLeaf(stored.leaf);
  const opening = await openSide(await keys.organisation(event.actor.org), 'actor', origin, event.id, stored.actor);
  const subjectSide = encodeSubjectSide(event);
  const known = event.subject && (await storedSubject(event, leaf, keys));
  const expected = encodeLeaf({
    ...(await publicPart(event, keys, known)),
    recordedAt: leaf.recordedAt,
    actorCommitment: opening ? commit(opening.r, encodeActorSide(event, nonce)) : NONE,
    ...(subjectSide && leaf.subjectCommitment && { subjectCommitment: leaf.subjectCommitment }),
  });
  const subject = known?.secret && (await openSide(known.secret, 'subject', origin, event.id, stored.subject));
  const erased = known?.secret === null;
  const sameSubject = subjectSide === undefined || erased || (subject?.side && equal(subject.side, subjectSide));
  if (!opening || !sameSubject || !equal(expected, stored.leaf))
    throw new AuditError('EVENT_CONFLICT', 'another event with this id is in the log', { field: 'id' });
  return { entry: { ...stored, leaf: new Uint8Array(stored.leaf) }, opening };
}

/** The subject that the leaf means, if it is the event's; its secret is null when it was destroyed. Makes no secret. */
async function storedSubject(
  event: AuditEvent,
  leaf: Leaf,
  keys: LogKeys,
): Promise<{ readonly secret: Bytes | null; readonly leafHandle: Bytes } | undefined> {
  const now = await keys.existingSubject(fromBase64url(event.subject!.handle)!);
  if (leaf.subjectHandle === undefined || (now !== null && equal(now.leafHandle, leaf.subjectHandle)))
    return now ?? undefined;
  const secret = await keys.ofLeaf(leaf.subjectHandle);
  // A living secret behind the leaf is another subject's.
  return secret === null ? { secret, leafHandle: new Uint8Array(leaf.subjectHandle) } : undefined;
}
