import { notSecret } from './random.mjs';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** RFC 4648 with padding, in a realm that may lack every other way. */
function base64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (const shift of [18, 12, 6, 0]) text += ALPHABET[(group >> shift) & 63];
  }
  const extra = (3 - (bytes.length % 3)) % 3;
  return text.slice(0, text.length - extra) + '='.repeat(extra);
}

/** Signs the checkpoint of an empty log and verifies it; another size under the same signature is refused. */
export async function smoke({ generateLogKey, logSigner, verifyCheckpoint }) {
  const name = 'log.trust.example';
  const { vkey, skey } = await generateLogKey(name, notSecret);
  const text = `${name}\n0\n${base64(new Uint8Array(32))}\n`;
  const message = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const signature = await (await logSigner(skey)).sign(message);
  const id = vkey
    .split('+')[1]
    .match(/../g)
    .map((pair) => Number.parseInt(pair, 16));
  const note = `${text}\n\u2014 ${name} ${base64([...id, ...signature])}\n`;
  const { size } = await verifyCheckpoint(note, { logKey: vkey });
  const refused = await verifyCheckpoint(note.replace('\n0\n', '\n1\n'), { logKey: vkey }).then(
    () => false,
    ({ code }) => code === 'SIGNATURE_INVALID',
  );
  return refused && size === 0;
}
