import { expect, test } from 'vitest';
import { signPack, verifyPack } from '../../src/governance/index.js';
import { flipped } from '../support/flipped.js';
import { GUARDIANS, inForceSince, packOf } from '../support/governance.js';

test('no bit of a signed pack can be turned', async () => {
  const file = await signPack(await inForceSince(packOf(1)), { guardians: GUARDIANS });
  const accepted: string[] = [];
  for (let i = 0; i < file.length; i++)
    for (let bit = 0; bit < 8; bit++)
      await verifyPack(flipped(file, i, bit), { id: 'sample', guardians: GUARDIANS, notBelow: null }).then(
        () => accepted.push(`${i}/${bit}`),
        () => undefined,
      );
  expect(accepted).toEqual([]);
}, 300_000);
