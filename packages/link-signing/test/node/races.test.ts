import { describe, expect, test } from 'vitest';
import { createRedeemer, type LinkError, type Redeemer } from '../../src/index.js';
import { world } from '../world.js';
import { together } from './processes.js';
import { raceProcesses } from './race-processes.js';
import { KINDS, withStores } from './stores.js';

const LINKS = 60;
const MAX = 3;
const OPENS = 100;
// Minutes, because a busy machine takes ten times as long as an idle one.
const LIMIT = { timeout: 300_000 };

async function redeemers(count: number): Promise<Redeemer[]> {
  return Promise.all(Array.from({ length: count }, () => createRedeemer()));
}

describe.each(Object.keys(KINDS))('%s', (kind) => {
  test(`${LINKS} links of ${MAX} uses, ${OPENS} parallel opens each: 0 over, 0 under`, LIMIT, () =>
    withStores(kind, async (stores) => {
      const { issuer, request, redeem, events } = await world(stores);
      const openers = await redeemers(OPENS);
      for (let i = 0; i < LINKS; i++) {
        const { cti } = await issuer.prepare();
        const { handle } = await issuer.grant(request({ cti, maxUses: MAX }));
        const results = await Promise.allSettled(openers.map((opener) => redeem(handle, opener)));
        const uses = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value.use] : []));
        expect(uses.sort()).toEqual([1, 2, 3]);
        const codes = new Set(
          results.flatMap((one) => (one.status === 'rejected' ? [(one.reason as LinkError).code] : [])),
        );
        expect([...codes]).toEqual(['LINK_GONE']);
        expect(await issuer.inspect(handle)).toMatchObject({ used: 3, state: 'exhausted' });
        expect(await stores.shares.get(cti)).toBeNull();
      }
      expect(events).toHaveLength(LINKS * MAX);
    }),
  );

  test('60 parallel wrong passcodes, limit 5: exactly 5 evaluated', () =>
    withStores(kind, async (stores) => {
      const { issuer, request, redeem, redeemer } = await world(stores);
      const { handle } = await issuer.grant(request({ binding: 'passcode', passcode: '483920' }));
      const mine = await redeemer();
      const codes = await Promise.all(
        Array.from({ length: 60 }, (_, i) =>
          redeem(handle, mine, { passcode: `wrong-${i}` }).then(
            () => 'opened',
            (error: LinkError) => `${error.code} ${error.reason ?? ''}`,
          ),
        ),
      );
      expect(codes.filter((code) => code === 'PASSCODE_REFUSED ')).toHaveLength(5);
      expect(codes.filter((code) => code === 'LINK_GONE locked')).toHaveLength(55);
    }));

  test('a crowd with the right passcode is not mistaken for guessing', () =>
    withStores(kind, async (stores) => {
      const { issuer, request, redeem } = await world(stores);
      const { handle } = await issuer.grant(request({ binding: 'passcode', passcode: '483920', maxUses: 20 }));
      const openers = await redeemers(30);
      const results = await Promise.allSettled(openers.map((opener) => redeem(handle, opener, { passcode: '483920' })));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
      expect(await issuer.inspect(handle)).toMatchObject({ failures: 0, state: 'exhausted' });
    }));

  test('the same opening sent many times at once is one use', () =>
    withStores(kind, async (stores) => {
      const { issuer, request, redeem, redeemer } = await world(stores);
      const { handle } = await issuer.grant(request({ maxUses: 5 }));
      const mine = await redeemer();
      const results = await Promise.all(Array.from({ length: 40 }, () => redeem(handle, mine)));
      expect(new Set(results.map(({ use }) => use))).toEqual(new Set([1]));
      expect(new Set(results.map(({ sealed }) => Buffer.from(sealed).toString('hex'))).size).toBe(1);
      expect((await issuer.inspect(handle)).used).toBe(1);
    }));
});

test.each([
  ['node:sqlite', 3, 20, 30],
  ['PostgreSQL', 4, 60, 25],
])('%s from %i processes: %i links of 3 uses, %i opens of each by each: 0 over, 0 under', LIMIT, (kind, ...numbers) =>
  withStores(kind, (stores) => raceProcesses(stores, ...numbers)),
);

test.each([
  ['node:sqlite', 3],
  ['PostgreSQL', 4],
])('%s: wrong passcodes from %i processes at once, limit 5: exactly 5 evaluated', LIMIT, (kind, processes) =>
  withStores(kind, async (stores) => {
    const { issuer, request } = await world(stores);
    const { handle } = await issuer.grant(request({ binding: 'passcode', passcode: '483920' }));
    const tasks = Array.from({ length: processes }, () => ({ task: 'guess', handle, guesses: 60 / processes }));
    const answers = (await together<string[]>(stores, tasks)).flat();
    expect(answers.filter((code) => code === 'PASSCODE_REFUSED ')).toHaveLength(5);
    expect(answers.filter((code) => code === 'LINK_GONE locked')).toHaveLength(55);
    expect(await issuer.inspect(handle)).toMatchObject({ failures: 5, state: 'locked' });
  }),
);
