import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { toNodeHandler } from '../../src/handler.js';
import { FROM_PAGE, type Front, front } from '../support/front.js';

// The recipes of the README, run as they stand there against the few methods of each framework that they use.

type Node = (request: IncomingMessage, response: ServerResponse) => unknown;
type Web = (request: Request) => Promise<Response>;

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
const codeOf = (name: string): string => {
  const found = new RegExp(`\`\`\`js recipe ${name}\n([^]*?)\`\`\``).exec(readme);
  if (found === null) throw new Error(`no recipe for ${name}`);
  return found[1]!;
};
const run = (name: string, given: Record<string, unknown>): void => {
  new Function(...Object.keys(given), codeOf(name))(...Object.values(given));
};

/** What a router does with a pattern: `/o/*` stands for all below. */
const fits = (pattern: RegExp | string, path: string): boolean =>
  pattern instanceof RegExp
    ? pattern.test(path)
    : pattern.endsWith('*')
      ? path.startsWith(pattern.slice(0, -1))
      : path === pattern;

const FRAMEWORKS: Record<string, (handle: Web) => Node> = {
  express(handle) {
    const routes: [RegExp, Node][] = [];
    run('express', { app: { all: (path: RegExp, act: Node) => routes.push([path, act]) }, handle, toNodeHandler });
    return (request, response) => routes.find(([path]) => fits(path, request.url!))?.[1](request, response);
  },
  fastify(handle) {
    const routes: [string, (request: unknown, reply: unknown) => void][] = [];
    let parser: ((request: unknown, body: unknown, done: (error: null) => void) => void) | undefined;
    const scope = {
      removeAllContentTypeParsers: () => undefined,
      addContentTypeParser: (_: string, act: typeof parser) => {
        parser = act;
      },
      all: (path: string, act: (request: unknown, reply: unknown) => void) => routes.push([path, act]),
    };
    run('fastify', {
      app: { register: (plugin: (one: typeof scope) => unknown) => plugin(scope) },
      handle,
      toNodeHandler,
    });
    return (request, response) => {
      const route = routes.find(([path]) => fits(path, request.url!))![1];
      let hijacked = false;
      const reply = { raw: response, hijack: () => { hijacked = true; } }; // biome-ignore format: two members
      parser!(request, request, () => route({ raw: request }, reply));
      expect(hijacked).toBe(true);
    };
  },
  hono(handle) {
    const routes: [string, (context: unknown) => Promise<Response>][] = [];
    run('hono', { app: { all: (path: string, act: (context: unknown) => Promise<Response>) => routes.push([path, act]) }, handle }); // biome-ignore format: one call
    return toNodeHandler((raw) => routes.find(([path]) => fits(path, new URL(raw.url).pathname))![1]({ req: { raw } }));
  },
  next(handle) {
    const code = codeOf('next');
    const methods = [...code.matchAll(/handle as ([A-Z]+)/g)].map(([, method]) => method!);
    expect(methods).toEqual(['GET', 'HEAD', 'OPTIONS', 'POST']);
    return toNodeHandler((request) =>
      methods.includes(request.method) ? handle(request) : Promise.resolve(new Response(null, { status: 405 })),
    );
  },
};

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

it.each(Object.keys(FRAMEWORKS))('%s: the page is there, a link opens once', async (name) => {
  const door: Front = await front();
  server = createServer(FRAMEWORKS[name]!((request) => door.handle(request)));
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const link = await door.here.issuer.grant(door.here.request());
  const page = await fetch(`${at}/o`);
  expect([page.status, (await page.text()).includes('You have been sent a secure link')]).toEqual([200, true]);
  expect((await fetch(`${at}/o`, { method: 'OPTIONS' })).status).toBe(204);
  const open = (): Promise<Response> =>
    fetch(`${at}/o/redeem`, { method: 'POST', headers: FROM_PAGE, body: JSON.stringify(door.redeemBody(link)) });
  const first = await open();
  expect(first.status).toBe(200);
  const { location } = (await first.json()) as { location: string };
  const part = await fetch(`${at}${location}`, { headers: { range: 'bytes=0-9' } });
  expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 10]);
  door.redeemer = await door.here.redeemer();
  expect((await open()).status).toBe(404);
});
