import { PictureError } from './picture-error.js';

/** One colour component of the frame (T.81 B.2.2) and what the scans have said of it so far. */
export interface Component {
  readonly id: number;
  readonly h: number;
  readonly v: number;
  readonly quantiser: number;
  /** Size in 8x8 blocks, without and with the padding of interleaved scans. */
  readonly blocks: readonly [number, number];
  readonly padded: readonly [number, number];
  /** Lowest bit seen of each of the 64 coefficients; 255 while unseen, 0 when complete. */
  readonly seen: Uint8Array;
  /** Two 32-bit words a block: which coefficients are not zero. Progressive refinement cannot be walked without. */
  readonly nonZero: Uint32Array;
}

/** A scan header (T.81 B.2.3) with the Huffman tables it uses. */
export interface Scan {
  readonly components: readonly { readonly component: Component; readonly dc: Huffman; readonly ac: Huffman }[];
  readonly first: number;
  readonly last: number;
  readonly high: number;
  readonly low: number;
}

/** Every 16-bit window to `length << 8 | symbol`; 0 where no code begins. */
export type Huffman = Uint16Array;

/** Builds the look-up table of T.81 annex C, or null when the counts describe no prefix code. */
export function huffman(counts: Uint8Array, symbols: Uint8Array): Huffman | null {
  const table = new Uint16Array(65_536);
  let code = 0;
  let used = 0;
  for (let length = 1; length <= 16; length++, code <<= 1) {
    for (let i = 0; i < counts[length - 1]!; i++, code++) {
      if (code >= 1 << length) return null;
      const from = code << (16 - length);
      table.fill((length << 8) | symbols[used++]!, from, from + (1 << (16 - length)));
    }
  }
  return table;
}

/**
 * Walks the entropy-coded data of one scan code by code, decoding no pixel, and returns where it ends.
 *
 * This is what lets a picture be rebuilt without being decoded: the data is copied up to its last block and not a
 * byte further, so nothing can hide between the picture and the next marker, and a scan that stops early is refused
 * instead of being shown half grey.
 *
 * @param at first byte after the scan header
 * @param restart blocks groups between restart markers; 0 for none
 * @throws PictureError `PICTURE_TRUNCATED` when data is missing, `PICTURE_MALFORMED` when it cannot be
 */
export function walkScan(
  bytes: Uint8Array,
  at: number,
  scan: Scan,
  frame: { readonly progressive: boolean; readonly columns: number; readonly rows: number },
  restart: number,
): number {
  const bits = new Bits(bytes, at);
  const block = frame.progressive ? progressive(bits, scan) : sequential(bits, scan);
  const [only] = scan.components;
  const single = scan.components.length === 1;
  const columns = single ? only!.component.blocks[0] : frame.columns;
  const rows = single ? only!.component.blocks[1] : frame.rows;
  const total = columns * rows;
  let x = 0;
  let y = 0;
  for (let done = 0; done < total; done++) {
    if (restart !== 0 && done !== 0 && done % restart === 0) {
      bits.restart((done / restart - 1) & 7);
      block.reset();
    }
    if (single) {
      block.walk(0, y * only!.component.padded[0] + x);
    } else {
      for (let c = 0; c < scan.components.length; c++) {
        const { h, v, padded } = scan.components[c]!.component;
        for (let j = 0; j < v; j++) for (let i = 0; i < h; i++) block.walk(c, (y * v + j) * padded[0] + x * h + i);
      }
    }
    if (++x === columns) {
      x = 0;
      y++;
    }
  }
  return bits.end();
}

interface BlockWalker {
  walk(component: number, index: number): void;
  reset(): void;
}

const damaged = (): PictureError => new PictureError('PICTURE_MALFORMED', 'entropy-coded data is damaged');

/** T.81 F.2.2: one DC difference, then run-length coded AC coefficients. */
function sequential(bits: Bits, scan: Scan): BlockWalker {
  return {
    reset: () => undefined,
    walk(component) {
      const { dc, ac } = scan.components[component]!;
      bits.skip(bits.symbol(dc) & 15);
      for (let k = 1; k < 64; k++) {
        const symbol = bits.symbol(ac);
        const size = symbol & 15;
        if (size === 0 && symbol !== 0xf0) break;
        k += symbol >> 4;
        if (k > 63) throw damaged();
        bits.skip(size);
      }
    },
  };
}

