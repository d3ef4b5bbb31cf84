// One of several processes that open the same links of one SQLite file; run by races.test.ts against the built package.
import { join } from 'node:path';
import { seededRandom } from '@wardseal/testkit';
import { createIssuer, createRedeemer, createSigner } from '../../dist/index.js';
import { sqliteEraseStore, sqliteStore } from '../../dist/sqlite-store.js';

const folder = process.argv[2];
const keys = seededRandom('world keys'); // the keys of test/world.ts
const signer = await createSigner(keys(32));
const tagKeys = [{ key: keys(32) }];
const now = Math.floor(Date.parse('2026-03-01T09:00:00Z') / 1000);
const store = sqliteStore(join(folder, 'links.db'));
const shares = sqliteEraseStore(join(folder, 'erase.db'));
const issuer = await createIssuer({
  issuer: 'img.trust.example',
  origins: ['https://img.trust.example'],
  signer,
  tagKeys,
  store,
  shares,
  clock: () => now,
  audit: () => undefined,
});

const redeemers = await Promise.all(Array.from({ length: 30 }, () => createRedeemer()));

process.once('message', async ({ handles }) => {
  const opened = [];
  const other = [];
  for (const handle of handles) {
    await Promise.all(
      redeemers.map(({ publicKey }) =>
        issuer.redeem(handle, { ephemeralKey: publicKey, context: {}, authorize: () => ({ permit: true }) }).then(
          ({ use }) => opened.push([handle, use]),
          (error) => error.code === 'LINK_GONE' || other.push(`${error.code}: ${error.cause}`),
        ),
      ),
    );
  }
  store.close();
  shares.close();
  process.send({ opened, other });
});
process.send('ready');
