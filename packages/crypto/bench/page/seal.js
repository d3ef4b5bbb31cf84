// Runs in the page of chromium.bench.ts.
import { capabilities, open, seal } from '@wardseal/crypto';
import { Decrypter, Encrypter } from 'age-encryption';
import { optionsOf, person } from '../person.js';

let jobs = {};

async function prepare(kind, megabytes) {
  const data = new Uint8Array(megabytes * 1_000_000);
  for (let at = 0; at < data.length; at += 65_536)
    crypto.getRandomValues(data.subarray(at, Math.min(data.length, at + 65_536)));
  const one = await person(kind);
  const { sealing, opening } = optionsOf(one);
  const options = { ...sealing, mode: kind };
  const encrypter = new Encrypter();
  encrypter.addRecipient(one.entry.recipient);
  const decrypter = new Decrypter();
  decrypter.addIdentity(one.identity);
  const sealed = await seal(data, options);
  const theirs = await encrypter.encrypt(data);
  jobs = {
    seal: () => seal(data, options),
    open: () => open(sealed.bytes, opening),
    typageEncrypt: () => encrypter.encrypt(data),
    typageDecrypt: () => decrypter.decrypt(theirs),
  };
}

globalThis.bench = {
  prepare,
  // Only that it is done goes back to Node: not the megabytes.
  run: async (job) => (await jobs[job]()) !== undefined,
  where: async () => `${navigator.userAgent.match(/Chrom\S+/)?.[0]}; ${JSON.stringify(await capabilities())}`,
};
