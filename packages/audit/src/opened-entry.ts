import { equal, fromBase64url, leafHash } from '@wardseal/primitives';
import { AuditError } from './errors.js';
import { decodeLeaf, type Leaf } from './leaf.js';
import { actorHandle, type LogKeys, objectHandle, subjectHandle } from './log-keys.js';
import { type Compartment, type Opening, openSide } from './side-record.js';
import { type ActorSide, commit, decodeActorSide, decodeSubjectSide, type SubjectSide } from './sides.js';
import type { StoredEntry } from './store/store.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** One entry with its side record opened, as far as the secrets still exist. */
export interface OpenedEntry {
  /** The entry's place in the log. */
  readonly index: number;
  /** The leaf as the tree holds it. */
  readonly bytes: Bytes;
  /** RFC 6962 hash of the leaf, 32 bytes. */
  readonly leafHash: Bytes;
  readonly leaf: Leaf;
  /** Null when the organisation's secret is gone. */
  readonly actor: ActorSide | null;
  /** The blinding value and bytes behind `actor`, for a receipt. */
  readonly opening: Opening | null;
  /** Null when the event had no subject (the leaf then has no subject handle), or when the subject's secret is gone. */
  readonly subject: SubjectSide | null;
}

/** Opens side records with the log's secrets and holds them against their leaves: commitments and handles. */
export class EntryOpener {
  readonly #keys: LogKeys;
  readonly #origin: string;

  constructor(keys: LogKeys, origin: string) {
    this.#keys = keys;
    this.#origin = origin;
  }

  /**
   * Opens one entry. Throws AuditError `LEAF_INVALID` when the leaf is malformed, `SIDE_RECORD_INVALID` when a
   * compartment is not what the leaf commits to, and the codes of a failing key store.
   */
  async open(index: number, stored: StoredEntry): Promise<OpenedEntry> {
    const bytes = new Uint8Array(stored.leaf);
    const leaf = decodeLeaf(bytes);
    const opening = await this.#actor(index, leaf, stored.actor);
    const actor = opening && decodeActorSide(opening.side);
    if (actor !== null) await this.#checkHandles(index, leaf, actor);
    const subject = await this.#subject(index, leaf, stored.subject);
    return { index, bytes, leafHash: leafHash(bytes), leaf, actor, opening, subject };
  }

  async #actor(index: number, leaf: Leaf, sealed: Uint8Array): Promise<Opening | null> {
    const secret = await this.#keys.existingOrganisation(leaf.org);
    return secret && this.#compartment(index, leaf.id, 'actor', secret, sealed, leaf.actorCommitment);
  }

  async #checkHandles(index: number, leaf: Leaf, { actor, object }: ActorSide): Promise<void> {
    const secret = await this.#keys.existingLog();
    if (secret === null) return;
    const objectFits = object
      ? leaf.objectHandle !== undefined && equal(objectHandle(secret, object), leaf.objectHandle)
      : leaf.objectHandle === undefined;
    if (!objectFits || !equal(actorHandle(secret, leaf.org, actor.id), leaf.actorHandle)) throw invalid(index);
  }

  async #subject(index: number, leaf: Leaf, sealed: Uint8Array): Promise<SubjectSide | null> {
    const { subjectHandle: handle, subjectCommitment } = leaf;
    if (handle === undefined || subjectCommitment === undefined) {
      if (sealed.length > 0) throw invalid(index);
      return null;
    }
    const secret = await this.#keys.ofLeaf(handle);
    if (secret === null) return null;
    const { side } = await this.#compartment(index, leaf.id, 'subject', secret, sealed, subjectCommitment);
    const subject = decodeSubjectSide(side);
    if (!equal(subjectHandle(secret, fromBase64url(subject.handle)!), handle)) throw invalid(index);
    return subject;
  }

  async #compartment(
    index: number,
    id: string,
    compartment: Compartment,
    secret: Uint8Array,
    sealed: Uint8Array,
    commitment: Uint8Array,
  ): Promise<Opening> {
    const opening = await openSide(secret, compartment, this.#origin, id, sealed);
    if (opening === null || !equal(commit(opening.r, opening.side), commitment)) throw invalid(index);
    return opening;
  }
}

function invalid(index: number): AuditError {
  return new AuditError('SIDE_RECORD_INVALID', 'the side record is not what the leaf commits to', { index });
}
