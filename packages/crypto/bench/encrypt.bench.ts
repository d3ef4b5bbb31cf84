// The cipher stage of `seal` alone: an age payload of 5 MB written chunk by chunk into a caller's buffer, as PayloadSealer does
// it, without the tree and the signature. Beside it the same cipher in the same chunks with the output thrown away, which is as
// fast as JavaScript can get at OpenSSL's, and typage's whole encryption.
import { createCipheriv, randomBytes } from 'node:crypto';
import { generateIdentity } from '@wardseal/crypto';
import { aeadSealInto, hkdfSha256, TAG_BYTES, utf8 } from '@wardseal/primitives';
import { compare } from '@wardseal/testkit/node';
import { Encrypter } from 'age-encryption';

const MEGABYTES = 5;
const CHUNK = 65_536;
const data = new Uint8Array(randomBytes(MEGABYTES * 1_000_000));
const count = Math.ceil(data.length / CHUNK);
const out = new Uint8Array(16 + data.length + count * TAG_BYTES);

function nonceOf(index: number): Uint8Array {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(7, index);
  nonce[11] = index === count - 1 ? 1 : 0;
  return nonce;
}

async function ours(): Promise<Uint8Array> {
  const nonce = randomBytes(16);
  const key = hkdfSha256(randomBytes(16), nonce, utf8('payload'), 32);
  out.set(nonce);
  for (let i = 0; i < count; i++) {
    const chunk = data.subarray(i * CHUNK, (i + 1) * CHUNK);
    const at = 16 + i * (CHUNK + TAG_BYTES);
    await aeadSealInto(key, nonceOf(i), chunk, out.subarray(at, at + chunk.length + TAG_BYTES));
  }
  return out;
}

function cipherAlone(): void {
  const key = new Uint8Array(32);
  for (let i = 0; i < count; i++) {
    const cipher = createCipheriv('chacha20-poly1305', key, nonceOf(i), { authTagLength: TAG_BYTES });
    cipher.update(data.subarray(i * CHUNK, (i + 1) * CHUNK));
    cipher.final();
    cipher.getAuthTag();
  }
}

const encrypter = new Encrypter();
encrypter.addRecipient((await generateIdentity({ kind: 'classic' })).recipient);

await compare(
  'encrypt 5 MB into a caller’s buffer: the cipher stage of seal',
  { ours, 'node:crypto ChaCha20-Poly1305, output thrown away': cipherAlone, typage: () => encrypter.encrypt(data) },
  { unit: 'MB', perCall: MEGABYTES, out: 'encrypt' },
);
