import { type AddressRange, formatAddress, inRange, parseAddress, parseCidr } from './cidr.js';

/** Longest header read, UTF-16 units: some eighty hops, far more than there are. */
const MAX_FORWARDED_CHARS = 4_096;

/**
 * The address a request came from. A header counts only when the immediate peer is one of our proxies, and only as far
 * back as proxies of ours wrote it: it is read from its end, and the first address that is no proxy of ours is the client.
 *
 * @param peer - the address of the socket, as `socket.remoteAddress`.
 * @param forwardedFor - the value of X-Forwarded-For, if any: addresses without ports, joined by commas.
 * @param trustedProxies - blocks of addresses of our own proxies.
 * @returns the address in one spelling (an IPv4-mapped one as IPv4); null when it cannot be known: the peer is no address,
 * a proxy sent no header, or what a proxy wrote is no address.
 * @throws RangeError when one of `trustedProxies` is not a block.
 * @example
 * ```ts
 * clientAddress('10.0.0.9', '203.0.113.7', ['10.0.0.0/24']); // '203.0.113.7'
 * clientAddress('198.51.100.4', '10.1.1.1', ['10.0.0.0/24']); // '198.51.100.4': a header anybody can send
 * ```
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: readonly string[],
): string | null {
  const key = clientKey(peer, forwardedFor, blocks(trustedProxies));
  return key === null ? null : formatAddress(key);
}

/** Blocks of addresses as ranges. Throws RangeError for what is none. */
export function blocks(cidrs: readonly string[]): readonly AddressRange[] {
  return cidrs.map((cidr) => {
    const range = parseCidr(cidr);
    if (range === null) throw new RangeError(`no block of addresses: \`${cidr}\``);
    return range;
  });
}

export function within(ranges: readonly AddressRange[], key: string): boolean {
  return ranges.some((range) => inRange(range, key));
}

/** As `clientAddress`, as a key. */
export function clientKey(peer: unknown, forwardedFor: unknown, proxies: readonly AddressRange[]): string | null {
  let key = typeof peer === 'string' ? parseAddress(peer) : null;
  if (key === null || !within(proxies, key)) return key;
  if (typeof forwardedFor !== 'string' || forwardedFor.length > MAX_FORWARDED_CHARS) return null;
  // RFC 9110 section 5.6.1: members of a list may have blanks and tabs around them.
  for (const hop of forwardedFor.split(',').reverse()) {
    key = parseAddress(hop.replace(/^[ \t]+|[ \t]+$/g, ''));
    if (key === null || !within(proxies, key)) return key;
  }
  return key;
}
