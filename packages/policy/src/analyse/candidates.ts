import type { Value } from '../engine/facts.js';
import { MAX_TEXT } from '../engine/substance.js';
import { type AddressRange, formatAddress } from '../place/cidr.js';

/** A moment so many ms before the present. */
export class Ago {
  readonly ms: number;
  #now = Number.NaN;
  #date = '';
  constructor(ms: number) {
    this.ms = ms;
  }

  /** As a request writes it. Asked again and again of one present. */
  at(now: number): string {
    if (now !== this.#now) this.#date = new Date(now - this.ms).toISOString();
    this.#now = now;
    return this.#date;
  }
}

/** Durations of a condition in ms beyond which the moments of a witness could have no date of four digits. */
export const LONGEST_MS: number = 1_000 * 365 * 86_400_000;

/**
 * Moments such that every combination of tests is met by one: of each interval of ages that the durations cut, as many as
 * there are facts that may have to differ, and each constant.
 */
export function moments(
  durations: readonly number[],
  dates: readonly number[],
  presents: readonly number[],
  copies: number,
): (Ago | number)[] {
  const cuts = [...new Set(durations)].sort((a, b) => a - b);
  const starts = cuts.length === 0 ? [0] : [cuts[0]! - 60_000, ...cuts];
  // Durations are whole seconds, so that the first of the ms after a cut belong to the same interval.
  const ages = starts.flatMap((start) => {
    const out: number[] = [];
    for (let age = start + 1; out.length < copies && age < start + 1_000; age += 1)
      if (!presents.some((present) => dates.includes(present - age))) out.push(age);
    return out;
  });
  return [...ages.map((age) => new Ago(age)), ...dates];
}

/** Presents such that the age of every date is on each side of every duration, and each date is itself the present. */
export function presentsOf(dates: readonly number[], durations: readonly number[], usual: number): number[] {
  const cuts = dates.flatMap((date) => [0, ...durations].map((age) => date + age));
  return [...new Set([usual, ...cuts.flatMap((cut) => [cut - 1, cut, cut + 1])])];
}

/** The whole numbers about each bound: enough of each interval for so many facts to differ. */
export function integersAbout(bounds: readonly number[], copies: number): number[] {
  const out = new Set<number>();
  for (const bound of bounds.length === 0 ? [copies] : bounds)
    for (let i = -copies; i <= copies; i += 1) out.add(bound + i);
  return [...out].filter(Number.isSafeInteger).sort((a, b) => a - b);
}

/** Texts that say as much as each bound, one more and one less. */
export function texts(bounds: readonly number[]): string[] {
  return integersAbout(bounds.length === 0 ? [0] : bounds, 1)
    .filter((length) => length >= 0 && length <= MAX_TEXT)
    .map(saying);
}

/** A text in which nothing is ever repeated at once: the square-free word of Thue (1912), so that all of it counts. */
function saying(length: number): string {
  const parity = (n: number): number => (n === 0 ? 0 : (n & 1) ^ parity(n >> 1));
  return Array.from({ length }, (_, i) => 'abc'[1 + parity(i + 1) - parity(i)]).join('');
}

const START = { '4': '0'.repeat(8), '6': '0'.repeat(32) } as const;
/** IPv6 keys that no address has, since an IPv4-mapped address has the key of its IPv4 address; and the next one. */
const MAPPED = `6${'0'.repeat(20)}ffff`;
const AFTER_MAPPED = `6${'0'.repeat(19)}1${'0'.repeat(12)}`;

/** The first address of every interval that the blocks cut. */
export function addresses(ranges: readonly AddressRange[]): string[] {
  const keys = new Set([`4${START['4']}`, `6${START['6']}`, AFTER_MAPPED]);
  for (const { from, to } of ranges) {
    keys.add(from);
    const digits = to.slice(1);
    const next = (BigInt(`0x${digits}`) + 1n).toString(16).padStart(digits.length, '0');
    if (next.length === digits.length) keys.add(to[0] + next);
  }
  return [...keys].filter((key) => !key.startsWith(MAPPED)).map(formatAddress);
}

/** So many names that are none of the constants. */
export function freshNames(count: number, taken: ReadonlySet<Value>, stem: string): string[] {
  const out: string[] = [];
  for (let i = 1; out.length < count; i += 1) if (!taken.has(`${stem}-${i}`)) out.push(`${stem}-${i}`);
  return out;
}
