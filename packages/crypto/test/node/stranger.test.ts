import {
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  verify,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

// A reader written from docs/spec/sealed-file.md alone: nothing of this package, only Node's crypto. It opens our vectors of
// the classic mode, undoes every change of recipients and gets the signed header back. It is short because it trusts shapes
// that a real reader must check.

interface Line {
  readonly thumbprint: string;
  readonly digest: string;
}
interface Claims {
  readonly id: string;
  readonly iss: { readonly person: string };
  readonly kc: string;
  readonly stz: readonly Line[];
  readonly size: number;
  readonly root: string;
  readonly salt: string;
  readonly epoch?: number;
  readonly origin?: string;
}
interface GrantClaims {
  readonly manifest: string;
  readonly prev: string;
  readonly epoch: number;
  readonly iss: { readonly person: string };
  readonly added: readonly Line[];
  readonly removed: readonly { readonly at: number; readonly stanza: string }[];
}
interface Vectors {
  readonly people: { readonly classic: readonly { identity: string; recipient: string; signingKey: string }[] };
  readonly directory: { readonly order: readonly string[] };
  readonly cases: readonly {
    readonly name: string;
    readonly mode: string;
    readonly expect: string;
    readonly file?: string;
    readonly epoch?: number;
    readonly plaintextSha256?: string;
  }[];
}

const vectors = JSON.parse(readFileSync(new URL('../../vectors/sealed-file.json', import.meta.url), 'utf8')) as Vectors;
const sha256 = (...parts: (Buffer | string)[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const hkdf = (key: Buffer, salt: Buffer | string, info: string, length = 32) =>
  Buffer.from(hkdfSync('sha256', key, salt, info, length));
const b64 = (data: Buffer) => data.toString('base64').replace(/=+$/, '');
const b64u = (data: Buffer) => data.toString('base64url');

function aeadOpen(key: Buffer, nonce: Buffer, sealed: Buffer): Buffer {
  const cipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 });
  cipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
}
const Z = Buffer.alloc(12);

function bech32Data(text: string): Buffer {
  const words = [...text.toLowerCase().split('1').at(-1)!].map((c) => 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'.indexOf(c));
  const bits = words.slice(0, -6).flatMap((word) => [16, 8, 4, 2, 1].map((bit) => (word & bit ? 1 : 0)));
  return Buffer.from(
    Array.from({ length: bits.length >> 3 }, (_, i) => parseInt(bits.slice(8 * i, 8 * i + 8).join(''), 2)),
  );
}

const jwk = (crv: string, x: Buffer | string) =>
  createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv, x: typeof x === 'string' ? x : b64u(x) } });

/** The stanzas as they stand, and what follows the header. */
function parse(file: Buffer) {
  const end = file.indexOf('\n--- ') + 1;
  const length = file.indexOf('\n', end) + 1;
  const text = file.subarray(0, end).toString('latin1');
  const stanzas = text.split(/^(?=-> )/m).slice(1);
  return { stanzas, header: file.subarray(0, length), payload: file.subarray(length) };
}
const bodyOf = (stanza: string) => Buffer.from(stanza.split('\n').slice(1).join(''), 'base64');
const isOf = (type: string) => (stanza: string) => stanza.startsWith(`-> ${type} `);

function encode(stanzas: readonly string[], fileKey: Buffer): Buffer {
  const start = `age-encryption.org/v1\n${stanzas.join('')}---`;
  const mac = createHmac('sha256', hkdf(fileKey, '', 'header'))
    .update(start)
    .digest();
  return Buffer.from(`${start} ${b64(mac)}\n`);
}

function unwrap(stanzas: readonly string[], identity: string, recipient: string): Buffer {
  const der = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), bech32Data(identity)]);
  const privateKey = createPrivateKey({ format: 'der', type: 'pkcs8', key: der });
  for (const stanza of stanzas.filter(isOf('X25519'))) {
    const share = Buffer.from(stanza.split('\n')[0]!.split(' ')[2]!, 'base64');
    const shared = diffieHellman({ privateKey, publicKey: jwk('X25519', share) });
    const key = hkdf(shared, Buffer.concat([share, bech32Data(recipient)]), 'age-encryption.org/v1/X25519');
    try {
      return aeadOpen(key, Z, bodyOf(stanza));
    } catch {
      // somebody else's
    }
  }
  throw new Error('no match');
}

function openStatement(part: string, stanza: string, fileKey: Buffer): Buffer {
  const salt = Buffer.from(stanza.split('\n')[0]!.split(' ')[3]!, 'base64');
  const words = aeadOpen(hkdf(fileKey, salt, `wardseal.org/v0/${part}`), Z, bodyOf(stanza));
  expect(hkdf(fileKey, sha256(words), `wardseal.org/v0/salt ${part}`, 16)).toEqual(salt);
  return words;
}

