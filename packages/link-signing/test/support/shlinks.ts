import { base64, base64url, concat, fromBase64url, fromUtf8, utf8 } from '@wardseal/primitives';
import { seededRandom } from '@wardseal/testkit';
import type { Issuer } from '../../src/index.js';
import {
  memoryShlinkStore,
  type Shlink,
  type ShlinkEvent,
  type ShlinkOptions,
  type ShlinkPart,
  type ShlinkPartOptions,
  type ShlinkRequest,
  shlinkPart,
  toShlink,
} from '../../src/shlink.js';
import { ORIGIN, type World, world } from '../world.js';

export const HOST = 'img.trust.example';
export const RECIPIENT = 'Leeds Example Hospitals';
export const PASSCODE = 'correct7';

/** Bytes that stand for a photograph; the share mark is the link's `cti` behind them. */
export const PHOTO: Uint8Array<ArrayBuffer> = concat(Uint8Array.of(0xff, 0xd8, 0xff), seededRandom('photo')(50_000));

export const markFor = (cti: Uint8Array): Uint8Array<ArrayBuffer> => concat(PHOTO, cti);

/** A FHIR Binary of a picture. */
export const binary = (bytes: Uint8Array, contentType = 'image/jpeg') => ({
  resourceType: 'Binary',
  contentType,
  data: base64(bytes),
});

/** An issuer that allows SMART Health Links, with a part that serves them. */
export interface Shlinks extends World {
  options: ShlinkOptions;
  logged: ShlinkEvent[];
  part: ShlinkPart;
  partWith: (changes: Partial<ShlinkPartOptions>) => ShlinkPart;
  share: (changes?: Partial<ShlinkRequest>, issuer?: Issuer) => Promise<Shlink>;
  used: (link: Pick<Shlink, 'handle'>) => Promise<number>;
  failAudit: boolean;
}

export async function shlinks(of: Parameters<typeof world>[0] = {}): Promise<Shlinks> {
  const here = await world({ allowShlink: true, ...of });
  const logged: ShlinkEvent[] = [];
  const one = { failAudit: false };
  const options: ShlinkOptions = {
    store: memoryShlinkStore(),
    clock: here.seconds,
    random: here.random,
    audit: (event) => {
      if (one.failAudit) throw new Error('audit is down');
      logged.push(event);
    },
  };
  const partWith = (changes: Partial<ShlinkPartOptions>): ShlinkPart =>
    shlinkPart(here.issuer, { ...options, authorize: () => ({ permit: true }), ...changes });
  return Object.assign(one, here, {
    options,
    logged,
    part: partWith({}),
    partWith,
    share: async (changes: Partial<ShlinkRequest> = {}, issuer: Issuer = here.issuer) => {
      const prepared = changes.prepared ?? (await issuer.prepare());
      return toShlink(
        issuer,
        {
          prepared,
          resources: [binary(markFor(prepared.cti))],
          marked: ({ bytes, cti }) => fromEnd(bytes, cti),
          origin: here.request().audience ?? ORIGIN,
          expires: here.seconds() + 3600,
          maxUses: 2,
          purpose: 'referral',
          binding: 'bearer',
          issuerUser: here.random(32),
          ...changes,
        },
        options,
      );
    },
    used: async ({ handle }: Pick<Shlink, 'handle'>) => (await here.issuer.inspect(handle)).used!,
  });
}

function fromEnd(bytes: Uint8Array, cti: Uint8Array): boolean {
  return base64url(bytes.slice(-cti.length)) === base64url(cti);
}

export type Payload = Record<string, unknown> & { url: string; key: string };

export function payloadOf(uri: string): Payload {
  return JSON.parse(fromUtf8(fromBase64url(uri.slice('shlink:/'.length))!)!) as Payload;
}

export function uriOf(payload: unknown): string {
  return `shlink:/${base64url(utf8(typeof payload === 'string' ? payload : JSON.stringify(payload)))}`;
}

export function post(url: string, body: unknown, headers: Record<string, string> = {}): Request {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new Request(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: text });
}
