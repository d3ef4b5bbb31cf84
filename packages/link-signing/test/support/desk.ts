import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromiumOptions, seededRandom } from '@wardseal/testkit/node';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type * as Handler from '../../src/handler.js';
import {
  createIssuer,
  createSigner,
  type GrantRequest,
  linkKey,
  memoryEraseStore,
  memoryStore,
} from '../../src/index.js';
import { QUICK } from '../world.js';

/** The handler as it is published: the source has no script for its page. */
const built: typeof Handler = await import(new URL('../../dist/handler.js', import.meta.url).href);

export const ORGANISATION = { name: 'Leeds Example Hospitals', telephone: '0113 496 0000' };
/** What the sealed file of every link holds here, under a key that the opener module derives a digest of. */
export const FILE: Uint8Array<ArrayBuffer> = seededRandom('file')(100_000);

/** A module as an app would give: it fetches the file and says what it was given, so that a test can tell. */
const OPENER = `
// A key that a test put there, signed with by a DPoP library's manner.
export const prove = globalThis.proveWith && ((facts) => globalThis.proveWith(facts));
export async function open({ view, signal, claims, grant, linkKey, location, obligations, use, of }) {
  globalThis.tries = (globalThis.tries ?? 0) + 1;
  if (globalThis.failOpener > 0) { globalThis.failOpener -= 1; throw new Error('cannot show'); }
  const head = await fetch(location, { headers: { range: 'bytes=0-99' } });
  const bytes = new Uint8Array(await head.arrayBuffer());
  const hex = (data) => Array.from(data, (one) => one.toString(16).padStart(2, '0')).join('');
  const shown = document.createElement('p');
  shown.id = 'shown';
  shown.textContent = JSON.stringify({ key: linkKey && hex(linkKey), status: head.status, first: hex(bytes.slice(0, 4)),
    purpose: claims.purpose, grant: grant.length, obligations, use, of });
  view.append(shown);
  signal.addEventListener('abort', () => { globalThis.aborted = true; });
}
`;

export interface Desk {
  readonly origin: string;
  readonly events: Handler.LinkEvent[];
  /** Openings that were taken. */
  readonly opened: string[];
  /** What the next requests meet, until it is set back. */
  readonly trouble: {
    failAudit: number;
    noFile: boolean;
    deny: boolean;
    noOpener: boolean;
  };
  /** Requests in the order they came: method and path. */
  readonly asked: string[];
  mint(changes?: Partial<GrantRequest>): Promise<{ url: string; id: Uint8Array; key: Uint8Array; handle: string }>;
  used(handle: string): Promise<number>;
  readonly issuer: Awaited<ReturnType<typeof createIssuer>>;
  readonly advance: (seconds: number) => void;
  readonly now: () => number;
  close(): Promise<void>;
}

/** A service on a port of loopback, with its clock and troubles in the test's hands. */
export async function desk(): Promise<Desk> {
  const random = seededRandom('desk');
  const trouble = { failAudit: 0, noFile: false, deny: false, noOpener: false };
  const opened: string[] = [];
  const asked: string[] = [];
  const events: Handler.LinkEvent[] = [];
  let shift = 0;
  const clock = (): number => Math.floor(Date.now() / 1000) + shift;
  let handle: (request: Request) => Promise<Response> = () => Promise.reject(new Error('not ready'));
  const serve = built.toNodeHandler((request) => handle(request));
  const server: Server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.url === '/opener.js') {
      if (trouble.noOpener) return response.writeHead(503).end();
      return response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'no-store' }).end(OPENER);
    }
    return serve(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = await createIssuer({
    issuer: 'img.trust.example',
    origins: [origin],
    signer: await createSigner(random(32)),
    tagKeys: [{ key: random(32) }],
    store: memoryStore(),
    shares: memoryEraseStore(),
    clock,
    random,
    passcodeCost: QUICK,
    audit: ({ id, repeated }) => {
      if (trouble.failAudit > 0) {
        trouble.failAudit--;
        throw new Error('audit is down');
      }
      if (!repeated) opened.push(id);
    },
  });
  handle = built.createHandler(issuer, {
    origins: [origin],
    organisation: ORGANISATION,
    openerModule: '/opener.js',
    authorize: () => ({ permit: !trouble.deny, obligations: [{ kind: 'watermark' }] }),
    context: () => ({ network: 'test' }),
    clock,
    content: {
      keys: [random(32)],
      size: () => (trouble.noFile ? null : FILE.length),
      read: (_, start, end) => FILE.slice(start, end),
    },
    onEvent: (event) => void events.push(event),
  });
  return {
    origin,
    events,
    opened,
    asked,
    trouble,
    issuer,
    now: clock,
    advance: (seconds) => {
      shift += seconds;
    },
    async mint(changes = {}) {
      const { cti, share } = await issuer.prepare();
      const secret = random(32);
      const minted = await issuer.grant({
        object: random(32),
        cti,
        expires: clock() + 3600,
        maxUses: 1,
        purpose: 'referral',
        binding: 'bearer',
        permissions: ['view'],
        issuerUser: random(32),
        ...changes,
      });
      const key = linkKey({ secret, share, cti });
      return { url: minted.link(origin, secret), id: minted.id, key, handle: minted.handle };
    },
    used: async (one) => (await issuer.inspect(one)).used!,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function launch(): Promise<Browser> {
  return chromium.launch(chromiumOptions());
}

export interface Visit {
  readonly context: BrowserContext;
  readonly tab: Page;
  /** What the browser complained about: errors, refused loads, breaches of the policy. */
  readonly complaints: string[];
  heading(): Promise<string>;
  problem(): Promise<string>;
  /** Presses the button, and waits until something came of it. */
  press(): Promise<void>;
}

/** A person who follows a link; in a browser of their own, or in one that they have used before. */
export async function visit(
  browser: Browser,
  url: string,
  { width = 1280, height = 900, before }: { width?: number; height?: number; before?: Visit } = {},
): Promise<Visit> {
  const context = before?.context ?? (await browser.newContext({ viewport: { width, height }, locale: 'en-GB' }));
  const tab = await context.newPage();
  const complaints: string[] = [];
  tab.on('console', (message) => complaints.push(message.text()));
  tab.on('pageerror', (error) => complaints.push(String(error)));
  await tab.goto(url);
  const settled = '#ready:not([hidden]), #ended:not([hidden]), #check-error:not(:empty)';
  await tab.waitForSelector(settled);
  return {
    context,
    tab,
    complaints,
    heading: async () => (await tab.locator('h1:visible').textContent()) ?? '',
    problem: async () => (await tab.locator('.problem:visible').textContent()) ?? '',
    async press() {
      await tab.getByRole('button', { name: 'Open', exact: true }).click();
      await tab.waitForSelector('#shown, #ended:not([hidden]), #open-error:not(:empty), #show-error:not(:empty)');
    },
  };
}
