import { everyByteFlip } from '@wardseal/testkit';
import { expect, test } from 'vitest';
import { createRedeemer, linkKey, openAnswer, parseLink, verifyGrant } from '../src/index.js';
import { ORIGIN, refusal, world } from './world.js';

test('a link with a secret is opened: the answer gives the share, and both give the file key', async () => {
  const { issuer, request, random, redeem, redeemer, keySet, seconds, events } = await world();
  const { cti, share } = await issuer.prepare();
  const secret = random(32);
  const key = linkKey({ secret, share, cti });
  const { link, grant } = await issuer.grant(request({ cti, binding: 'passcode', passcode: '483920', maxUses: 2 }));

  const opened = parseLink(link(ORIGIN, secret), { origins: [ORIGIN] });
  const mine = await redeemer();
  expect(mine.publicKey).toHaveLength(1216);
  const redeemed = await redeem(opened.handle, mine, { passcode: '483920', context: { page: 'opening' } });
  expect(redeemed).toMatchObject({ use: 1, of: 2, repeated: false, obligations: [], receipt: 'receipt 1' });
  const answer = await openAnswer(redeemed.sealed, mine.secretKey, opened.handle);
  expect(answer.grant).toEqual(grant);
  expect(answer.claims).toEqual((await verifyGrant(grant, keySet, seconds())).claims);
  expect(linkKey({ secret: opened.secret!, share: answer.share!, cti: answer.claims.cti })).toEqual(key);
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    type: 'link.open',
    use: 1,
    of: 2,
    binding: 'passcode',
    context: { page: 'opening' },
  });
});

test('an answer opens with its own key and handle only, and unchanged', async () => {
  const { issuer, request, redeem, redeemer } = await world();
  const { handle } = await issuer.grant(request());
  const other = await issuer.grant(request());
  const [mine, stranger] = [await redeemer(), await redeemer()];
  const { sealed } = await redeem(handle, mine);
  expect((await openAnswer(sealed, mine.secretKey, handle)).share).toBeNull();
  const code = async (...args: Parameters<typeof openAnswer>) => (await refusal(openAnswer(...args))).code;
  expect(await code(sealed, stranger.secretKey, handle)).toBe('ANSWER_INVALID');
  expect(await code(sealed, mine.secretKey, other.handle)).toBe('ANSWER_INVALID');
  expect(await code(sealed, mine.secretKey, 'nonsense')).toBe('HANDLE_INVALID');
  for (const length of [0, 1, 1119, 1120, 1135, sealed.length - 1])
    expect(await code(sealed.slice(0, length), mine.secretKey, handle)).toBe('ANSWER_INVALID');
  let at = 0;
  for (const changed of everyByteFlip(sealed))
    if (at++ % 16 === 0 || at > 1120) expect(await code(changed, mine.secretKey, handle)).toBe('ANSWER_INVALID');
  await expect(openAnswer(sealed, mine.secretKey.slice(1), handle)).rejects.toThrow(RangeError);
});

test('every redeemer is another, from the platform or from injected randomness', async () => {
  const [a, b] = [await createRedeemer(), await createRedeemer()];
  expect(a.publicKey).not.toEqual(b.publicKey);
  const fixed = { random: (length: number) => new Uint8Array(length).fill(7) };
  expect(await createRedeemer(fixed)).toEqual(await createRedeemer(fixed));
});
