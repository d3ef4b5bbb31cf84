// Writes uploads.json from a fixed seed: node vectors/make-uploads.mjs (after a build). Upload links, and certificates of
// one-off keys, with what must be refused; made without the package's own writer of certificates wherever it says "must fail".
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { seededRandom } from '@wardseal/testkit';
import { createIssuer, createSigner, encodeGrant, memoryEraseStore, memoryStore, uploadLink, uploadObject } from '../dist/index.js';

const random = seededRandom('link-signing upload vectors');
const NOW = 1_772_355_600; // 2026-03-01T09:00:00Z
const ISSUER = 'img.trust.example';
const ORIGIN = `https://${ISSUER}`;
const secretKey = random(32);
const signer = await createSigner(secretKey);
const issuer = await createIssuer({
  issuer: ISSUER, origins: [ORIGIN], signer, tagKeys: [{ key: random(32) }], store: memoryStore(), shares: memoryEraseStore(),
  audit: () => undefined, clock: () => NOW, random, passcodeCost: { N: 2, r: 1, p: 1 },
});
const bytes = (text) => Buffer.from(text, 'hex');
const hex = (data) => Buffer.from(data).toString('hex');
const b64 = (data) => Buffer.from(data).toString('base64url');
const mint = (changes = {}) =>
  issuer.grant({
    object: uploadObject(random(32)), expires: NOW + 7200, maxUses: 2, purpose: 'direct-care', binding: 'bearer',
    permissions: ['upload'], recipient: random(32), issuerUser: random(32), ...changes,
  });

const PKCS8 = bytes('302e020100300506032b657004220420');
const privateKey = (seed) => createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
const publicKey = (seed) => Buffer.from(createPublicKey(privateKey(seed)).export({ format: 'jwk' }).x, 'base64url');

const link = await mint();
const [view, short] = [await mint({ permissions: ['view'] }), await mint({ expires: NOW + 600 })];
const other = await mint();
const oneOff = publicKey(random(32));
const proof = sign(null, Buffer.concat([Buffer.from('wardseal.org/upload-key v0'), link.id, oneOff]), privateKey(random(32)));
if (proof.length !== 64) throw new Error('no signature');

// By hand, from the page of the specification.
const head = (major, n) => (n < 24 ? Buffer.of((major << 5) | n) : n < 256 ? Buffer.of((major << 5) | 24, n) : n < 65_536 ? Buffer.of((major << 5) | 25, n >> 8, n & 255) : Buffer.concat([Buffer.of((major << 5) | 26), bytes(n.toString(16).padStart(8, '0'))]));
const bstr = (data) => Buffer.concat([head(2, data.length), data]);
const tstr = (text) => Buffer.concat([head(3, text.length), Buffer.from(text)]);
const kid = link.grant.slice(8, 12);
const protectedHeader = Buffer.concat([bytes('a201270444'), kid]);
const signed = (payload, { domain = 'wardseal.org/upload-certificate v0', seed = secretKey, header = protectedHeader } = {}) => {
  const message = Buffer.concat([bytes('846a'), Buffer.from('Signature1'), bstr(header), bstr(Buffer.from(domain)), bstr(payload)]);
  return Buffer.concat([bytes('d284'), bstr(header), bytes('a0'), bstr(payload), bstr(sign(null, message, privateKey(seed)))]);
};
const members = ({ iss = ISSUER, aud = ORIGIN, exp = NOW + 3600, iat = NOW, kty = 1, crv = 6, key = oneOff, id = link.id, sensitivity = 0 } = {}) => [
  Buffer.concat([bytes('01'), tstr(iss)]),
  Buffer.concat([bytes('03'), tstr(aud)]),
  Buffer.concat([bytes('04'), head(0, exp)]),
  Buffer.concat([bytes('06'), head(0, iat)]),
  Buffer.concat([bytes('08a101a301'), head(0, kty), bytes('20'), head(0, crv), bytes('21'), bstr(key)]),
  Buffer.concat([bytes('3a00010000a201'), bstr(id), bytes('02'), head(0, sensitivity)]),
];
const map = (list) => Buffer.concat([Buffer.of(0xa0 | list.length), ...list]);
const payload = (facts) => map(members(facts));
const without = (at) => map(members().filter((_, i) => i !== at));
const good = signed(payload());

