// Sealing and opening 5 MB in one process, beside typage and beside the fastest cipher JavaScript can reach in Node.
// typage neither signs nor builds a tree: where ours does more, the title says so.
import { createCipheriv, randomBytes } from 'node:crypto';
import { generateIdentity, open, seal } from '@wardseal/crypto';
import { compare } from '@wardseal/testkit/node';
import { Decrypter, Encrypter } from 'age-encryption';
import { optionsOf, person } from './person.js';

const MEGABYTES = 5;
const data = new Uint8Array(randomBytes(MEGABYTES * 1_000_000));
const CHUNK = 65_536;

/** The ceiling: the same cipher in the same chunks, with the output thrown away. */
function cipherAlone(): void {
  const key = new Uint8Array(32);
  for (let at = 0, i = 0; at < data.length; at += CHUNK, i++) {
    const nonce = new Uint8Array(12);
    new DataView(nonce.buffer).setUint32(7, i);
    const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 });
    cipher.update(data.subarray(at, at + CHUNK));
    cipher.final();
    cipher.getAuthTag();
  }
}

for (const kind of ['pq', 'classic'] as const) {
  const one = await person(kind);
  const { sealing, opening } = optionsOf(one);
  const options = { ...sealing, mode: kind };
  const encrypter = new Encrypter();
  encrypter.addRecipient(one.entry.recipient);
  const decrypter = new Decrypter();
  decrypter.addIdentity(one.identity);

  const sealed = await seal(data, options);
  const theirs = await encrypter.encrypt(data);
  const measured = { unit: 'MB', perCall: MEGABYTES, baseline: 'typage' };
  await compare(
    `seal 5 MB, ${kind}: ours also hashes a tree and signs`,
    {
      ours: () => seal(data, options),
      typage: () => encrypter.encrypt(data),
      'node:crypto ChaCha20-Poly1305 alone': cipherAlone,
    },
    { ...measured, out: `seal-${kind}` },
  );
  await compare(
    `open 5 MB, ${kind}: ours also checks tree and signature`,
    {
      ours: () => open(sealed.bytes, opening),
      'ours, without proof': () => open(theirs, { identities: [one.identity], allowUnsigned: true }),
      typage: () => decrypter.decrypt(theirs),
    },
    { ...measured, out: `open-${kind}` },
  );
}

const many = await Promise.all(Array.from({ length: 20 }, () => generateIdentity()));
const { sealing } = optionsOf(await person());
const toAll = { ...sealing, recipients: many.map(({ recipient }) => recipient) };
const small = data.subarray(0, 1000);
const crowd = new Encrypter();
for (const one of many) crowd.addRecipient(one.recipient);
await compare(
  'seal 1 kB to 20 post-quantum recipients',
  {
    ours: () => seal(small, toAll),
    typage: () => crowd.encrypt(small),
  },
  { out: 'seal-20-recipients' },
);
