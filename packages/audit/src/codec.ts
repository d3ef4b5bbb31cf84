import { concat, fromUtf8, readUint, uint, utf8 } from '@wardseal/primitives';

type Bytes = Uint8Array<ArrayBuffer>;

// A length below 128 takes one byte; from 128 to 32,767 two, the first with its top bit set.
const SHORT = 128;

/** Writes fields in strictly rising tag order: tag (1 byte), length (1 or 2 bytes), value. */
export class FieldWriter {
  readonly #parts: Uint8Array[];

  /** `head` comes before the first field. */
  constructor(head: Uint8Array) {
    this.#parts = [head];
  }

  bytes(tag: number, value: Uint8Array | undefined): this {
    if (value === undefined) return this;
    const length = value.length < SHORT ? [value.length] : [SHORT | (value.length >> 8), value.length & 255];
    this.#parts.push(Uint8Array.of(tag, ...length), value);
    return this;
  }

  text(tag: number, value: string | undefined): this {
    return this.bytes(tag, value === undefined ? undefined : utf8(value));
  }

  uint(tag: number, value: number | undefined, width: number): this {
    return this.bytes(tag, value === undefined ? undefined : uint(value, width));
  }

  done(): Bytes {
    return concat(...this.#parts);
  }
}

/** The encoding is not the one that `FieldWriter` writes. Callers turn it into an AuditError of their own. */
export class MalformedFields extends Error {}

/** Reads what `FieldWriter` wrote: tags must rise, lengths must fit, and no field may be left over. */
export class FieldReader {
  readonly #fields = new Map<number, Bytes>();

  constructor(data: Uint8Array, headLength: number) {
    let at = headLength;
    let last = 0;
    while (at < data.length) {
      const tag = data[at]!;
      const first = readUint(data, at + 1, 1);
      const long = first !== null && first >= SHORT;
      const length = long ? (readUint(data, at + 1, 2) ?? 0) - SHORT * 256 : first;
      at += long ? 3 : 2;
      if (tag <= last || length === null || at + length > data.length) throw new MalformedFields('fields malformed');
      if (long && length < SHORT) throw new MalformedFields('length not in its shortest form');
      this.#fields.set(tag, new Uint8Array(data.subarray(at, at + length)));
      last = tag;
      at += length;
    }
  }

  /** A field of `min` to `max` bytes, or undefined when it is absent. */
  bytes(tag: number, min: number, max: number = min): Bytes | undefined {
    const value = this.#fields.get(tag);
    this.#fields.delete(tag);
    if (value !== undefined && (value.length < min || value.length > max))
      throw new MalformedFields('length of a field');
    return value;
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
    if (this.#fields.size > 0) throw new MalformedFields('unknown field');
  }
}

/** The value of a field that must be there. */
export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new MalformedFields('field missing');
  return value;
}
