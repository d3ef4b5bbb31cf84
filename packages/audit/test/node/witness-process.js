// A witness that is there to be killed.
import { logSigner } from '../../dist/index.js';
import { serveWitness } from '../../dist/witness.js';

const [folder, logKey, skey] = process.argv.slice(2);
const { url } = await serveWitness({ signer: await logSigner(skey), logs: [logKey], folder, port: 0 });
process.send({ url });
