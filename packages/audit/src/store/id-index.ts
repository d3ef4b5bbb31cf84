// Finds an entry by its 16-byte event id in 24 bytes an entry at most 70 % full; a Map of strings takes some 150.

const WORDS = 4;
const LOAD = 0.7;

/** Event ids and the indices of their entries. */
export class IdIndex {
  #capacity = 1024;
  #keys = new Uint32Array(this.#capacity * WORDS);
  // Index + 1, so that 0 means empty. A double holds every index up to 2^53.
  #values = new Float64Array(this.#capacity);
  #count = 0;

  /** The index of an id, or null. */
  find(id: Uint8Array): number | null {
    const words = wordsOf(id);
    const value = this.#values[this.#slot(words)]!;
    return value === 0 ? null : value - 1;
  }

  /** Remembers an id; the first index stays when it is known. */
  add(id: Uint8Array, index: number): void {
    if (this.#count >= this.#capacity * LOAD) this.#grow();
    this.#put(wordsOf(id), index + 1);
  }

  #put(words: Uint32Array, value: number): void {
    const slot = this.#slot(words);
    if (this.#values[slot] !== 0) return;
    this.#keys.set(words, slot * WORDS);
    this.#values[slot] = value;
    this.#count++;
  }

  /** Where the id is, or the free place where it belongs. */
  #slot(words: Uint32Array): number {
    const mask = this.#capacity - 1;
    let slot = (Math.imul(words[1]!, 0x9e3779b1) ^ Math.imul(words[2]!, 0x85ebca6b) ^ words[3]!) & mask;
    while (this.#values[slot] !== 0) {
      const at = slot * WORDS;
      if (words.every((word, i) => this.#keys[at + i] === word)) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#capacity *= 2;
    this.#keys = new Uint32Array(this.#capacity * WORDS);
    this.#values = new Float64Array(this.#capacity);
    this.#count = 0;
    for (let slot = 0; slot < values.length; slot++)
      if (values[slot] !== 0) this.#put(keys.subarray(slot * WORDS, (slot + 1) * WORDS), values[slot]!);
  }
}

function wordsOf(id: Uint8Array): Uint32Array {
  const view = new DataView(id.buffer, id.byteOffset, id.byteLength);
  return Uint32Array.of(view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12));
}
