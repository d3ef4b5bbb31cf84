import { inclusionPath } from '@wardseal/primitives';
import { HashReader } from './hash-reader.js';
import type { OpenedEntry } from './opened-entry.js';
import type { LogReader } from './store/store.js';
import { formatProof } from './tlog-proof.js';

/** Proofs of a log's entries against one of its checkpoints, from the tiles alone: no log need be open. */
export class EntryReceipts {
  readonly #checkpoint: string;
  readonly #size: number;
  readonly #hashes: HashReader;

  /** `checkpoint` covers `size` entries; that its signature is good is the caller's to have checked. */
  constructor(reader: LogReader, checkpoint: string, size: number) {
    this.#checkpoint = checkpoint;
    this.#size = size;
    this.#hashes = new HashReader((tile) => reader.readTile(tile));
  }

  /** Path of the entry at `index` to the root. Throws AuditError `TILE_INVALID` when a tile is lost. */
  path(index: number): Promise<Uint8Array<ArrayBuffer>[]> {
    return inclusionPath(index, this.#size, this.#hashes.at(this.#size));
  }

  /** The receipt of an opened entry, with its opening unless `closed`. */
  async of({ index, bytes, opening }: OpenedEntry, closed = false): Promise<string> {
    const hashes = await this.path(index);
    return formatProof({ index, hashes, checkpoint: this.#checkpoint, leaf: bytes, opening: closed ? null : opening });
  }
}
