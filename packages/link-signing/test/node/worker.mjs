// One of several processes on the same stores; run by processes.ts against the built package.
import { join } from 'node:path';
import { seededRandom } from '@wardseal/testkit';
import { Pool } from 'pg';
import { createIssuer, createRedeemer, createSigner } from '../../dist/index.js';
import { postgresStore } from '../../dist/postgres-store.js';
import { sqliteEraseStore, sqliteStore } from '../../dist/sqlite-store.js';

const { folder, connectionString, schema } = JSON.parse(process.argv[2]);
const keys = seededRandom('world keys'); // the keys of test/world.ts
const signer = await createSigner(keys(32));
const tagKeys = [{ key: keys(32) }];
const now = Math.floor(Date.parse('2026-03-01T09:00:00Z') / 1000);
const store =
  connectionString === undefined
    ? sqliteStore(join(folder, 'links.db'))
    : postgresStore(new Pool({ connectionString, application_name: `worker ${process.pid}` }), { schema });
const shares = sqliteEraseStore(join(folder, 'erase.db'));

let death = null;
const tell = (message) => new Promise((resolve) => process.send(message, resolve));
/** Ends like a process without power, at the point that was asked for. */
function dieAt(point) {
  if (death === point) process.kill(process.pid, 'SIGKILL');
}
const mortal = new Proxy(store, {
  get:
    (target, name) =>
    async (...args) => {
      if (name === 'take') dieAt('before take');
      if (name === 'take' && death === 'during take') await tell('taking');
      const answer = await target[name](...args);
      dieAt(`after ${name}`);
      return answer;
    },
});
const issuer = await createIssuer({
  issuer: 'img.trust.example',
  origins: ['https://img.trust.example'],
  signer,
  tagKeys,
  store: mortal,
  shares,
  clock: () => now,
  audit: () => dieAt('after audit'),
});
const open = (handle, { publicKey }, rest = {}) =>
  issuer.redeem(handle, { ephemeralKey: publicKey, context: {}, authorize: () => ({ permit: true }), ...rest });

/** Opens each link many times at once, one link after the other. */
async function race({ handles, opens }) {
  const redeemers = await Promise.all(Array.from({ length: opens }, () => createRedeemer()));
  const opened = [];
  const other = [];
  await tell('ready');
  await told('go');
  for (const handle of handles) {
    await Promise.all(
      redeemers.map((redeemer) =>
        open(handle, redeemer).then(
          ({ use }) => opened.push([handle, use]),
          (error) => error.code === 'LINK_GONE' || other.push(`${error.code}: ${error.cause?.message}`),
        ),
      ),
    );
  }
  return { opened, other };
}

/** Tries wrong passcodes at once. */
async function guess({ handle, guesses }) {
  const redeemer = await createRedeemer();
  await tell('ready');
  await told('go');
  return Promise.all(
    Array.from({ length: guesses }, (_, i) =>
      open(handle, redeemer, { passcode: `wrong-${i}` }).then(
        () => 'opened',
        ({ code, reason }) => `${code} ${reason ?? ''}`,
      ),
    ),
  );
}

async function die({ handle, publicKey, at }) {
  death = at;
  await open(handle, { publicKey });
  // It was faster than whoever was to kill it: then it dies before it has told the answer.
  process.kill(process.pid, 'SIGKILL');
}

const told = (wanted) =>
  new Promise((resolve) => {
    process.on('message', function hear(message) {
      if (message !== wanted && wanted !== undefined) return;
      process.off('message', hear);
      resolve(message);
    });
  });

const first = told();
await tell('up');
const { task, ...facts } = await first;
await tell(await { race, guess, die }[task](facts));
process.exit();