const names = ['issuer', 'audience', 'expiry', 'issuing time', 'key', 'private claims'];
const of = (facts, grant = link) => ({ certificate: b64(signed(payload(facts))), grant: encodeGrant(grant.grant) });
const refused = {
  'no domain': b64(signed(payload(), { domain: '' })),
  'the domain of a grant': b64(signed(payload(), { domain: 'wardseal.org/grant v0' })),
  'another signer under the same key identifier': b64(signed(payload(), { seed: random(32) })),
  'a signer that is not known': b64(signed(payload(), { header: Buffer.concat([bytes('a201270444'), bytes('00000000')]) })),
  'the algorithm ES256': b64(signed(payload(), { header: Buffer.concat([bytes('a201260444'), kid]) })),
  'the grant itself': b64(link.grant),
  'a byte behind the end': b64(Buffer.concat([good, bytes('00')])),
  'the last byte missing': b64(good.subarray(0, -1)),
  'an unknown member 7': b64(signed(map(members().toSpliced(4, 0, bytes('07410a'))))),
  'an unknown private member 3': b64(signed(map(members().toSpliced(5, 1, Buffer.concat([bytes('3a00010000a301'), bstr(link.id), bytes('02000300')]))))),
  'members out of order': b64(signed(map(members().toSpliced(0, 2, members()[1], members()[0])))),
  'an issuer that the key does not speak for': b64(signed(payload({ iss: 'other.example' }))),
  'another audience than the grant': b64(signed(payload({ aud: 'https://other.example' }))),
  'a key of type EC2': b64(signed(payload({ kty: 2 }))),
  'a key of curve X25519': b64(signed(payload({ crv: 4 }))),
  'a key of 31 bytes': b64(signed(payload({ key: oneOff.subarray(1) }))),
  'a link id of 16 bytes': b64(signed(payload({ id: link.id.slice(0, 16) }))),
  'an unknown sensitivity': b64(signed(payload({ sensitivity: 3 }))),
  'a life of 3601 seconds': b64(signed(payload({ exp: NOW + 3601 }))),
  'an end before its start': b64(signed(payload({ exp: NOW, iat: NOW + 1 }))),
  'an end that has come': b64(signed(payload({ exp: NOW, iat: NOW - 60 }))),
  'a start before that of the grant': b64(signed(payload({ iat: NOW - 61, exp: NOW + 60 }))),
  'a start that has not come': b64(signed(payload({ iat: NOW + 61 }))),
  ...Object.fromEntries(names.map((name, at) => [`no ${name}`, b64(signed(without(at)))])),
};
const text = uploadLink(ORIGIN, link.handle, b64(random(32)));
const [, root] = text.split('.').slice(-2).join('.').split('.');
const spare = `${root.slice(0, -1)}${String.fromCharCode(root.charCodeAt(42) + 1)}`;
writeFileSync(
  new URL('./uploads.json', import.meta.url),
  `${JSON.stringify(
    {
      issuer: ISSUER, origin: ORIGIN, publicKey: hex(signer.publicKey), now: NOW, handle: link.handle, root, oneOff: hex(oneOff), id: hex(link.id),
      object: { patientHandle: '00'.repeat(32), object: hex(uploadObject(new Uint8Array(32))) },
      links: {
        accepted: [text],
        refused: Object.entries({
          'no root': text.slice(0, text.lastIndexOf('.')),
          'an empty root': text.slice(0, text.lastIndexOf('.') + 1),
          'a root cut short': text.slice(0, -1),
          'spare bits in the root': text.replace(root, spare),
          'a third part': `${text}.AAAA`,
          'a percent sign': text.replace('#', '%23'),
          'a query': text.replace('/u#', '/u?a=b#'),
          'the path of a link to open': text.replace('/u#', '/o#'),
          'a slash behind the path': text.replace('/u#', '/u/#'),
          'another origin': text.replace('img.trust', 'img.trvst'),
          'plain http': text.replace('https', 'http'),
          'a blank behind it': `${text} `,
          'a blank in front': ` ${text}`,
          'upper case in the host': text.replace('img', 'IMG'),
          'handle and root the other way round': `${ORIGIN}/u#${root}.${link.handle}`,
        }).map(([name, one]) => ({ name, text: one })),
      },
      certificates: {
        accepted: [
          { name: 'usual', sensitivity: 'usual', ...of() },
          { name: 'intimate', sensitivity: 'intimate', ...of({ sensitivity: 1 }) },
          { name: 'intimate, of somebody under 18', sensitivity: 'intimate-under-18', ...of({ sensitivity: 2 }) },
          { name: 'good for a second', sensitivity: 'usual', ...of({ exp: NOW + 1 }) },
        ],
        refused: [
          ...Object.entries(refused).map(([name, certificate]) => ({ name, certificate, grant: encodeGrant(link.grant) })),
          { name: 'the grant of another link', ...of({}, other) },
          { name: 'a grant to open', ...of({ id: view.id }, view) },
          { name: 'an end after that of the grant', ...of({ id: short.id, exp: NOW + 601 }, short) },
        ],
      },
    },
    null,
    2,
  )}\n`,
);
