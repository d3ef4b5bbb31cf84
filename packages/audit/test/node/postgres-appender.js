// A process that appends to a log in PostgreSQL until it is killed. It tells of every acknowledged entry, of every try
// that failed, and when it is about to sign.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { seededRandom } from '@wardseal/testkit';
import pg from 'pg';
import { generateLogKey, logSigner, openLog, wrapKeys } from '../../dist/index.js';
import { postgresKeyStore, postgresStore } from '../../dist/postgres-store.js';

const { connectionString, origin, callers, start, leaseSilence, askToSign, checkpointEvery } = JSON.parse(
  process.argv[2],
);

/** The event of a name: the same in every process and life. */
function event(name) {
  const digest = createHash('sha256').update(name).digest('hex');
  const time = start.toString(16).padStart(12, '0');
  return {
    id: `${time.slice(0, 8)}-${time.slice(8)}-7${digest.slice(0, 3)}-a${digest.slice(3, 6)}-${digest.slice(6, 18)}`,
    occurredAt: new Date(start).toISOString(),
    type: 'image.view',
    outcome: 'success',
    actor: { id: 'person-doctor-moss', kind: 'practitioner', org: digest.charCodeAt(0) % 2 ? 'RX1' : 'RY2' },
    subject: { handle: Buffer.alloc(32, digest.charCodeAt(1) % 4).toString('base64url') },
    object: { kind: 'item', id: 'item-1' },
  };
}

/** Tries until it succeeds: with the same id nothing is there twice. */
async function persist(work) {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      process.send({ failed: error.code ?? error.message });
      await setTimeout(20);
    }
  }
}

process.on('disconnect', () => process.exit());
const pool = new pg.Pool({ connectionString, max: 4 });
pool.on('error', () => undefined);
const { skey } = await generateLogKey(origin, seededRandom('signer'));
const key = await logSigner(skey);
const signer = {
  vkey: key.vkey,
  async sign(message) {
    const told = askToSign && once(process, 'message');
    process.send({ signing: true });
    await told;
    return key.sign(message);
  },
};
const log = await persist(() =>
  openLog({
    origin,
    store: postgresStore(pool, { leaseSilence }),
    keys: wrapKeys(postgresKeyStore(pool), Buffer.alloc(32, 5)),
    signer,
    checkpointEvery,
    unwitnessed: { acceptedBy: 'demo board', until: '2099-12-31', reason: 'a test' },
  }),
);
process.send({ started: log.size, checkpoint: log.checkpoint() });
const append = async (n) => {
  for (let i = 0; ; i++) {
    // Every fourth is one that the other processes append as well.
    const one = event(i % 4 === 0 ? `shared ${n} ${i}` : `${process.pid} ${n} ${i}`);
    const options = { await: (i + n) % 3 === 0 ? 'integrated' : 'durable' };
    const { index, receipt } = await persist(() => log.append(one, options));
    process.send({ acknowledged: index, id: one.id, receipt });
  }
};
await Promise.all(Array.from({ length: callers }, (_, n) => append(n)));
