import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { base64url, sha256 } from '@wardseal/primitives';
import { seededRandom } from '@wardseal/testkit';
import { createIssuer, createSigner, type GrantRequest, type Issuer, importKeySet, type KeySet, memoryEraseStore, memoryStore, type UploadEvent, uploadLink, uploadObject } from '../../src/index.js'; // biome-ignore format: one list
import type * as Upload from '../../src/upload.js';
import { QUICK } from '../world.js';
import { type Shelf, shelf } from './uploads.js';

/** The handler as it is published: the source has no script for its page. */
const built: typeof Upload = await import(new URL('../../dist/upload.js', import.meta.url).href);

export const ORGANISATION = { name: 'Leeds Example Hospitals', telephone: '0113 496 0000' };

/**
 * A module as an app would give, on WebCrypto alone: it checks the signed directory against the root, redraws the picture so
 * that nothing but its pixels is left, seals it to the team's X25519 key and signs what is sealed.
 */
const UPLOADER = `
const utf8 = (text) => new TextEncoder().encode(text);
const b64 = (data) => btoa(String.fromCharCode(...new Uint8Array(data))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const raw = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
export async function prepare({ root, signal }) {
  globalThis.prepared = (globalThis.prepared ?? 0) + 1;
  signal.addEventListener('abort', () => { globalThis.aborted = true; });
  const { snapshot, signature, key } = await (await fetch('/directory.json')).json();
  const thumbprint = b64(await crypto.subtle.digest('SHA-256', utf8(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x: key }))));
  if (thumbprint !== root) throw new Error('another root');
  const rootKey = await crypto.subtle.importKey('raw', raw(key), 'Ed25519', false, ['verify']);
  if (!await crypto.subtle.verify('Ed25519', rootKey, raw(signature), utf8(snapshot))) throw new Error('not signed by the root');
  const { teams } = JSON.parse(snapshot);
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  return {
    publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)),
    sign: async (message) => new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, message)),
    async seal({ picture, claims, certificate, sensitivity }) {
      if (globalThis.failSealing > 0) { globalThis.failSealing -= 1; throw new Error('cannot seal'); }
      const team = teams[b64(claims.recipient)];
      if (!team) throw new Error('no such team');
      const bitmap = await createImageBitmap(picture);
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      canvas.getContext('2d').drawImage(bitmap, 0, 0);
      const pixels = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
      const mine = await crypto.subtle.generateKey('X25519', false, ['deriveBits']);
      const theirs = await crypto.subtle.importKey('raw', raw(team), 'X25519', false, []);
      const shared = await crypto.subtle.deriveBits({ name: 'X25519', public: theirs }, mine.privateKey, 256);
      const aes = await crypto.subtle.importKey('raw', shared, 'AES-GCM', false, ['encrypt']);
      const enc = new Uint8Array(await crypto.subtle.exportKey('raw', mine.publicKey));
      const additionalData = utf8(sensitivity);
      const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: new Uint8Array(12), additionalData }, aes, pixels));
      const signature = await crypto.subtle.sign('Ed25519', pair.privateKey, new Uint8Array([...enc, ...sealed]));
      return new Blob([new Uint8Array(signature), enc, sealed]);
    },
  };
}
`;

export interface UploadService {
  readonly origin: string;
  readonly asked: string[];
  readonly kept: Shelf;
  readonly events: UploadEvent[];
  readonly issuer: Issuer;
  readonly keySet: KeySet;
  readonly team: CryptoKeyPair;
  readonly trouble: {
    failAudit: number;
    dropAnswers: number;
    noModule: boolean;
    forgedDirectory: boolean;
    deny: boolean;
  };
  allowUnder18: boolean;
  mint(changes?: Partial<GrantRequest>): Promise<{ url: string; handle: string; id: Uint8Array }>;
  used(handle: string): Promise<number>;
  now(): number;
  advance(seconds: number): void;
  close(): Promise<void>;
}

