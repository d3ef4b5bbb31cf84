import type { StoredEntry } from '../../src/index.js';
import { encodeLeaf } from '../../src/leaf.js';
import { hexOf, START, uuid7 } from './events.js';

export const TYPES = ['image.view', 'image.list', 'breakglass.open'] as const;

/** An entry whose bytes follow from a number, with few different handles, so that queries find several. */
export function entryOf(n: number): StoredEntry {
  const handle = (kind: number, which: number): Uint8Array<ArrayBuffer> => new Uint8Array(32).fill(16 * kind + which);
  const random = (length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    new DataView(bytes.buffer).setUint32(length - 5, n);
    return bytes;
  };
  const leaf = encodeLeaf({
    id: uuid7(START, random),
    recordedAt: START + 10 * n,
    type: TYPES[n % 3]!,
    outcome: 'success',
    org: 'RX1',
    actorHandle: handle(1, n % 5),
    ...(n % 2 === 0 && { subjectHandle: handle(2, n % 4), subjectCommitment: handle(3, 0) }),
    ...(n % 7 === 0 && { objectHandle: handle(4, n % 2) }),
    actorCommitment: handle(5, n % 11),
  });
  const side = (length: number): Uint8Array => new Uint8Array(length).map((_, i) => n + i);
  return { leaf, subject: side(n % 2 === 0 ? 33 + n : 0), actor: side(n % 13 === 0 ? 16_000 : 100) };
}

export function entriesOf(count: number, first = 0): StoredEntry[] {
  return Array.from({ length: count }, (_, i) => entryOf(first + i));
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** Entries in one form, whatever kind of Uint8Array a store gives. */
export function plain(entries: readonly StoredEntry[]): string[] {
  return entries.map(({ leaf, subject, actor }) => [leaf, subject, actor].map(hexOf).join(' '));
}
