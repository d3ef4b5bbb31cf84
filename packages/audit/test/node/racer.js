// A process that opens a log again and again, whenever nobody else has it, and appends one entry each time.
import { seededRandom } from '@wardseal/testkit';
import { fileKeyStore, fileStore } from '../../dist/file-store.js';
import { createEventId, generateLogKey, logSigner, openLog } from '../../dist/index.js';

const [folder, rounds] = process.argv.slice(2);
const origin = 'audit.demo-trust.example/2026';
const { skey } = await generateLogKey(origin, seededRandom('signer'));
const signer = await logSigner(skey);
let refused = 0;
for (let won = 0; won < Number(rounds); ) {
  try {
    const log = await openLog({
      origin,
      store: fileStore(`${folder}/log`),
      keys: fileKeyStore(`${folder}/secrets`),
      signer,
      unwitnessed: { acceptedBy: 'demo board', until: '2099-12-31', reason: 'a test' },
    });
    const id = createEventId();
    const { index } = await log.append({
      id,
      occurredAt: new Date().toISOString(),
      type: 'auth.login',
      outcome: 'success',
      actor: { id: 'person-doctor-moss', kind: 'practitioner', org: 'RX1' },
    });
    await log.close();
    process.send({ id, index, checkpoint: log.checkpoint() });
    won++;
  } catch (error) {
    if (error.code !== 'LOG_LOCKED') {
      process.send({ error: error.code ?? String(error) });
      break;
    }
    refused++;
  }
}
process.send({ refused });
process.disconnect();
