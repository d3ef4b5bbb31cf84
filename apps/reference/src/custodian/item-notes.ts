import { join } from 'node:path';
import { privateFolder, readJson, writeWhole } from './files.js';

/** What the custodian remembers of an item, so that one id means one file for ever. No patient is in it. */
export interface ItemNote {
  readonly manifestId: string;
  readonly filed?: { readonly reference: string; readonly acknowledgedAt: string };
}

/** A folder of notes, one a item. Item ids are UUIDs, checked at the wire: none leads out of the folder. */
export class ItemNotes {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = join(folder, 'items');
  }

  async read(item: string): Promise<ItemNote | null> {
    return (await readJson(this.#path(item))) as ItemNote | null;
  }

  async write(item: string, note: ItemNote): Promise<void> {
    await privateFolder(join(this.#folder, item.slice(0, 2)));
    await writeWhole(this.#path(item), JSON.stringify(note));
  }

  #path(item: string): string {
    return join(this.#folder, item.slice(0, 2), `${item}.json`);
  }
}
