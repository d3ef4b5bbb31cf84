import { equal, fromBase64url } from '@wardseal/primitives';
import type { KeyStore } from './key-store.js';
import type { Leaf } from './leaf.js';
import { actorHandle, LogKeys, objectHandle, subjectHandle } from './log-keys.js';
import { openSide, referenceOf } from './side-record.js';
import { commit, decodeActorSide, decodeSubjectSide } from './sides.js';
import type { StoredEntry } from './store/store.js';

/** Opens side records with the log's secrets and holds them against their leaves: commitments and handles. */
export class SideChecker {
  readonly #keys: LogKeys;
  readonly #origin: string;
  /** Compartments opened. */
  opened = 0;
  /** Compartments whose secret no longer exists. */
  erased = 0;

  constructor(keys: KeyStore, origin: string) {
    // It only ever asks for secrets that exist, so it needs no randomness.
    this.#keys = new LogKeys(remembering(keys), origin, () => new Uint8Array(0));
    this.#origin = origin;
  }

  /** Whether both compartments are what the leaf commits to, as far as their secrets still exist. */
  async check(leaf: Leaf, stored: StoredEntry): Promise<boolean> {
    return (await this.#actor(leaf, stored.actor)) && (await this.#subject(leaf, stored.subject));
  }

  async #actor(leaf: Leaf, sealed: Uint8Array): Promise<boolean> {
    const secret = await this.#keys.existingOrganisation(leaf.org);
    const logSecret = await this.#keys.existingLog();
    if (secret === null || logSecret === null) return this.#gone();
    const opening = await openSide(secret, 'actor', this.#origin, leaf.id, sealed);
    if (opening === null || !equal(commit(opening.r, opening.side), leaf.actorCommitment)) return false;
    this.opened++;
    try {
      const { actor, object } = decodeActorSide(opening.side);
      const objectFits = object
        ? leaf.objectHandle && equal(objectHandle(logSecret, object), leaf.objectHandle)
        : leaf.objectHandle === undefined;
      return objectFits === true && equal(actorHandle(logSecret, leaf.org, actor.id), leaf.actorHandle);
    } catch {
      return false;
    }
  }

  async #subject(leaf: Leaf, sealed: Uint8Array): Promise<boolean> {
    if (leaf.subjectCommitment === undefined || leaf.subjectHandle === undefined) return sealed.length === 0;
    const reference = referenceOf(sealed);
    if (reference === null) return false;
    const secret = await this.#keys.referenced(reference);
    if (secret === null) return this.#gone();
    const opening = await openSide(secret, 'subject', this.#origin, leaf.id, sealed);
    if (opening === null || !equal(commit(opening.r, opening.side), leaf.subjectCommitment)) return false;
    this.opened++;
    try {
      const handle = fromBase64url(decodeSubjectSide(opening.side).handle)!;
      return equal(subjectHandle(secret, handle), leaf.subjectHandle);
    } catch {
      return false;
    }
  }

  #gone(): true {
    this.erased++;
    return true;
  }
}

// Secrets kept at once: an audit of a year would else hold every subject's.
const REMEMBERED = 10_000;

/** Asks the store once for each name: an audit meets the same organisation in every entry. */
function remembering(keys: KeyStore): KeyStore {
  const known = new Map<string, Promise<Uint8Array | null>>();
  return {
    put: keys.put,
    get(name) {
      let found = known.get(name);
      if (found === undefined) {
        if (known.size >= REMEMBERED) known.clear();
        found = keys.get(name);
        known.set(name, found);
      }
      return found;
    },
  };
}
