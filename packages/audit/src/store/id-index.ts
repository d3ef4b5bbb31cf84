// Finds an entry by its 16-byte event id in 24 bytes an entry at most 70 % full; a Map of strings takes some 150.

const WORDS = 4;
const LOAD = 0.7;

/** Event ids and the indices of their entries. */
export class IdIndex {
  #capacity: number;
  #keys: Uint32Array<ArrayBuffer>;
  // Index + 1, so that 0 means empty. A double holds every index up to 2^53.
  #values: Float64Array<ArrayBuffer>;
  #count = 0;
  // The id in hand.
  readonly #id = new Uint32Array(WORDS);

  /** `expected` ids fit before it grows. */
  constructor(expected = 700) {
    this.#capacity = 2 ** Math.ceil(Math.log2(expected / LOAD + 1));
    this.#keys = new Uint32Array(this.#capacity * WORDS);
    this.#values = new Float64Array(this.#capacity);
  }

  /** The index of the id of 16 bytes at `at`, or null. */
  find(data: Uint8Array, at = 0): number | null {
    const value = this.#values[this.#slot(this.#read(data, at))]!;
    return value === 0 ? null : value - 1;
  }

  /** Remembers an id; false, and the first index stays, when it is known. */
  add(data: Uint8Array, at: number, index: number): boolean {
    if (this.#count >= this.#capacity * LOAD) this.#grow();
    return this.#put(this.#read(data, at), index + 1);
  }

  #read(data: Uint8Array, at: number): Uint32Array {
    for (let i = 0, p = at; i < WORDS; i++, p += 4)
      this.#id[i] = (data[p]! << 24) | (data[p + 1]! << 16) | (data[p + 2]! << 8) | data[p + 3]!;
    return this.#id;
  }

  #put(id: Uint32Array, value: number): boolean {
    const slot = this.#slot(id);
    if (this.#values[slot] !== 0) return false;
    this.#keys.set(id, slot * WORDS);
    this.#values[slot] = value;
    this.#count++;
    return true;
  }

  /** Where the id is, or the free place where it belongs. */
  #slot(id: Uint32Array): number {
    const mask = this.#capacity - 1;
    const keys = this.#keys;
    let slot = (Math.imul(id[1]!, 0x9e3779b1) ^ Math.imul(id[2]!, 0x85ebca6b) ^ id[3]!) & mask;
    for (; this.#values[slot] !== 0; slot = (slot + 1) & mask) {
      const at = slot * WORDS;
      if (keys[at] === id[0] && keys[at + 1] === id[1] && keys[at + 2] === id[2] && keys[at + 3] === id[3]) break;
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
