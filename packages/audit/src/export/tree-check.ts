import { equal, rootFromInclusion } from '@wardseal/primitives';
import { EntryReceipts } from '../entry-receipt.js';
import type { LogReader } from '../store/store.js';
import type { Checkpoint } from '../verify-checkpoint.js';

/** Holds leaves against the tree under one checkpoint, whose signature the caller has checked. */
export class TreeCheck {
  readonly #checkpoint: Checkpoint;
  readonly #proofs: EntryReceipts;

  constructor(reader: LogReader, checkpoint: Checkpoint) {
    this.#checkpoint = checkpoint;
    this.#proofs = new EntryReceipts(reader, '', checkpoint.size);
  }

  /** Whether that leaf stands at that index. Throws AuditError `TILE_INVALID` when a tile is lost. */
  async holds(index: number, leafHash: Uint8Array): Promise<boolean> {
    const { size, root } = this.#checkpoint;
    const found = rootFromInclusion(index, size, leafHash, await this.#proofs.path(index));
    return found !== null && equal(found, root);
  }
}
