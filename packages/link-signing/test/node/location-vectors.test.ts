import { fromHex, hex } from '@wardseal/primitives';
import { expect, it } from 'vitest';
import { createHandler } from '../../src/handler.js';
import vectors from '../../vectors/locations.json' with { type: 'json' };
import { front } from '../support/front.js';

it('locations made by hand are read, what must be refused is, and ours are the same bytes', async () => {
  const door = await front();
  const seen: string[] = [];
  const content = {
    keys: [fromHex(vectors.key)!],
    size: (object: Uint8Array) => {
      seen.push(hex(object));
      return 10;
    },
    read: () => new Uint8Array(10),
  };
  door.handle = createHandler(door.here.issuer, door.options({ content, clock: () => vectors.now }));
  const statusOf = async (token: string): Promise<number> => (await door.ask('GET', `/o/content/${token}`)).status;
  for (const { token } of vectors.accepted) expect(await statusOf(token)).toBe(200);
  expect(seen).toEqual(vectors.accepted.map(({ object }) => object));
  for (const { why, token } of vectors.refused) expect([why, await statusOf(token)]).toEqual([why, 404]);
  expect(seen.length).toBe(vectors.accepted.length);

  const object = fromHex(vectors.accepted[0]!.object)!;
  const link = await door.here.issuer.grant(door.here.request({ object }));
  const { location } = (await (await door.post('/o/redeem', door.redeemBody(link))).json()) as { location: string };
  expect(location).toBe(`/o/content/${vectors.accepted[0]!.token}`);
});
