// Sealing and opening 5 MB in one process, beside typage and beside the fastest cipher JavaScript can reach in Node.
// typage neither signs nor builds a tree: where ours does more, the title says so.
import { createCipheriv, randomBytes } from 'node:crypto';
import { generateIdentity, generateSigningKey, open, seal } from '@wardseal/crypto';
import { compare } from '@wardseal/testkit/node';
import { Decrypter, Encrypter } from 'age-encryption';

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
    recipients: [entry],
    directory: 'unverified',
    sender: { keys, entry },
    mediaType: 'image/jpeg',
    case: 'c',
    labels: { kind: 'photo' },
    mode: kind,
  } as const;
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);

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
      ours: () => open(sealed.bytes, { identities: [identity], resolveSender: () => entry }),
      'ours, without proof': () => open(theirs, { identities: [identity], allowUnsigned: true }),
      typage: () => decrypter.decrypt(theirs),
    },
    { ...measured, out: `open-${kind}` },
  );
}

const { recipient } = await generateIdentity();
const many = await Promise.all(Array.from({ length: 20 }, () => generateIdentity()));
const keys = await generateSigningKey();
const entry = { person: 'p', organisation: 'o', recipient, signingKey: keys.publicKey, validFrom: 0, validTo: 2 ** 40 };
const small = data.subarray(0, 1000);
const crowd = new Encrypter();
for (const one of many) crowd.addRecipient(one.recipient);
await compare(
  'seal 1 kB to 20 post-quantum recipients',
  {
    ours: () =>
      seal(small, {
        recipients: many.map((one) => one.recipient),
        directory: 'unverified',
        sender: { keys, entry },
        mediaType: 'image/jpeg',
        case: 'c',
        labels: {},
      }),
    typage: () => crowd.encrypt(small),
  },
  { out: 'seal-20-recipients' },
);
