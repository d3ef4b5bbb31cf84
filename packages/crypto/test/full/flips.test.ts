import { expect, it } from 'vitest';
import { type Mode, open, seal } from '../../src/index.js';
import { codeOf, content, world } from '../world.js';

it.each<Mode>(['classic', 'pq'])(
  'every single flipped bit of a small file with all parts is refused, %s',
  async (kind) => {
    const w = await world(kind);
    const guardians = { seats: w.guardians.map(({ entry }) => entry), threshold: 2 };
    const link = { id: 'link-1', key: new Uint8Array(32).fill(1) };
    const sealed = await seal(content(40), { ...w.sealing, guardians, link });
    const codes = new Set<string>();
    for (let bit = 0; bit < sealed.bytes.length * 8; bit++) {
      const changed = sealed.bytes.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      codes.add(await codeOf(() => open(changed, w.opening)));
    }
    const known = ['HEADER_INVALID', 'LIMIT', 'MAC_INVALID', 'NO_MATCH', 'PAYLOAD_INVALID', 'PAYLOAD_MISMATCH'];
    expect([...codes].filter((code) => !known.includes(code))).toEqual([]);
  },
);
