/** All addresses of one block: a closed interval of address keys. */
export interface AddressRange {
  readonly from: string;
  readonly to: string;
}

/** The first 96 bits of an IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2). */
const MAPPED = `${'0'.repeat(20)}ffff`;

/** Four decimal numbers of 0 to 255 without leading zeros (RFC 6943 section 3.1.1, the strict form), as 8 hex digits. */
function v4(text: string): string | null {
  const parts = text.split('.');
  const fits = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return fits ? parts.map((part) => Number(part).toString(16).padStart(2, '0')).join('') : null;
}

/** RFC 4291 section 2.2, any of its three forms, without a zone; as 32 hex digits. */
function v6(text: string): string | null {
  // The dotted form closes an address: it stands for its last two groups.
  const hexadecimal = text.replace(/[^:]*\.[^:]*$/, (end) => v4(end)?.replace(/.{4}/, '$&:') ?? '?');
  const [head, tail, more] = hexadecimal.split('::').map((side) => (side === '' ? [] : side.split(':')));
  const gap = 8 - head!.length - (tail?.length ?? 0);
  // `::` stands for at least one group.
  if (more !== undefined || (tail === undefined ? gap !== 0 : gap < 1)) return null;
  const groups = [...head!, ...new Array<string>(gap).fill('0'), ...(tail ?? [])];
  const fits = groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group));
  return fits ? groups.map((group) => group.toLowerCase().padStart(4, '0')).join('') : null;
}

/**
 * An address as a key that sorts and compares as text: the family (`4` or `6`) and the address in hex. An IPv4-mapped
 * IPv6 address has the key of its IPv4 address. Strict: no leading zeros, no short, hexadecimal or octal forms, no zone,
 * no port, no blank.
 *
 * @returns null when the text is not exactly one address.
 * @example
 * ```ts
 * parseAddress('::ffff:10.0.0.1') === parseAddress('10.0.0.1'); // true
 * ```
 */
export function parseAddress(text: string): string | null {
  // The longest is an IPv6 address with an IPv4 address at its end.
  if (text.length > 45) return null;
  if (!text.includes(':')) {
    const short = v4(text);
    return short && `4${short}`;
  }
  const long = v6(text);
  return long?.startsWith(MAPPED) ? `4${long.slice(24)}` : long && `6${long}`;
}

/**
 * A block of addresses (RFC 4632, RFC 4291 section 2.3). Strict: a prefix length without leading zeros, and no bit set
 * after it: `10.1.2.3/8` is a slip, and refused. A single address is a block of one. IPv4 and IPv6 are apart: `::/0` holds
 * no IPv4 address.
 *
 * @returns null when the text is not a block.
 * @example
 * ```ts
 * parseCidr('10.0.0.0/8'); // { from: '40a000000', to: '40affffff' }
 * ```
 */
export function parseCidr(text: string): AddressRange | null {
  const [address = '', length, more] = text.split('/');
  const key = parseAddress(address);
  if (key === null || more !== undefined) return null;
  if (length === undefined) return { from: key, to: key };
  if (!/^(0|[1-9]\d{0,2})$/.test(length)) return null;
  const bits = key[0] === '4' ? 32 : 128;
  // A mapped block counts its bits from the start of the IPv6 address.
  const prefix = Number(length) - (bits === 32 && address.includes(':') ? 96 : 0);
  if (prefix < 0 || prefix > bits) return null;
  let to = key[0]!;
  for (let i = 1; i < key.length; i += 1) {
    const free = Math.min(4, Math.max(0, i * 4 - prefix));
    const digit = Number.parseInt(key[i]!, 16);
    const mask = (1 << free) - 1;
    if ((digit & mask) !== 0) return null;
    to += (digit | mask).toString(16);
  }
  return { from: key, to };
}

/**
 * Whether an address lies in a block.
 *
 * @returns false when either text is not what it should be.
 * @example
 * ```ts
 * matchCidr('10.0.0.0/8', '10.200.3.4'); // true
 * ```
 */
export function matchCidr(cidr: string, address: string): boolean {
  const range = parseCidr(cidr);
  const key = parseAddress(address);
  return range !== null && key !== null && inRange(range, key);
}

/** Whether an address key lies in a range. */
export function inRange({ from, to }: AddressRange, key: string): boolean {
  return key >= from && key <= to;
}

/** An address key as text: dotted for IPv4, eight groups for IPv6. */
export function formatAddress(key: string): string {
  const digits = key.slice(1);
  return key[0] === '4'
    ? digits.replace(/../g, (byte, at) => `${at === 0 ? '' : '.'}${Number.parseInt(byte, 16)}`)
    : digits.replace(/.{4}/g, (group, at) => `${at === 0 ? '' : ':'}${Number.parseInt(group, 16).toString(16)}`);
}
