import { fromUtf8, readUint, uint, utf8 } from '@wardseal/primitives';

type Bytes = Uint8Array<ArrayBuffer>;

// A length below 128 takes one byte; from 128 to 32,767 two, the first with its top bit set.
const SHORT = 128;

/** Writes fields in strictly rising tag order: tag (1 byte), length (1 or 2 bytes), value. */
export class FieldWriter {
  readonly #head: Uint8Array;
  readonly #tags: number[] = [];
  readonly #values: Uint8Array[] = [];
  #length: number;

  /** `head` comes before the first field. */
  constructor(head: Uint8Array) {
    this.#head = head;
    this.#length = head.length;
  }

  bytes(tag: number, value: Uint8Array | undefined): this {
    if (value === undefined) return this;
    this.#tags.push(tag);
    this.#values.push(value);
    this.#length += (value.length < SHORT ? 2 : 3) + value.length;
    return this;
  }

  text(tag: number, value: string | undefined): this {
    return this.bytes(tag, value === undefined ? undefined : utf8(value));
  }

  uint(tag: number, value: number | undefined, width: number): this {
    return this.bytes(tag, value === undefined ? undefined : uint(value, width));
  }

  done(): Bytes {
    const data = new Uint8Array(this.#length);
    data.set(this.#head);
    let at = this.#head.length;
    this.#values.forEach((value, i) => {
      data[at++] = this.#tags[i]!;
      if (value.length >= SHORT) data[at++] = SHORT | (value.length >> 8);
      data[at++] = value.length & 255;
      data.set(value, at);
      at += value.length;
    });
    return data;
  }
}

/** The encoding is not the one that `FieldWriter` writes. Callers turn it into an AuditError of their own. */
export class MalformedFields extends Error {}

/**
 * Reads what `FieldWriter` wrote: lengths must fit, and fields are asked for in rising tag order, so that one that is out
 * of order, doubled or unknown is in the way of the next question.
 */
export class FieldReader {
  readonly #data: Bytes;
  #at: number;

  constructor(data: Uint8Array, headLength: number) {
    // One copy for all fields: their values are views of it.
    this.#data = new Uint8Array(data);
    this.#at = headLength;
  }

  /** A field of `min` to `max` bytes, or undefined when it is absent. */
  bytes(tag: number, min: number, max: number = min): Bytes | undefined {
    if (this.#at >= this.#data.length) return undefined;
    const next = this.#data[this.#at]!;
    if (next > tag) return undefined;
    const first = readUint(this.#data, this.#at + 1, 1);
    const long = first !== null && first >= SHORT;
    const length = long ? (readUint(this.#data, this.#at + 1, 2) ?? 0) - SHORT * 256 : first;
    const start = this.#at + (long ? 3 : 2);
    if (next < tag || length === null || length < 0 || start + length > this.#data.length)
      throw new MalformedFields('fields malformed');
    if (long && length < SHORT) throw new MalformedFields('length not in its shortest form');
    if (length < min || length > max) throw new MalformedFields('length of a field');
    this.#at = start + length;
    return this.#data.subarray(start, this.#at);
  }

  text(tag: number, max: number): string | undefined {
    const value = this.bytes(tag, 1, max);
    if (value === undefined) return undefined;
    const text = fromUtf8(value);
    if (text === null) throw new MalformedFields('text of a field');
    return text;
  }

  uint(tag: number, width: number): number | undefined {
    const value = this.bytes(tag, width);
    if (value === undefined) return undefined;
    const number = readUint(value, 0, width);
    if (number === null) throw new MalformedFields('number of a field');
    return number;
  }

  /** Throws when a field was not asked for. */
  end(): void {
    if (this.#at !== this.#data.length) throw new MalformedFields('unknown field');
  }
}

/** The value of a field that must be there. */
export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new MalformedFields('field missing');
  return value;
}
