import { sha256 } from '@noble/hashes/sha2.js';

// RFC 6962 section 2.1 word for word, slow and without a clever line: the oracle for everything that is fast.

type Bytes = Uint8Array<ArrayBuffer>;

const join = (...parts: Uint8Array[]): Bytes => Uint8Array.from(parts.flatMap((part) => [...part]));

export function mth(entries: readonly Uint8Array[]): Bytes {
  if (entries.length === 0) return sha256(new Uint8Array(0)) as Bytes;
  if (entries.length === 1) return sha256(join(Uint8Array.of(0), entries[0]!)) as Bytes;
  const k = largest(entries.length);
  return sha256(join(Uint8Array.of(1), mth(entries.slice(0, k)), mth(entries.slice(k)))) as Bytes;
}

function largest(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

export function path(m: number, entries: readonly Uint8Array[]): Bytes[] {
  const n = entries.length;
  if (n === 1) return [];
  const k = largest(n);
  if (m < k) return [...path(m, entries.slice(0, k)), mth(entries.slice(k))];
  return [...path(m - k, entries.slice(k)), mth(entries.slice(0, k))];
}

export function proof(m: number, entries: readonly Uint8Array[]): Bytes[] {
  return m === 0 || m === entries.length ? [] : subproof(m, entries, true);
}

function subproof(m: number, entries: readonly Uint8Array[], known: boolean): Bytes[] {
  const n = entries.length;
  if (m === n) return known ? [] : [mth(entries)];
  const k = largest(n);
  if (m <= k) return [...subproof(m, entries.slice(0, k), known), mth(entries.slice(k))];
  return [...subproof(m - k, entries.slice(k), false), mth(entries.slice(0, k))];
}
