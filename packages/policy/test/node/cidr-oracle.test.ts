import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatAddress, matchCidr, parseAddress, parseCidr } from '../../src/place/index.js';

// Single digits changed in a few addresses: near misses, not random texts.
const text = fc
  .tuple(
    fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('::', '::ffff:1.2.3.4', '1::8')),
    fc.nat(44),
    fc.constantFrom('', '0', ':', '.', '9', 'f', ' ', '/', '%'),
  )
  .map(([address, at, put]) => address.slice(0, at) + put + address.slice(at + 1));

test('what is an address: as node:net says, but without zones', () => {
  let valid = 0;
  fc.assert(
    fc.property(fc.oneof(text, fc.ipV4Extended(), fc.ipV4(), fc.ipV6()), (candidate) => {
      const expected = isIP(candidate) !== 0 && !candidate.includes('%');
      if (expected) valid += 1;
      expect({ candidate, is: parseAddress(candidate) !== null }).toEqual({ candidate, is: expected });
    }),
    { numRuns: 20_000, seed: 1 },
  );
  expect(valid).toBeGreaterThan(5_000);
});

test('what lies in a block: as node:net says', () => {
  let inside = 0;
  const address = fc.oneof(fc.ipV4(), fc.ipV6());
  fc.assert(
    fc.property(address, fc.nat(128), address, fc.boolean(), (base, length, other, near) => {
      const isV4 = parseAddress(base)!.startsWith('4');
      const prefix = Math.min(length, isV4 ? 32 : 128);
      // The block that holds `base`: its bits after the prefix cleared.
      const key = parseAddress(base)!;
      const width = isV4 ? 32n : 128n;
      const host = width - BigInt(prefix);
      const first = ((BigInt(`0x${key.slice(1)}`) >> host) << host).toString(16).padStart(Number(width) / 4, '0');
      const network = formatAddress(key[0] + first);
      const asked = near ? base : other;
      const list = new BlockList();
      list.addSubnet(network, prefix, isV4 ? 'ipv4' : 'ipv6');
      const isAskedV4 = parseAddress(asked)!.startsWith('4');
      const expected =
        isAskedV4 === isV4 && list.check(formatAddress(parseAddress(asked)!), isAskedV4 ? 'ipv4' : 'ipv6');
      if (expected) inside += 1;
      expect(parseCidr(`${network}/${prefix}`)).not.toBeNull();
      expect(matchCidr(`${network}/${prefix}`, asked)).toBe(expected);
      expect(parseCidr(`${base}/${prefix}`) !== null).toBe(key.slice(1) === first);
    }),
    { numRuns: 5_000, seed: 2 },
  );
  expect(inside).toBeGreaterThan(1_000);
});
