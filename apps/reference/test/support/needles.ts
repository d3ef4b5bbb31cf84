// Looks for things that must not be there, in a hundred megabytes of anything, whatever they are written as.

/** Something to look for. */
export interface Needle {
  readonly label: string;
  readonly bytes: Uint8Array;
}

/** What was found, and where: what it is, how it was written, and after how many bytes. */
export interface Find {
  readonly label: string;
  readonly at: number;
}

/** A picture counts as found from this many bytes on that stand in it one after another. */
const WINDOW = 64;
/** Two probes of the haystack are this far apart: the shortest needle has its four bytes at one of them. */
const STEP = 5;
const KEY = 4;
/** Of a picture, four bytes are known from so many on: prime to the step, so that some meet. */
const EACH = 3;
/** Shorter needles would be found in noise. */
export const SHORTEST = STEP + KEY - 1;

/** Base64 of bytes whose neighbours nobody knows: the letters that depend on these bytes alone, for each place of the first. */
function base64Forms(bytes: Buffer, encoding: 'base64' | 'base64url'): Buffer[] {
  return [0, 1, 2].map((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]);
    const text = padded.toString(encoding).replace(/=+$/, '');
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor((padded.length * 8) / 6);
    return Buffer.from(text.slice(first, last));
  });
}

/** Bytes as they are, and in the encodings in which programs put bytes into texts. */
export function formsOfBytes(label: string, bytes: Uint8Array): Needle[] {
  const raw = Buffer.from(bytes);
  const hex = raw.toString('hex');
  return [
    { label, bytes: raw },
    { label: `${label} in hex`, bytes: Buffer.from(hex) },
    { label: `${label} in hex`, bytes: Buffer.from(hex.toUpperCase()) },
    ...base64Forms(raw, 'base64').map((form) => ({ label: `${label} in base64`, bytes: form })),
    ...base64Forms(raw, 'base64url').map((form) => ({ label: `${label} in base64url`, bytes: form })),
  ].filter(({ bytes: form }) => form.length >= SHORTEST);
}

/** A text in each case, in UTF-8 and UTF-16, as a part of a URL, and each of these in other encodings. */
export function formsOfText(label: string, text: string): Needle[] {
  if (text.length < SHORTEST) throw new TypeError(`too short to look for: ${label}`);
  const written = new Set([text, text.toLowerCase(), text.toUpperCase()]);
  return [...written].flatMap((one) => {
    const wide = Buffer.from(one, 'utf16le');
    const encoded = encodeURIComponent(one);
    return [
      ...formsOfBytes(label, Buffer.from(one)),
      ...formsOfBytes(`${label} in UTF-16LE`, wide),
      ...formsOfBytes(`${label} in UTF-16BE`, Buffer.from(wide).swap16()),
      ...(encoded === one ? [] : formsOfBytes(`${label} in a URL`, Buffer.from(encoded))),
      ...(one.includes(' ') ? formsOfBytes(`${label} in a form`, Buffer.from(one.replaceAll(' ', '+'))) : []),
    ];
  });
}

/** Finds needles whole, and any 64 bytes of a picture. */
export class Finder {
  /** Marks four bytes that stand in something we look for, so that what does not is passed over fast. */
  readonly #marks = new Uint8Array(1 << 22);
  readonly #needles = new Map<number, { needle: Needle; offset: number }[]>();
  readonly #pictures = new Map<number, { needle: Needle; offset: number }>();

  constructor(needles: readonly Needle[], pictures: readonly Needle[]) {
    for (const needle of needles) {
      if (needle.bytes.length < SHORTEST) throw new TypeError(`too short to look for: ${needle.label}`);
      for (let offset = 0; offset < STEP; offset++) {
        const key = this.#mark(needle.bytes, offset);
        this.#needles.set(key, [...(this.#needles.get(key) ?? []), { needle, offset }]);
      }
    }
    // Every third place: of 64 bytes in the haystack a dozen are probed, four of them at such places.
    for (const needle of pictures)
      for (let offset = 0; offset + KEY <= needle.bytes.length; offset += EACH) {
        const { bytes } = needle;
        const key = keyAt(bytes, offset);
        // Runs of one value are in every file.
        if (bytes[offset] === bytes[offset + 1] && bytes[offset] === bytes[offset + 2]) continue;
        if (this.#pictures.has(key)) continue;
        this.#mark(bytes, offset);
        this.#pictures.set(key, { needle, offset });
      }
  }

  #mark(bytes: Uint8Array, offset: number): number {
    const key = keyAt(bytes, offset);
    const place = hash(key);
    this.#marks[place >>> 3] = (this.#marks[place >>> 3] as number) | (1 << (place & 7));
    return key;
  }

  /** Each thing that is in `haystack`, with the first place of it. */
  find(haystack: Uint8Array): Find[] {
    const found = new Map<string, number>();
    for (let at = 0; at + KEY <= haystack.length; at += STEP) {
      const key = keyAt(haystack, at);
      const place = hash(key);
      if (((this.#marks[place >>> 3] as number) & (1 << (place & 7))) === 0) continue;
      for (const { needle, offset } of this.#needles.get(key) ?? []) {
        const { label, bytes } = needle;
        if (!found.has(label) && equalAt(haystack, at - offset, bytes)) found.set(label, at - offset);
      }
      const seen = this.#pictures.get(key);
      if (
        seen !== undefined &&
        !found.has(seen.needle.label) &&
        run(haystack, at, seen.needle.bytes, seen.offset) >= WINDOW
      )
        found.set(seen.needle.label, at);
    }
    return [...found].map(([label, at]) => ({ label, at }));
  }
}

function keyAt(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}

/** One of 2^25 marks. */
function hash(key: number): number {
  return Math.imul(key, 0x9e3779b1) >>> 7;
}

function equalAt(haystack: Uint8Array, at: number, bytes: Uint8Array): boolean {
  if (at < 0 || at + bytes.length > haystack.length) return false;
  return bytes.every((byte, i) => haystack[at + i] === byte);
}

/** How many bytes around these two places are the same, up to what counts. */
function run(a: Uint8Array, i: number, b: Uint8Array, j: number): number {
  let before = 0;
  while (before < WINDOW && i - before > 0 && j - before > 0 && a[i - before - 1] === b[j - before - 1]) before++;
  let after = 0;
  while (after < WINDOW && i + after < a.length && j + after < b.length && a[i + after] === b[j + after]) after++;
  return before + after;
}
