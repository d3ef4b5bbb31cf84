// Writes grants.json, handles.json, chains.json and proofs.json from fixed seeds: node vectors/make.mjs (after a build).
// Cases that must fail are made from good ones here, so that a reader in any language can be tested with them.
import { createHmac, createPrivateKey, createPublicKey, hkdfSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { p256 } from '@noble/curves/nist.js';
import { seededRandom } from '@wardseal/testkit';
import {
  createIssuer, createProof, createSigner, delegate, encodeGrant, keyThumbprint, memoryEraseStore, memoryStore, openingToken,
} from '../dist/index.js';

const random = seededRandom('link-signing vectors');
const NOW = 1_772_355_600; // 2026-03-01T09:00:00Z
const ISSUER = 'img.trust.example';
const secretKey = random(32);
const tagKey = random(32);
const signer = await createSigner(secretKey);
const issuer = await createIssuer({
  issuer: ISSUER,
  origins: ['https://img.trust.example'],
  signer,
  tagKeys: [{ key: tagKey }],
  store: memoryStore(),
  shares: memoryEraseStore(),
  audit: () => undefined,
  clock: () => NOW,
  random,
  passcodeCost: { N: 2, r: 1, p: 1 },
});
const hex = (data) => Buffer.from(data).toString('hex');
const bytes = (text) => Buffer.from(text, 'hex');
const base = () => ({
  object: random(32),
  expires: NOW + 3600,
  maxUses: 3,
  purpose: 'referral',
  binding: 'bearer',
  permissions: ['view'],
  issuerUser: random(32),
});
const least = await issuer.grant(base());
const full = await issuer.grant({
  ...base(),
  expires: NOW + 7 * 24 * 3600,
  recipientKey: random(32),
  maxUses: 100,
  purpose: 'complaint',
  binding: 'passkey',
  permissions: ['view', 'save-to-record', 'delegate'],
  delegationDepth: 3,
  policy: { digest: random(32), revision: 12 },
  recipient: random(32),
});

// A second, independent writer: plain concatenation of CBOR, signed with Node's own Ed25519.
const pkcs8 = Buffer.concat([bytes('302e020100300506032b657004220420'), secretKey]);
const privateKey = createPrivateKey({ key: pkcs8, type: 'pkcs8', format: 'der' });
const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(12);
const head = (major, value) =>
  value < 24
    ? Buffer.of((major << 5) | value)
    : value < 256
      ? Buffer.of((major << 5) | 24, value)
      : Buffer.of((major << 5) | 25, value >> 8, value & 255);
const bstr = (data) => Buffer.concat([head(2, data.length), data]);
const PREFIX = 13;
const protectedHeader = Buffer.from(least.grant.subarray(3, 12));
const DOMAIN = Buffer.from('wardseal.org/grant v0');
function signed(payload, { header = protectedHeader, unprotected = Buffer.of(0xa0), aad = DOMAIN } = {}) {
  const tbs = Buffer.concat([bytes('846a5369676e617475726531'), bstr(header), bstr(aad), bstr(payload)]);
  const signature = sign(null, tbs, privateKey);
  return Buffer.concat([bytes('d284'), bstr(header), unprotected, bstr(payload), bstr(signature)]);
}
const payload = Buffer.from(least.grant.subarray(PREFIX + 2, -66)); // 58 and one byte of length before it
if (!signed(payload).equals(Buffer.from(least.grant))) throw new Error('the second writer of grants differs');

/** The payload with one byte string swapped for another of any length. */
function swapped(from, to) {
  const at = payload.indexOf(bytes(from));
  if (at < 0 || payload.indexOf(bytes(from), at + 1) >= 0) throw new Error(`${from} is not there exactly once`);
  return Buffer.concat([payload.subarray(0, at), bytes(to), payload.subarray(at + from.length / 2)]);
}
const exp = `041a${(NOW + 3600).toString(16)}`;
const nbf = `051a${NOW.toString(16)}`;
const own = '3a00010000'; // the key -65537
const withClaim = (claim, count = 1) =>
  Buffer.concat([Buffer.of(payload[0] + count), payload.subarray(1, payload.indexOf(bytes(own))), bytes(claim), payload.subarray(payload.indexOf(bytes(own)))]);
const asHex = (text) => Buffer.from(text).toString('hex');
const RULES = '0103020103000401'; // 3 uses, referral, bearer, view
/** A grant whose payload was edited in hexadecimal and signed again; the edit must change something. */
function edited(from, to) {
  const changed = hex(payload).replace(from, to);
  if (changed === hex(payload)) throw new Error(`${from} is not there`);
  return signed(bytes(changed));
}
const kid = protectedHeader.subarray(5);

const refused = {
  'signature without the domain as external data': signed(payload, { aad: Buffer.alloc(0) }),
  'signature of the domain of delegated grants': signed(payload, { aad: Buffer.from('wardseal.org/delegated-grant v0') }),
  'protected header with a type besides': signed(payload, { header: Buffer.concat([bytes('a301270444'), kid, bytes('10183d')]) }),
  'protected header of algorithm ES256': signed(payload, { header: Buffer.concat([bytes('a201260444'), kid]) }),
  'protected header with a key out of order': signed(payload, { header: Buffer.concat([bytes('a20444'), kid, bytes('0127')]) }),
  'an unprotected header that is not empty': signed(payload, { unprotected: bytes('a1044401020304') }),
  'no tag': signed(payload).subarray(1),
  'the tag of a CWT (61) in front': Buffer.concat([bytes('d83d'), signed(payload)]),
  'a byte behind the end': Buffer.concat([signed(payload), Buffer.of(0)]),
  'payload length in its long form': (() => {
    const good = signed(payload);
    const at = PREFIX;
    return Buffer.concat([good.subarray(0, at), bytes('59'), Buffer.of(0), good.subarray(at + 1)]);
  })(),
  'a map key twice': signed(Buffer.concat([Buffer.of(payload[0] + 1), payload.subarray(1, 2 + 1 + ISSUER.length), payload.subarray(1)])),
  'an expiry in its long form': signed(swapped(exp, `041b00000000${(NOW + 3600).toString(16)}`)),
  'an expiry as a floating-point number (as RFC 8392 A.7 has one)': signed(swapped(exp, '04fb41da68fbe4000000')),
  'an expiry as text': signed(swapped(exp, '046131')),
  'an expiry before the start': signed(swapped(exp, `041a${(NOW - 1).toString(16)}`)),
  'a bearer life of 24 hours and a second': signed(swapped(exp, `041a${(NOW + 86_401).toString(16)}`)),
  'a missing start': signed(Buffer.concat([Buffer.of(payload[0] - 1), swapped(nbf, '').subarray(1)])),
  'an unknown claim 9 (scope)': signed(withClaim('096178')),
  'a text claim': signed(withClaim('616e63416461')),
  'an unknown private claim 12': edited(/^(.*3a00010000)a6(.*)$/, '$1a7$20c01'),
  'a parent without the key that delegated': edited(/^(.*3a00010000)a6(.*)(095820.*)$/, `$1a7$2075820${'9c'.repeat(32)}$3`),
  'a grant said to be delegated, under the key of the issuer': edited(
    /^(.*3a00010000)a6(.*)(095820.*)$/,
    `$1a8$2075820${'9c'.repeat(32)}$30ba301012006215820${'9d'.repeat(32)}`,
  ),
  'an issuing time that is the start said again': signed(
    Buffer.concat([Buffer.of(payload[0] + 1), swapped(nbf, `${nbf}06${nbf.slice(2)}`).subarray(1)]),
  ),
  'no permission': edited(RULES, '0103020103000400'),
  'an unknown permission': edited(RULES, '0103020103000409'),
  'permission to delegate on a bearer grant': edited(RULES, '0103020103000405'),
  'no uses': edited(RULES, '0100020103000401'),
  '101 uses': edited(RULES, '011865020103000401'),
  'an unknown purpose': edited(RULES, '010302186303000401'),
  'a binding of holder-of-key without a key': edited(RULES, '0103020103030401'),
  'a plain-text audience of another scheme': edited(asHex('https:'), asHex('httpz:')),
  'a text in place of the issuing user': edited(/(095820)[0-9a-f]{64}/, `$1${asHex('dr.ada.example@trust.example.nhs')}`),
};
if (payload[0] !== 0xa6) throw new Error('the least grant has six claims');
for (const [name, data] of Object.entries(refused))
  if (Buffer.compare(data, Buffer.from(least.grant)) === 0) throw new Error(`${name} is the good one`);

writeFileSync(
  new URL('grants.json', import.meta.url),
  `${JSON.stringify(
    {
      format: 'docs/spec/grant.md',
      now: NOW,
      issuer: ISSUER,
      publicKey: hex(publicKey),
      accepted: [
        { name: 'least', text: encodeGrant(least.grant), id: hex(least.id) },
        { name: 'full', text: encodeGrant(full.grant), id: hex(full.id) },
        { name: 'least, written and signed by a second writer', text: signed(payload).toString('base64url'), id: hex(least.id) },
      ],
      refused: Object.entries(refused).map(([name, data]) => ({ name, text: data.toString('base64url') })),
    },
    null,
    2,
  )}\n`,
);

// Handles, by a second writer as well.
const hmac = (key, ...parts) => createHmac('sha256', key).update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();
const handleKid = hmac(tagKey, 'wardseal.org/handle-kid v0').subarray(0, 4);
const handleKey = hmac(tagKey, 'wardseal.org/handle-key v0');
const time = (value) => bytes(value.toString(16).padStart(8, '0'));
function handle({ version = 0, kid: by = handleKid, expires = NOW + 3600, id = least.id, domain = 'wardseal.org/handle v0', key = handleKey } = {}) {
  const header = Buffer.concat([Buffer.of(version), by, time(expires), id]);
  return Buffer.concat([header, hmac(key, domain, header).subarray(0, 16)]);
}
if (handle().toString('base64url') !== least.handle) throw new Error('the second writer of handles differs');
/** The text of such a handle with an expiry at which its tag ends well, so that nothing but its fault refuses it. */
function faulty(fault) {
  for (let expires = NOW + 3600; ; expires++) {
    const text = handle({ expires, ...fault }).toString('base64url');
    if (!/[-_]$/.test(text)) return text;
  }
}
const good = least.handle;
// A tag whose text ends in a dash or an underscore is not used: the next one is, over the header and the byte 1.
const drawn = (() => {
  for (let i = 0; ; i++) {
    const id = hmac(tagKey, `draw ${i}`);
    const first = handle({ id });
    if (!/[-_]$/.test(first.toString('base64url'))) continue;
    const header = first.subarray(0, 41);
    const tag = hmac(handleKey, 'wardseal.org/handle v0', header, Buffer.of(1)).subarray(0, 16);
    const text = Buffer.concat([header, tag]).toString('base64url');
    if (!/[-_]$/.test(text)) return { id, dashed: first.toString('base64url'), text };
  }
})();
const drawnTwice = hmac(handleKey, 'wardseal.org/handle v0', Buffer.from(good, 'base64url').subarray(0, 41), Buffer.of(1));
const secret = random(32);
const share = random(32);
const cti = random(32);
writeFileSync(
  new URL('handles.json', import.meta.url),
  `${JSON.stringify(
    {
      format: 'docs/spec/handle.md',
      now: NOW,
      tagKey: hex(tagKey),
      accepted: [
        { name: 'least', text: good, id: hex(least.id), expires: NOW + 3600 },
        { name: 'full', text: full.handle, id: hex(full.id), expires: NOW + 7 * 24 * 3600 },
        { name: 'a second tag, because the first ends in a dash or underscore', text: drawn.text, id: hex(drawn.id), expires: NOW + 3600 },
      ],
      refused: [
        { name: 'expired this second', text: handle({ expires: NOW }).toString('base64url') },
        { name: 'version 1', text: faulty({ version: 1 }) },
        { name: 'unknown key', text: faulty({ kid: bytes('00000000') }) },
        { name: 'tag under the raw key', text: faulty({ key: tagKey }) },
        { name: 'tag of another domain', text: faulty({ domain: 'wardseal.org/handle v1' }) },
        { name: 'tag without domain', text: faulty({ domain: '' }) },
        { name: 'a right tag whose last character is no letter or digit', text: drawn.dashed },
        { name: 'a second tag where the first ends well', text: Buffer.concat([Buffer.from(good, 'base64url').subarray(0, 41), drawnTwice.subarray(0, 16)]).toString('base64url') },
        { name: 'standard alphabet', text: `${good.slice(0, 10)}+${good.slice(11)}` },
        { name: 'padding', text: `${good}=` },
        { name: 'a blank behind', text: `${good} ` },
        { name: 'a newline behind', text: `${good}\n` },
        { name: 'percent-encoded', text: `%${good.charCodeAt(0).toString(16)}${good.slice(1)}` },
        { name: 'one character short', text: good.slice(1) },
        { name: 'empty', text: '' },
      ],
      linkKey: {
        secret: hex(secret),
        share: hex(share),
        cti: hex(cti),
        key: hex(Buffer.from(hkdfSync('sha256', Buffer.concat([secret, share]), cti, 'wardseal.org/link-key v0', 32))),
      },
    },
    null,
    2,
  )}\n`,
);

// Chains of delegated grants. Signatures of P-256 are those of RFC 6979, so that this file is the same in every run.
const people = Object.fromEntries(
  ['ada', 'bob', 'cyn'].map((name, i) => {
    const secret = seededRandom(`holder ${name}`)(32);
    const ec = i < 2;
    const point = ec ? p256.getPublicKey(secret, false) : null;
    const privateKey = ec ? null : createPrivateKey({ key: Buffer.concat([bytes('302e020100300506032b657004220420'), secret]), type: 'pkcs8', format: 'der' });
    const okp = privateKey && createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(12);
    const key = ec
      ? { publicKey: { algorithm: 'ES256', x: point.slice(1, 33), y: point.slice(33) }, sign: (message) => p256.sign(message, secret) }
      : { publicKey: { algorithm: 'EdDSA', x: new Uint8Array(okp) }, sign: (message) => sign(null, message, privateKey) };
    return [name, { key, recipientKey: keyThumbprint(key.publicKey), recipient: seededRandom(`recipient ${name}`)(32) }];
  }),
);
const { ada, bob, cyn } = people;
const draws = seededRandom('chains');
const keyed = ({ recipientKey, recipient }) => ({ recipientKey, recipient, binding: 'holder-of-key' });
const passedOn = { permissions: ['view', 'delegate'], delegationDepth: 2, maxUses: 3 };
const root = await issuer.grant({ ...base(), ...keyed(ada), ...passedOn });
const twin = await issuer.grant({ ...base(), ...keyed(ada), ...passedOn });
const by = { now: NOW, random: draws };
const child = await delegate(root.grant, { ...keyed(bob), ...passedOn, delegationDepth: 1 }, ada.key, by);
const last = await delegate(child, keyed(cyn), bob.key, by);
/** A delegated grant edited in hexadecimal and signed again by the same holder, and so of another width. */
function resigned(grant, key, from, to, { aad = 'wardseal.org/delegated-grant v0', twin: high = false } = {}) {
  const header = Buffer.from(grant.subarray(3, 12));
  const text = hex(grant.subarray(16, -66)).replace(from, to); // 59 and two bytes of length before it
  const changed = bytes(text);
  const tbs = Buffer.concat([bytes('846a5369676e617475726531'), bstr(header), bstr(Buffer.from(aad)), bstr(changed)]);
  let signature = Buffer.from(key.sign(tbs));
  if (high) {
    const s = p256.Point.Fn.ORDER - BigInt(`0x${signature.toString('hex', 32)}`);
    signature = Buffer.concat([signature.subarray(0, 32), bytes(s.toString(16).padStart(64, '0'))]);
  }
  return Buffer.concat([bytes('d284'), bstr(header), Buffer.of(0xa0), bstr(changed), bstr(signature)]);
}
if (!resigned(child, ada.key, '', '').equals(Buffer.from(child))) throw new Error('the second writer of delegated grants differs');
const wider = (from, to) => {
  if (!from.test(hex(child))) throw new Error(`${from} is not there`);
  return [resigned(child, ada.key, from, to), root.grant];
};
const chainText = (chain) => chain.map((grant) => Buffer.from(grant).toString('base64url'));
const later = (NOW + 3601).toString(16);
const refusedChains = {
  'a child without its parent': [child],
  'a child of another grant': [child, twin.grant],
  'out of order': [child, last, root.grant],
  'a link of the chain left out': [last, root.grant],
  'the grant of an issuer in the place of a child': [twin.grant, root.grant],
  'signed in the domain of an issuer': [resigned(child, ada.key, '', '', { aad: 'wardseal.org/grant v0' }), root.grant],
  'signed by another key than it names': [resigned(child, bob.key, '', ''), root.grant],
  'the other signature of the pair, with a high s': [resigned(child, ada.key, '', '', { twin: true }), root.grant],
  'a later end': wider(new RegExp(`041a${(NOW + 3600).toString(16)}`), `041a${later}`),
  'an earlier start': wider(new RegExp(`051a${NOW.toString(16)}`), `051a${(NOW - 1).toString(16)}`),
  'more uses': wider(/0103020103030405/, '0104020103030405'),
  'another purpose': wider(/0103020103030405/, '0103020003030405'),
  'a permission the parent has not': wider(/0103020103030405/, '0103020103030407'),
  'as deep as the parent': wider(/04050501/, '04050502'),
  'another object': wider(/0a5820[0-9a-f]{2}/, '0a5820ff'),
  'another issuing user than the recipient of the parent': wider(/095820[0-9a-f]{2}/, '095820ff'),
};
writeFileSync(
  new URL('chains.json', import.meta.url),
  `${JSON.stringify(
    {
      format: 'docs/spec/grant.md',
      now: NOW,
      issuer: ISSUER,
      publicKey: hex(publicKey),
      accepted: [
        { name: 'a grant of the issuer alone', chain: chainText([root.grant]) },
        { name: 'a child, ES256', chain: chainText([child, root.grant]) },
        { name: 'its child, for an Ed25519 key', chain: chainText([last, child, root.grant]) },
      ],
      refused: Object.entries(refusedChains).map(([name, chain]) => ({ name, chain: chainText(chain) })),
      thumbprints: [ada, cyn].map(({ key, recipientKey }) => ({
        ...Object.fromEntries(Object.entries(key.publicKey).map(([name, value]) => [name, typeof value === 'string' ? value : hex(value)])),
        thumbprint: hex(recipientKey),
      })),
    },
    null,
    2,
  )}\n`,
);

// Proofs of an opening.
const ephemeralKey = seededRandom('ephemeral key')(1216);
const token = openingToken(good, ephemeralKey);
const proofUrl = 'https://img.trust.example/o/redeem';
const nonce = 'wT9vX0bq3mE5Rk8LZ2yH7uJ1';
const proofOf = (key, changes = {}) => createProof({ key, method: 'POST', url: proofUrl, token, nonce, now: NOW, random: draws, ...changes });
async function reproved(key, header, payload) {
  const [first, second] = (await proofOf(key)).split('.', 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')));
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part({ ...first, ...header })}.${part({ ...second, ...payload })}`;
  return `${input}.${Buffer.from(key.sign(Buffer.from(input))).toString('base64url')}`;
}
const jwk = (await proofOf(ada.key)).split('.')[0];
const { jwk: adaJwk } = JSON.parse(Buffer.from(jwk, 'base64url').toString('utf8'));
const refusedProofs = {
  'another type': [{ typ: 'jwt' }, {}],
  'no algorithm': [{ alg: 'none' }, {}],
  'an algorithm of another key': [{ alg: 'EdDSA' }, {}],
  'a critical extension': [{ crit: ['b64'], b64: true }, {}],
  'a private member in the key': [{ jwk: { ...adaJwk, d: adaJwk.x } }, {}],
  'a padded coordinate': [{ jwk: { ...adaJwk, x: `${adaJwk.x}=` } }, {}],
  'a curve that is not allowed': [{ jwk: { ...adaJwk, crv: 'P-384' } }, {}],
  'another method': [{}, { htm: 'GET' }],
  'another path': [{}, { htu: 'https://img.trust.example/o/status' }],
  'another host': [{}, { htu: 'https://img.other.example/o/redeem' }],
  'dot segments': [{}, { htu: 'https://img.trust.example/o/x/../redeem' }],
  'no token': [{}, { ath: undefined }],
  'the token itself in place of its hash': [{}, { ath: token }],
  'another nonce': [{}, { nonce: 'another' }],
  'no nonce': [{}, { nonce: undefined }],
  'too old': [{}, { iat: NOW - 301 }],
  'from the future': [{}, { iat: NOW + 61 }],
  'a time as text': [{}, { iat: `${NOW}` }],
  'a short identifier': [{}, { jti: 'abc' }],
};
writeFileSync(
  new URL('proofs.json', import.meta.url),
  `${JSON.stringify(
    {
      format: 'docs/spec/proof.md',
      now: NOW,
      method: 'POST',
      url: proofUrl,
      handle: good,
      ephemeralKey: hex(ephemeralKey),
      token,
      nonce,
      accepted: [
        { name: 'ES256', proof: await proofOf(ada.key), recipientKey: hex(ada.recipientKey) },
        { name: 'EdDSA', proof: await proofOf(cyn.key), recipientKey: hex(cyn.recipientKey) },
        { name: 'Ed25519, the name of RFC 9864', proof: await reproved(cyn.key, { alg: 'Ed25519' }, {}), recipientKey: hex(cyn.recipientKey) },
        { name: 'an equivalent spelling of the URL', proof: await reproved(ada.key, {}, { htu: 'HTTPS://IMG.trust.example:443/%6f/redeem?x#y' }), recipientKey: hex(ada.recipientKey) },
      ],
      refused: await Promise.all(
        Object.entries(refusedProofs).map(async ([name, [header, payload]]) => ({ name, proof: await reproved(ada.key, header, payload) })),
      ),
    },
    null,
    2,
  )}\n`,
);
