import { generateKeyPairSync, sign } from 'node:crypto';

// A self-signed X.509 certificate for 127.0.0.1, made anew for every run (RFC 5280): no key lies in the repository.

const tlv = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const length = body.length;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), body]);
};
const sequence = (...parts: readonly Uint8Array[]) => tlv(0x30, ...parts);
const oid = (...bytes: number[]) => tlv(0x06, Buffer.from(bytes));
const time = (date: Date) => tlv(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`));

/** PEM of a fresh key and of its certificate. */
export function selfSigned(name: string = 'demo collector'): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const ed25519 = sequence(oid(0x2b, 0x65, 0x70));
  const called = sequence(tlv(0x31, sequence(oid(0x55, 0x04, 0x03), tlv(0x0c, Buffer.from(name)))));
  const day = 86_400_000;
  const address = sequence(oid(0x55, 0x1d, 0x11), tlv(0x04, sequence(tlv(0x87, Buffer.from([127, 0, 0, 1])))));
  const authority = sequence(oid(0x55, 0x1d, 0x13), tlv(0x04, sequence(tlv(0x01, Buffer.from([0xff])))));
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.from([1])),
    ed25519,
    called,
    sequence(time(new Date(Date.now() - day)), time(new Date(Date.now() + day))),
    called,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(address, authority)),
  );
  const signature = tlv(0x03, Buffer.from([0]), sign(null, body, privateKey));
  const base64 = sequence(body, ed25519, signature).toString('base64');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${base64.match(/.{1,64}/g)!.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}
