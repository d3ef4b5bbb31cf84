import { decodeLeaf, type Leaf, leafId } from '../leaf.js';
import { IdIndex } from '../store/id-index.js';
import { type Findings, MAX_FINDINGS } from './audit-findings.js';

// A clock that steps back further was set, not slewed (NTP steps at 128 ms; servers of one trust agree within 1 s).
const CLOCK_JUMP = 2000;

/** Checks what every entry must be by itself and among those in front of it. They are to come in their order. */
export class EntryChecker {
  readonly #findings: Findings;
  readonly #ids = new IdIndex();
  #lastTime = 0;
  /** Entries recorded more than 2 s before the one in front of them. */
  readonly clockJumps: number[] = [];

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** The leaf, or null when the entry is none. */
  check(entry: Uint8Array, index: number): Leaf | null {
    let leaf: Leaf;
    try {
      leaf = decodeLeaf(entry);
    } catch {
      this.#findings.add('LEAF_INVALID', 'the entry is not a leaf of version 0', { index });
      return null;
    }
    if (!this.#ids.add(leafId(entry), 0, index))
      this.#findings.add('EVENT_CONFLICT', 'the event id is in the log twice', { index });
    if (leaf.parent !== undefined && leaf.parent >= index)
      this.#findings.add('LEAF_INVALID', 'the entry follows from one behind it', { index });
    if (leaf.recordedAt < this.#lastTime - CLOCK_JUMP && this.clockJumps.length < MAX_FINDINGS)
      this.clockJumps.push(index);
    this.#lastTime = leaf.recordedAt;
    return leaf;
  }
}
