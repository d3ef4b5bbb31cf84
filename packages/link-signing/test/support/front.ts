import { base64url } from '@wardseal/primitives';
import { seededRandom } from '@wardseal/testkit';
import { createHandler, type HandlerOptions, type LinkEvent } from '../../src/handler.js';
import type { IssuedLink, Redeemer } from '../../src/index.js';
import { ORIGIN, type World, world } from '../world.js';

export const FILE: Uint8Array<ArrayBuffer> = seededRandom('sealed file')(1_000);
export const PASSCODE = 'correct7';
export const FROM_PAGE: Readonly<Record<string, string>> = {
  origin: ORIGIN,
  'content-type': 'application/json',
  'sec-fetch-site': 'same-origin',
};

/** A handler in front of a world, with what it told and what the test decides. */
export interface Front {
  here: World;
  handle: (request: Request) => Promise<Response>;
  events: LinkEvent[];
  redeemer: Redeemer;
  permit: boolean;
  missing: boolean;
  options(changes?: Partial<HandlerOptions>): HandlerOptions;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  ask(method: string, path: string, headers?: Record<string, string>): Promise<Response>;
  redeemBody(link: Pick<IssuedLink, 'handle'>, more?: Record<string, string>): Record<string, string>;
  usedOf(link: Pick<IssuedLink, 'handle'>): Promise<number>;
}

export async function front(of: Parameters<typeof world>[0] = {}): Promise<Front> {
  const here = await world(of);
  const one: Front = {
    here,
    events: [],
    permit: true,
    missing: false,
    redeemer: await here.redeemer(),
    handle: () => Promise.reject(new Error('not made')),
    options: (changes = {}) => ({
      origins: [ORIGIN],
      organisation: { name: 'Leeds Example Hospitals', telephone: '0113 496 0000' },
      openerModule: '/opener.js',
      authorize: () => ({ permit: one.permit, obligations: [{ kind: 'watermark' }] }),
      content: {
        keys: [seededRandom('location')(32)],
        size: () => (one.missing ? null : FILE.length),
        read: (_, start, end) => FILE.slice(start, end),
      },
      clock: here.seconds,
      onEvent: (event) => {
        one.events.push(event);
      },
      ...changes,
    }),
    post(path, body, headers = FROM_PAGE) {
      const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
      return one.handle(new Request(`${ORIGIN}${path}`, { method: 'POST', headers, body: text as BodyInit }));
    },
    ask: (method, path, headers = {}) => one.handle(new Request(`${ORIGIN}${path}`, { method, headers })),
    redeemBody: (link, more = {}) => ({
      handle: link.handle,
      ephemeralKey: base64url(one.redeemer.publicKey),
      ...more,
    }),
    usedOf: async (link) => (await here.issuer.inspect(link.handle)).used!,
  };
  one.handle = createHandler(here.issuer, one.options());
  return one;
}

/** Everything of an answer that leaves the machine. */
export async function whole(answer: Response): Promise<string> {
  return JSON.stringify([answer.status, [...answer.headers], await answer.text()]);
}
