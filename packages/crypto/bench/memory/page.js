// Runs in the page of memory.bench.ts: a file picked by the user goes in, a stream comes out and is thrown away.
import { openStream, sealStream } from '@wardseal/crypto';
import { Encrypter } from 'age-encryption';
import { optionsOf } from '../person.js';

async function drain(stream) {
  const reader = stream.getReader();
  let bytes = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) bytes += part.value.length;
  return bytes;
}

globalThis.memory = {
  async prepare(given) {
    const { sealing, opening } = optionsOf(given);
    const file = () => document.querySelector('input').files[0];
    globalThis.jobs = {
      async 'seal, Blob to stream'() {
        const { payload, sealed } = await sealStream(file(), sealing);
        const bytes = await drain(payload);
        await sealed;
        return bytes;
      },
      async 'open, Blob to stream'() {
        const { plaintext } = await openStream(file(), opening);
        return drain(plaintext);
      },
      async 'typage seal, Blob to stream'() {
        const encrypter = new Encrypter();
        encrypter.addRecipient(given.entry.recipient);
        return drain(await encrypter.encrypt(file().stream()));
      },
    };
    // A first use, so that everything is loaded and compiled before idle is measured.
    const { payload } = await sealStream(new Uint8Array(1_000_000), sealing);
    await drain(payload);
  },
};