/** The claims of a JWS, once its signature holds. */
function believe<T extends { readonly iss: { readonly person: string } }>(jws: string, typ: string): T {
  const [head, body, signature] = jws.split('.') as [string, string, string];
  expect(Buffer.from(head, 'base64url').toString()).toBe(`{"alg":"Ed25519","typ":"${typ}"}`);
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as T;
  const { signingKey } = vectors.people.classic[vectors.directory.order.indexOf(claims.iss.person)]!;
  const good = verify(
    null,
    Buffer.from(`${head}.${body}`),
    jwk('Ed25519', signingKey),
    Buffer.from(signature, 'base64url'),
  );
  expect(good).toBe(true);
  return claims;
}

function openPayload(payload: Buffer, fileKey: Buffer, salt: Buffer): { plaintext: Buffer; leaves: Buffer[] } {
  const key = hkdf(fileKey, payload.subarray(0, 16), 'payload');
  const chunks: Buffer[] = [];
  for (let at = 16, i = 0; at < payload.length; at += 65_552, i++) {
    const nonce = Buffer.alloc(12);
    nonce.writeUInt32BE(i, 7);
    nonce[11] = at + 65_552 >= payload.length ? 1 : 0;
    chunks.push(aeadOpen(key, nonce, payload.subarray(at, at + 65_552)));
  }
  return { plaintext: Buffer.concat(chunks), leaves: chunks.map((chunk) => sha256('\0', salt, chunk)) };
}

const good = vectors.cases.filter(({ mode, expect: result }) => mode === 'classic' && result === 'ok');

it.each(good)('a reader written from the specification opens: $name', ({ file, epoch, plaintextSha256 }) => {
  const { stanzas, header, payload } = parse(Buffer.from(file!, 'base64'));
  const { identity, recipient } = vectors.people.classic[1]!;
  const fileKey = unwrap(stanzas, identity, recipient);
  expect(encode(stanzas, fileKey)).toEqual(header);
  const jws = openStatement('manifest', stanzas.find(isOf('wardseal.org/manifest'))!, fileKey).toString();
  const claims = believe<Claims>(jws, 'wardseal-manifest-v0');
  expect(b64u(sha256(hkdf(fileKey, '', 'wardseal.org/v0/commitment')))).toBe(claims.kc);
  const author = claims.origin === undefined ? claims : believe<Claims>(claims.origin, 'wardseal-manifest-v0');
  expect([author.iss.person, author.id, author.root]).toEqual(['alice', claims.id, claims.root]);

  // Undo the changes, last first.
  let list = stanzas;
  let changes = 0;
  const granted = stanzas.filter(isOf('wardseal.org/grant')).length;
  while (list.some(isOf('wardseal.org/grant'))) {
    const grant = openStatement('grant', list.at(-1)!, fileKey).toString();
    const { manifest, prev, epoch: its, added, removed } = believe<GrantClaims>(grant, 'wardseal-grant-v0');
    const newcomers = list.slice(list.length - 1 - added.length, -1);
    expect(newcomers.map((stanza) => b64u(sha256(stanza)))).toEqual(added.map(({ digest }) => digest));
    const before = list.slice(0, list.length - 1 - added.length);
    for (const { at, stanza } of removed) before.splice(at, 0, stanza);
    expect(b64u(sha256(encode(before, fileKey)))).toBe(prev);
    expect([manifest, its]).toEqual([claims.id, (claims.epoch ?? 0) + granted - changes]);
    changes += 1;
    list = before;
  }
  expect((claims.epoch ?? 0) + changes).toBe(epoch);
  const wrapping = list.filter((stanza) => !/^-> wardseal\.org\/(manifest|tree) /.test(stanza));
  expect(wrapping.map((stanza) => b64u(sha256(stanza)))).toEqual(claims.stz.map(({ digest }) => digest));

  const { plaintext, leaves } = openPayload(payload, fileKey, Buffer.from(claims.salt, 'base64url'));
  expect(sha256(plaintext).toString('hex')).toBe(plaintextSha256);
  const tree = list.find(isOf('wardseal.org/tree'));
  if (tree !== undefined) expect(openStatement('tree', tree, fileKey)).toEqual(Buffer.concat(leaves));
  // two leaves at most in these vectors
  expect(b64u(leaves.length === 1 ? leaves[0]! : sha256('\x01', ...leaves))).toBe(claims.root);
});

it('there were files to open', () => {
  expect(good.length).toBeGreaterThan(7);
});