/** A service on a port of loopback, with its clock and troubles in the test's hands. */
export async function uploadDesk(): Promise<UploadService> {
  const random = seededRandom('upload desk');
  const kept = shelf();
  const trouble = { failAudit: 0, dropAnswers: 0, noModule: false, forgedDirectory: false, deny: false };
  let shift = 0;
  const [asked, events]: [string[], UploadEvent[]] = [[], []];
  const now = (): number => Math.floor(Date.now() / 1000) + shift;
  const { subtle } = crypto;
  const [root, other] = await Promise.all([1, 2].map(async () => (await subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair)); // biome-ignore format: two keys
  const team = (await subtle.generateKey('X25519', true, ['deriveBits'])) as CryptoKeyPair;
  const rawOf = async (key: CryptoKey): Promise<string> =>
    base64url(new Uint8Array(await subtle.exportKey('raw', key)));
  const x = await rawOf(root!.publicKey);
  const thumbprint = base64url(sha256(new TextEncoder().encode(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))));
  const teamId = random(32);
  const snapshot = JSON.stringify({ teams: { [base64url(teamId)]: await rawOf(team.publicKey) } });
  const directory = async (): Promise<string> => {
    const signer = trouble.forgedDirectory ? other! : root!;
    const signature = await subtle.sign('Ed25519', signer.privateKey, new TextEncoder().encode(snapshot));
    return JSON.stringify({ snapshot, signature: base64url(new Uint8Array(signature)), key: x });
  };
  let handle: (request: Request) => Promise<Response> = () => Promise.reject(new Error('not ready'));
  const serve = built.toNodeHandler((request) => handle(request));
  const server = createServer(async (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.url === '/uploader.js') {
      if (trouble.noModule) return response.writeHead(503).end();
      return response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'no-store' }).end(UPLOADER);
    }
    if (request.url === '/directory.json')
      return response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(await directory()); // biome-ignore format: one answer
    return serve(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const signer = await createSigner(random(32));
  const issuer = await createIssuer({
    issuer: 'img.trust.example',
    origins: [origin],
    signer,
    tagKeys: [{ key: random(32) }],
    store: memoryStore(),
    shares: memoryEraseStore(),
    clock: now,
    random,
    passcodeCost: QUICK,
    audit: () => undefined,
  });
  const one: UploadService = {
    origin,
    asked,
    kept,
    events,
    issuer,
    team,
    trouble,
    keySet: await importKeySet([{ publicKey: signer.publicKey, issuer: 'img.trust.example' }]),
    allowUnder18: false,
    async mint(changes = {}) {
      const link = await issuer.grant({
        object: uploadObject(random(32)),
        expires: now() + 7200,
        maxUses: 1,
        purpose: 'direct-care',
        binding: 'passcode',
        passcode: 'correct7',
        permissions: ['upload'],
        recipient: teamId,
        issuerUser: random(32),
        ...changes,
      });
      return { url: uploadLink(origin, link.handle, thumbprint), handle: link.handle, id: link.id };
    },
    used: async (link) => (await issuer.inspect(link)).used!,
    now,
    advance: (seconds) => {
      shift += seconds;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const answer = built.createUploadHandler(issuer, {
    origins: [origin],
    organisation: ORGANISATION,
    uploaderModule: '/uploader.js',
    authorize: () => ({ permit: !trouble.deny }),
    deposit: kept,
    audit: (event) => {
      if (trouble.failAudit > 0) {
        trouble.failAudit--;
        throw new Error('audit is down');
      }
      events.push(event);
    },
    intimateUnder18: () =>
      one.allowUnder18 ? { clinician: 'Dr Ada Example', policy: 'the trust’s policy on pictures of children' } : null,
  });
  handle = async (request) => {
    const given = await answer(request);
    if (!request.url.endsWith('/u/file') || trouble.dropAnswers === 0) return given;
    trouble.dropAnswers--;
    // Nothing that the page understands: for it, no answer came.
    return new Response('<html>', { status: 502 });
  };
  return one;
}
