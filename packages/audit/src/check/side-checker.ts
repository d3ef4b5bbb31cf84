import { base64url, fromBase64url, hex } from '@wardseal/primitives';
import { AuditError, type AuditErrorCode } from '../errors.js';
import type { KeyStore } from '../key-store.js';
import type { LogKeys } from '../log-keys.js';
import { objectHandle } from '../log-keys.js';
import { readingKeys } from '../log-source.js';
import { EntryOpener, type OpenedEntry } from '../opened-entry.js';
import type { StoredEntry } from '../store/store.js';

/** What a side record's secret has to answer for at the end. */
export interface SecretFinding {
  readonly code: AuditErrorCode;
  readonly message: string;
  readonly index: number;
}

interface Gone {
  readonly index: number;
  count: number;
}

/** Object kind of an `erase` entry: its id is a leaf's subject handle. */
export const ERASED_OBJECT = 'subject';

/**
 * Opens side records with the log's secrets, holds them against their leaves, and tells erased from missing: a subject's
 * secret may be gone only where an `erase` entry names the subject's leaf handle.
 */
export class SideChecker {
  readonly #keys: LogKeys;
  readonly #opener: EntryOpener;
  readonly #elsewhere: ReadonlySet<string>;
  // Subjects whose secret is gone, by leaf handle, and organisations by code.
  readonly #subjects = new Map<string, Gone>();
  readonly #organisations = new Map<string, Gone>();
  // Object handles of the `erase` entries; handles of erasures that succeeded, and where that stands.
  readonly #ordered = new Set<string>();
  readonly #done = new Map<string, number>();
  /** Compartments opened. */
  opened = 0;
  /** Compartments whose secret was destroyed by an erasure that the log tells of. */
  erased = 0;
  /** Compartments whose secret is gone, and nothing says why. */
  missing = 0;

  constructor(keys: KeyStore, origin: string, erasedElsewhere: ReadonlySet<string>) {
    this.#keys = readingKeys(keys, origin);
    this.#opener = new EntryOpener(this.#keys, origin);
    this.#elsewhere = erasedElsewhere;
  }

  /** Whether both compartments are what the leaf commits to, as far as their secrets still exist. */
  async check(index: number, stored: StoredEntry): Promise<boolean> {
    try {
      this.#count(await this.#opener.open(index, stored));
      return true;
    } catch (error) {
      if (error instanceof AuditError && error.code === 'SIDE_RECORD_INVALID') return false;
      throw error;
    }
  }

  #count({ index, leaf, actor, subject }: OpenedEntry): void {
    if (actor === null) lost(this.#organisations, leaf.org, index);
    else this.opened++;
    if (subject !== null) this.opened++;
    else if (leaf.subjectHandle !== undefined) lost(this.#subjects, base64url(leaf.subjectHandle), index);
    if (leaf.type !== 'erase' || leaf.objectHandle === undefined) return;
    if (leaf.outcome === 'success' || leaf.outcome === 'intent') this.#ordered.add(hex(leaf.objectHandle));
    if (leaf.outcome === 'success' && actor?.object?.kind === ERASED_OBJECT) this.#done.set(actor.object.id, index);
  }

  /** Settles the count when every entry was seen. */
  async settle(): Promise<readonly SecretFinding[]> {
    const findings: SecretFinding[] = [];
    const logSecret = await this.#keys.existingLog();
    for (const [id, { index, count }] of this.#subjects) {
      const order = logSecret && hex(objectHandle(logSecret, { kind: ERASED_OBJECT, id }));
      if (this.#elsewhere.has(id) || (order !== null && this.#ordered.has(order))) this.erased += count;
      else {
        this.missing += count;
        findings.push(missing(index, "a subject's secret is missing and no entry tells of an erasure"));
      }
    }
    for (const { index, count } of this.#organisations.values()) {
      this.missing += count;
      findings.push(missing(index, "an organisation's secret is missing"));
    }
    for (const [id, index] of this.#done) {
      const handle = fromBase64url(id);
      if (handle?.length === 32 && (await this.#keys.ofLeaf(handle)) !== null)
        findings.push({ code: 'ERASURE_UNDONE', message: 'the secret of an erased subject is there again', index });
    }
    return findings;
  }
}

function lost(map: Map<string, Gone>, key: string, index: number): void {
  const known = map.get(key);
  if (known) known.count++;
  else map.set(key, { index, count: 1 });
}

function missing(index: number, message: string): SecretFinding {
  return { code: 'SECRET_MISSING', message, index };
}
