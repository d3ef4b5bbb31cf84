import { createHmac, createPrivateKey, createPublicKey, createSecretKey, randomBytes, sign, verify } from 'node:crypto';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import {
  createIssuer,
  createSigner,
  importKeySet,
  importTagKeys,
  type LinkStore,
  memoryEraseStore,
  memoryStore,
  mintHandle,
  verifyGrant,
  verifyHandle,
} from '@wardseal/link-signing';
import { compare } from '@wardseal/testkit/node';
import { importJWK, jwtVerify, SignJWT } from 'jose';

const ISSUER = 'img.trust.example';
const ORIGIN = 'https://img.trust.example';
const now = Math.floor(Date.now() / 1000);
const exp = now + 3600;
const secretKey = randomBytes(32);
const tagKey = randomBytes(32);
const signer = await createSigner(secretKey);
const tagKeys = importTagKeys([{ key: tagKey }]);
const keySet = await importKeySet([{ publicKey: signer.publicKey, issuer: ISSUER }]);

// A store that keeps nothing: minting is measured, not storing.
const nowhere: LinkStore = { ...memoryStore(), put: async () => 'stored', read: async () => null };
const issuer = await createIssuer({
  issuer: ISSUER,
  origins: [ORIGIN],
  signer,
  tagKeys: [{ key: tagKey }],
  store: nowhere,
  shares: memoryEraseStore(),
  audit: () => undefined,
});
const request = {
  object: new Uint8Array(randomBytes(32)),
  expires: exp,
  maxUses: 3,
  purpose: 'direct-care',
  binding: 'bearer',
  permissions: ['view'],
  issuerUser: new Uint8Array(randomBytes(32)),
} as const;
const { grant, handle, id, link } = await issuer.grant(request);

const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), secretKey]);
const privateKey = createPrivateKey({ key: pkcs8, type: 'pkcs8', format: 'der' });
const publicKey = createPublicKey(privateKey);
const message = grant.slice(0, grant.length - 66);
const signature = sign(null, message, privateKey);
const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(signer.publicKey).toString('base64url') };
const josePrivate = await importJWK({ ...jwk, d: secretKey.toString('base64url') }, 'EdDSA');
const josePublic = await importJWK(jwk, 'EdDSA');
// The same claims as a JWT.
const claims = {
  sub: Buffer.from(request.object).toString('base64url'),
  jti: randomBytes(32).toString('base64url'),
  uses: 3,
  purpose: 'direct-care',
  binding: 'bearer',
  perm: 1,
  by: Buffer.from(request.issuerUser).toString('base64url'),
};
const jwt = (): SignJWT =>
  new SignJWT(claims).setIssuer(ISSUER).setAudience(ORIGIN).setIssuedAt(now).setNotBefore(now).setExpirationTime(exp);
const eddsa = (): Promise<string> => jwt().setProtectedHeader({ alg: 'EdDSA', kid: 'k1' }).sign(josePrivate);
const eddsaToken = await eddsa();

await compare(
  'grant mint',
  {
    'issuer.grant (schema, grant, handle)': () => issuer.grant(request),
    'raw Ed25519 (node:crypto)': () => sign(null, message, privateKey),
    'jose EdDSA': eddsa,
  },
  { out: 'grant-mint', notes: `grant of ${grant.length} bytes, JWT of ${eddsaToken.length} characters` },
);
await compare(
  'grant verify',
  {
    verifyGrant: () => verifyGrant(grant, keySet, now),
    'raw Ed25519 (node:crypto)': () => verify(null, message, publicKey, signature),
    'jose EdDSA': () => jwtVerify(eddsaToken, josePublic, { issuer: ISSUER, audience: ORIGIN }),
  },
  { out: 'grant-verify', notes: `grant of ${grant.length} bytes, JWT of ${eddsaToken.length} characters` },
);

const hmacKey = createSecretKey(randomBytes(32));
const header = randomBytes(41);
const hmac = (): Buffer => createHmac('sha256', hmacKey).update(header).digest();
const hs256 = (): Promise<string> => jwt().setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(hmacKey);
const hs256Token = await hs256();
await compare(
  'handle verify',
  {
    verifyHandle: () => verifyHandle(handle, tagKeys, now),
    'raw HMAC-SHA-256 (node:crypto)': hmac,
    'jose HS256': () => jwtVerify(hs256Token, hmacKey, { issuer: ISSUER, audience: ORIGIN }),
  },
  { out: 'handle-verify', notes: `handle of ${handle.length} characters, JWT of ${hs256Token.length}` },
);

// A presigned URL needs no network; the credentials are made up.
const s3 = new S3Client({
  region: 'eu-west-2',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example secret of no account' },
});
const presign = (): Promise<string> =>
  getSignedUrl(s3, new GetObjectCommand({ Bucket: 'pictures', Key: hs256Token.slice(-43) }), { expiresIn: 3600 });
const url = await presign();
const ours = link(ORIGIN, new Uint8Array(randomBytes(32)));
await compare(
  'handle mint',
  {
    'mintHandle (id and expiry to handle)': () => mintHandle({ id, expires: exp }, tagKeys),
    'raw HMAC-SHA-256 (node:crypto)': hmac,
    'issuer.grant (schema, grant, signature, handle)': () => issuer.grant(request),
    'AWS S3 presigner': presign,
  },
  {
    out: 'handle-mint',
    notes: `link with key of ${ours.length} characters, presigned URL of ${url.length}; grant as text of ${Math.ceil((grant.length * 4) / 3)}`,
  },
);
