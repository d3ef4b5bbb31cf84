// Writes locations.json: tokens that a reader must accept and must refuse (docs/spec/link-http.md), made by hand with nothing
// of this package, so that they also check it. Run: node vectors/make-locations.mjs
import { createHash, createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const hmac = (key, ...parts) => createHmac('sha256', key).update(Buffer.concat(parts)).digest();
const hex = (text) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const bstr = (data) => Buffer.concat([data.length < 24 ? Buffer.of(0x40 + data.length) : Buffer.of(0x58, data.length), data]);
const uint32 = (value) => Buffer.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);

const key = createHash('sha256').update('location key').digest();
const object = createHash('sha256').update('sealed file').digest();
const expires = 1_800_000_300;
const DOMAIN = 'wardseal.org/link-location v0';
const HEADER = hex('a1 01 05');

function payloadOf({ at = uint32(expires), objectBytes = object, tail = Buffer.alloc(0), head = 'a2' } = {}) {
  return Buffer.concat([hex(head), hex('04 1a'), at, hex('3a 00010000 a1 0a'), bstr(objectBytes), tail]);
}
function tokenOf({ payload = payloadOf(), header = HEADER, domain = DOMAIN, by = key, prefix = 'd1 84', tail = '' } = {}) {
  const k = hmac(by, Buffer.from('wardseal.org/link-location-key v0'));
  const mac = hmac(k, hex('84 64'), Buffer.from('MAC0'), bstr(header), bstr(Buffer.from(domain)), bstr(payload));
  return Buffer.concat([hex(prefix), bstr(header), hex('a0'), bstr(payload), bstr(mac), hex(tail)]).toString('base64url');
}

const good = tokenOf();
const refused = {
  'another key': tokenOf({ by: createHash('sha256').update('another').digest() }),
  'another domain': tokenOf({ domain: 'wardseal.org/grant v0' }),
  'no domain': tokenOf({ domain: '' }),
  'another algorithm in the header': tokenOf({ header: hex('a1 01 04') }),
  'an empty header': tokenOf({ header: hex('a0') }),
  'tagged as a signature': tokenOf({ prefix: 'd2 84' }),
  'no tag': tokenOf({ prefix: '84' }),
  'a byte behind the end': tokenOf({ tail: '00' }),
  'over at this second': tokenOf({ payload: payloadOf({ at: uint32(1_800_000_000) }) }),
  'no expiry': tokenOf({ payload: Buffer.concat([hex('a1 3a 00010000 a1 0a'), bstr(object)]) }),
  'an object of 31 bytes': tokenOf({ payload: payloadOf({ objectBytes: object.subarray(1) }) }),
  'a claim too many': tokenOf({ payload: payloadOf({ head: 'a3', tail: hex('3a 00010001 00') }) }),
  'a byte behind the payload': tokenOf({ payload: payloadOf({ tail: hex('00') }) }),
  padding: `${good}=`,
  'a blank': ` ${good}`,
  'spare bits': `${good.slice(0, -1)}${good.endsWith('A') ? 'B' : String.fromCharCode(good.charCodeAt(good.length - 1) + 1)}`,
  nothing: '',
};
const vectors = {
  spec: 'docs/spec/link-http.md',
  key: key.toString('hex'),
  now: expires - 300,
  accepted: [{ token: good, object: object.toString('hex'), expires }],
  refused: Object.entries(refused).map(([why, token]) => ({ why, token })),
};
writeFileSync(new URL('locations.json', import.meta.url), `${JSON.stringify(vectors, null, 2)}\n`);
