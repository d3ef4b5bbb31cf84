// A process that appends to logs until it is killed. It tells of every acknowledged entry, and of nothing else.
import { seededRandom } from '@wardseal/testkit';
import { fileKeyStore, fileStore } from '../../dist/file-store.js';
import { generateLogKey, logSigner, openLog } from '../../dist/index.js';

const [callers, ...folders] = process.argv.slice(2);
const origin = 'audit.demo-trust.example/2026';
const hex = (bytes) => Buffer.from(bytes).toString('hex');

function event() {
  const time = Date.now().toString(16).padStart(12, '0');
  const tail = hex(crypto.getRandomValues(new Uint8Array(10)));
  return {
    id: `${time.slice(0, 8)}-${time.slice(8)}-7${tail.slice(0, 3)}-a${tail.slice(3, 6)}-${tail.slice(6, 18)}`,
    occurredAt: new Date().toISOString(),
    type: 'image.view',
    outcome: 'success',
    actor: { id: 'person-doctor-moss', kind: 'practitioner', org: 'RX1' },
    subject: { handle: Buffer.alloc(32, 7).toString('base64url') },
    object: { kind: 'item', id: 'item-1' },
  };
}

async function write(folder, which) {
  const { skey } = await generateLogKey(origin, seededRandom('signer'));
  const log = await openLog({
    origin,
    store: fileStore(`${folder}/log`),
    keys: fileKeyStore(`${folder}/secrets`),
    signer: await logSigner(skey),
    checkpointEvery: 5,
    unwitnessed: { acceptedBy: 'demo board', until: '2099-12-31', reason: 'a test' },
  });
  process.send({ which, size: log.size, checkpoint: log.checkpoint() });
  const append = async (n) => {
    for (let i = 0; ; i++) {
      const one = event();
      const { index, receipt } = await log.append(one, { await: (i + n) % 4 === 0 ? 'integrated' : 'durable' });
      process.send({ which, acknowledged: index, id: one.id, receipt });
    }
  };
  await Promise.all(Array.from({ length: Number(callers) }, (_, n) => append(n)));
}

try {
  await Promise.all(folders.map(write));
} catch (error) {
  process.send({ error: error.code });
}
process.disconnect();
