import { base64url, concat, ed25519Generate, ed25519Sign, sha256 } from '@wardseal/primitives';
import { seededRandom } from '@wardseal/testkit';
import { parseHandle } from '../../src/handle.js';
import type { LinkEvent } from '../../src/handler.js';
import type { Deposited, IssuedLink, UploadDeposit, UploadEvent, UploadFacts } from '../../src/index.js';
import { uploadObject } from '../../src/index.js';
import { fileMessage, keyMessage } from '../../src/upload/messages.js';
import { createUploadHandler, type UploadHandlerOptions } from '../../src/upload.js';
import { ORIGIN, type World, world } from '../world.js';

export const ROOT: string = base64url(seededRandom('root')(32));
export const PASSCODE = 'correct7';
export const FROM_PAGE: Readonly<Record<string, string>> = { origin: ORIGIN, 'sec-fetch-site': 'same-origin' };

/** A deposit that a test looks into. */
export interface Shelf extends UploadDeposit {
  readonly shelved: Map<string, Deposited & { facts: UploadFacts; bytes: Uint8Array }>;
  /** Kept aside and neither delivered nor forgotten. */
  aside: number;
  received: number;
  fail: '' | 'receive' | 'commit';
}

export function shelf(): Shelf {
  const one: Shelf = {
    shelved: new Map(),
    aside: 0,
    received: 0,
    fail: '',
    async receive(facts, body) {
      const parts: Uint8Array[] = [];
      for (const reader = body.getReader(); ; ) {
        const { done, value } = await reader.read();
        if (done) break;
        parts.push(value);
      }
      if (one.fail === 'receive') throw new Error('disk full');
      one.aside++;
      one.received++;
      const bytes = concat(...parts);
      let open = true;
      const close = (): void => {
        if (open) one.aside--;
        open = false;
      };
      return {
        commit(deposited) {
          if (one.fail === 'commit') throw new Error('disk lost');
          if (!one.shelved.has(facts.id)) one.shelved.set(facts.id, { ...deposited, facts, bytes });
          close();
        },
        discard: close,
      };
    },
    delivered: (id) => one.shelved.get(id) ?? null,
  };
  return one;
}

export interface OneOff {
  publicKey: Uint8Array<ArrayBuffer>;
  secretKey: Uint8Array<ArrayBuffer>;
}

/** An upload handler in front of a world, with what it told and what the test decides. */
export interface UploadFront {
  here: World;
  handle: (request: Request) => Promise<Response>;
  refusals: LinkEvent[];
  events: UploadEvent[];
  kept: Shelf;
  permit: boolean;
  failAudit: number;
  options(changes?: Partial<UploadHandlerOptions>): UploadHandlerOptions;
  mint(changes?: object): Promise<IssuedLink>;
  oneOff(): Promise<OneOff>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  begin(link: Pick<IssuedLink, 'handle'>, key: OneOff, more?: Record<string, string>): Promise<Response>;
  /** Begins, or throws what was answered. */
  certified(
    link: Pick<IssuedLink, 'handle'>,
    key: OneOff,
    more?: Record<string, string>,
  ): Promise<Uint8Array<ArrayBuffer>>;
  file(
    certificate: Uint8Array<ArrayBuffer>,
    key: OneOff,
    bytes: Uint8Array<ArrayBuffer>,
    headers?: Record<string, string>,
  ): Promise<Response>;
  used(link: Pick<IssuedLink, 'handle'>): Promise<number>;
}

export const FILE: Uint8Array<ArrayBuffer> = seededRandom('sealed upload')(5_000);
export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, 'base64url'));

export async function uploadFront(of: Parameters<typeof world>[0] = {}): Promise<UploadFront> {
  const here = await world(of);
  const one: UploadFront = {
    here,
    refusals: [],
    events: [],
    kept: shelf(),
    permit: true,
    failAudit: 0,
    handle: () => Promise.reject(new Error('not made')),
    options: (changes = {}) => ({
      origins: [ORIGIN],
      organisation: { name: 'Leeds Example Hospitals', telephone: '0113 496 0000' },
      uploaderModule: '/uploader.js',
      authorize: () => ({ permit: one.permit }),
      context: () => ({ network: 'test' }),
      deposit: one.kept,
      audit: (event) => {
        if (one.failAudit > 0) {
          one.failAudit--;
          throw new Error('audit is down');
        }
        one.events.push(event);
      },
      onEvent: (event) => void one.refusals.push(event),
      ...changes,
    }),
    mint: (changes = {}) =>
      here.issuer.grant(
        here.request({
          object: uploadObject(here.random(32)),
          permissions: ['upload'],
          binding: 'passcode',
          passcode: PASSCODE,
          recipient: here.random(32),
          ...changes,
        }),
      ),
    oneOff: () => ed25519Generate(here.random),
    post: (path, body, headers = {}) =>
      one.handle(
        new Request(`${ORIGIN}${path}`, {
          method: 'POST',
          headers: { ...FROM_PAGE, 'content-type': 'application/json', ...headers },
          body: (typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)) as BodyInit,
        }),
      ),
    async begin(link, key, more = {}) {
      const { id } = parseHandle(link.handle);
      const proof = await ed25519Sign(key.secretKey, keyMessage(id, key.publicKey));
      return one.post('/u/begin', {
        handle: link.handle,
        key: base64url(key.publicKey),
        proof: base64url(proof),
        sensitivity: 'usual',
        passcode: PASSCODE,
        ...more,
      });
    },
    async certified(link, key, more) {
      const answer = await one.begin(link, key, more);
      if (answer.status !== 200) throw new Error(await answer.text());
      return bytesOf((await answer.json()).certificate);
    },
    async file(certificate, key, bytes, headers = {}) {
      const signature = await ed25519Sign(key.secretKey, fileMessage(certificate, sha256(bytes), bytes.length));
      return one.post('/u/file', bytes, {
        'content-type': 'application/octet-stream',
        'wardseal-upload': `${base64url(certificate)}.${base64url(signature)}`,
        ...headers,
      });
    },
    used: async (link) => (await here.issuer.inspect(link.handle)).used!,
  };
  one.handle = createUploadHandler(here.issuer, one.options());
  return one;
}