/** T.81 G.1.2: DC first or refined; AC first or refined, with runs of ended blocks. */
function progressive(bits: Bits, scan: Scan): BlockWalker {
  const { first, last, high } = scan;
  let ended = 0;
  const reset = (): void => {
    ended = 0;
  };
  if (first === 0) {
    const walk = (component: number): void =>
      bits.skip(high === 0 ? bits.symbol(scan.components[component]!.dc) & 15 : 1);
    return { reset, walk };
  }
  const { ac, component } = scan.components[0]!;
  const { nonZero } = component;
  const endOfBand = (symbol: number): number => (1 << (symbol >> 4)) + bits.take(symbol >> 4);
  if (high === 0) {
    return {
      reset,
      walk(_, index) {
        if (ended > 0) {
          ended--;
          return;
        }
        for (let k = first; k <= last; k++) {
          const symbol = bits.symbol(ac);
          const size = symbol & 15;
          if (size === 0 && symbol !== 0xf0) {
            ended = endOfBand(symbol) - 1;
            return;
          }
          k += symbol >> 4;
          if (k > last) throw damaged();
          if (size === 0) continue;
          bits.skip(size);
          nonZero[index * 2 + (k >> 5)]! |= 1 << (k & 31);
        }
      },
    };
  }
  const isSet = (index: number, k: number): boolean => ((nonZero[index * 2 + (k >> 5)]! >>> (k & 31)) & 1) === 1;
  return {
    reset,
    walk(_, index) {
      let k = first;
      while (ended === 0 && k <= last) {
        const symbol = bits.symbol(ac);
        let run = symbol >> 4;
        const size = symbol & 15;
        if (size > 1) throw damaged();
        if (size === 0 && run < 15) {
          ended = endOfBand(symbol);
          break;
        }
        if (size === 1) bits.skip(1);
        // Coefficients already known get one correcting bit each; `run` counts only those still zero.
        for (; k <= last; k++) {
          if (isSet(index, k)) bits.skip(1);
          else if (run-- === 0) break;
        }
        if (size === 1) {
          if (k > last) throw damaged();
          nonZero[index * 2 + (k >> 5)]! |= 1 << (k & 31);
        }
        k++;
      }
      if (ended === 0) return;
      for (; k <= last; k++) if (isSet(index, k)) bits.skip(1);
      ended--;
    },
  };
}

/** Reads bits most significant first, undoing the byte stuffing of T.81 F.1.2.3. */
class Bits {
  readonly #bytes: Uint8Array;
  #at: number;
  /** The next `#held` bits are the low bits of `#window`. */
  #window = 0;
  #held = 0;
  /** Bits past the end of the data, lent as zeros so that a look-up may read ahead. */
  #lent = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  #fill(): void {
    while (this.#held <= 16) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined || (byte === 0xff && this.#bytes[this.#at + 1] !== 0)) {
        this.#window <<= 8;
        this.#lent += 8;
        if (this.#lent > 64) throw new PictureError('PICTURE_TRUNCATED', 'entropy-coded data ends too early');
      } else {
        this.#window = (this.#window << 8) | byte;
        this.#at += byte === 0xff ? 2 : 1;
      }
      this.#held += 8;
    }
  }

  symbol(table: Huffman): number {
    if (this.#held < 16) this.#fill();
    const entry = table[(this.#window >>> (this.#held - 16)) & 0xffff]!;
    if (entry === 0) {
      // Zeros lent past the end may begin no code: that is missing data, not damaged data.
      if (this.#lent > 0) throw new PictureError('PICTURE_TRUNCATED', 'entropy-coded data ends too early');
      throw damaged();
    }
    this.#held -= entry >> 8;
    return entry & 0xff;
  }

  take(count: number): number {
    if (this.#held < count) this.#fill();
    this.#held -= count;
    return (this.#window >>> this.#held) & ((1 << count) - 1);
  }

  skip(count: number): void {
    if (this.#held < count) this.#fill();
    this.#held -= count;
  }

  /** Where the data ends: the byte after the last one of which a bit was used. */
  end(): number {
    if (this.#lent > this.#held) throw new PictureError('PICTURE_TRUNCATED', 'entropy-coded data ends too early');
    let unread = (this.#held - this.#lent) >> 3;
    for (; unread > 0; unread--) {
      this.#at -= this.#bytes[this.#at - 1] === 0 && this.#bytes[this.#at - 2] === 0xff ? 2 : 1;
    }
    return this.#at;
  }

  /** Steps over restart marker `number`, which must come next. */
  restart(number: number): void {
    let at = this.end();
    if (this.#bytes[at] === undefined) throw new PictureError('PICTURE_TRUNCATED', 'entropy-coded data ends too early');
    // T.81 B.1.1.2 lets fill bytes come before any marker.
    while (this.#bytes[at] === 0xff && this.#bytes[at + 1] === 0xff) at++;
    if (this.#bytes[at] !== 0xff || this.#bytes[at + 1] !== 0xd0 + number) throw damaged();
    this.#at = at + 2;
    this.#window = 0;
    this.#held = 0;
    this.#lent = 0;
  }
}
