// Runs in the page of chromium.bench.ts.
import { capabilities, generateIdentity, generateSigningKey, open, seal } from '@wardseal/crypto';
import { Decrypter, Encrypter } from 'age-encryption';

let jobs = {};

async function prepare(kind, megabytes) {
  const data = new Uint8Array(megabytes * 1_000_000);
  for (let at = 0; at < data.length; at += 65_536)
    crypto.getRandomValues(data.subarray(at, Math.min(data.length, at + 65_536)));
  const { identity, recipient } = await generateIdentity({ kind });
  const keys = await generateSigningKey();
  const entry = {
    person: 'p',
    organisation: 'o',
    recipient,
    signingKey: keys.publicKey,
    validFrom: 0,
    validTo: 2 ** 40,
  };
  const options = {
    directory: 'unverified',
    recipients: [entry],
    sender: { keys, entry },
    mediaType: 'image/jpeg',
    case: 'c',
    labels: { kind: 'photo' },
    mode: kind,
  };
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const sealed = await seal(data, options);
  const theirs = await encrypter.encrypt(data);
  jobs = {
    seal: () => seal(data, options),
    open: () => open(sealed.bytes, { identities: [identity], resolveSender: () => entry }),
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
