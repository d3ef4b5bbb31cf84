import { createServer, type Server, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeHandler } from '../../src/node-handler.js';
import { readBody } from '../../src/read-body.js';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(handle: (request: Request) => Promise<Response>): Promise<string> {
  server = createServer(nodeHandler(handle));
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A body of `pieces` pieces of 64 KiB, made as they are asked for. */
function pieces(count: number, made: { count: number }): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      pull(controller) {
        if (made.count === count) return controller.close();
        made.count++;
        return controller.enqueue(new Uint8Array(65_536).fill(made.count));
      },
    },
    { highWaterMark: 0 },
  );
}

describe('a web function behind node:http', () => {
  it('gets method, path, headers and body, and its answer goes out', async () => {
    const url = await serve(async (request) => {
      const body = await readBody(request.body, 100);
      const told = [request.method, new URL(request.url).pathname, request.headers.get('x-a'), body?.length];
      return new Response(JSON.stringify(told), { status: 201, headers: { 'x-b': 'c' } });
    });
    const answer = await fetch(`${url}/a/b`, { method: 'POST', headers: { 'x-a': '1' }, body: 'hello' });
    expect([answer.status, answer.headers.get('x-b'), await answer.json()]).toEqual([
      201,
      'c',
      ['POST', '/a/b', '1', 5],
    ]);
    expect(answer.headers.get('content-length')).toBe(String(JSON.stringify(['POST', '/a/b', '1', 5]).length));
  });

  it('answers 400 when the function rejects', async () => {
    const url = await serve(() => Promise.reject(new Error('secret')));
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([400, '']);
  });

  it('answers 400 to an address in another spelling than its own, which a proxy in front may have let by', async () => {
    const seen: string[] = [];
    const { hostname, port } = new URL(
      await serve(async ({ url }) => {
        seen.push(new URL(url).pathname);
        return new Response(null, { status: 204 });
      }),
    );
    const statusOf = (path: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        send({ hostname, port, path }, (answer) => resolve(answer.resume().statusCode))
          .on('error', reject)
          .end();
      });
    for (const path of ['/a\\b', '/a/./b', '/x/../a/b', '/a/%2e/b', '/a/b#c', '/a/b#?c'])
      expect([path, await statusOf(path)]).toEqual([path, 400]);
    for (const path of ['/a/b', '/a/%62', '//a/b', '/a/b?', "/a?b='../c'#d"])
      expect([path, await statusOf(path)]).toEqual([path, 204]);
    expect(seen).toEqual(['/a/b', '/a/%62', '//a/b', '/a/b', '/a']);
  });

  it('sends a body of a known length as it comes, whole', async () => {
    const made = { count: 0 };
    const url = await serve(
      async () => new Response(pieces(64, made), { headers: { 'content-length': `${64 * 65_536}` } }),
    );
    const body = new Uint8Array(await (await fetch(url)).arrayBuffer());
    expect([body.length, body[0], body.at(-1), made.count]).toEqual([64 * 65_536, 1, 64, 64]);
  });

  it('makes no more of a body than a slow receiver takes, and stops when it goes away', async () => {
    const made = { count: 0 };
    let cancelled = (): void => undefined;
    const stopped = new Promise<void>((resolve) => {
      cancelled = resolve;
    });
    const url = await serve(async () => {
      const endless = pieces(1_000_000, made);
      const reader = endless.getReader();
      const body = new ReadableStream({
        pull: async (controller) => controller.enqueue((await reader.read()).value),
        cancel: () => cancelled(),
      });
      return new Response(body, { headers: { 'content-length': `${1_000_000 * 65_536}` } });
    });
    const asked = send(url, (answer) => answer.once('data', () => answer.destroy()));
    asked.on('error', () => undefined).end();
    await stopped;
    expect(made.count).toBeLessThan(1_000);
  });

  it('cuts the connection when a body breaks off, so that half an answer is no whole one', async () => {
    const url = await serve(async () => {
      const body = new ReadableStream({
        start: (controller) => controller.enqueue(new Uint8Array(10)),
        pull: (controller) => controller.error(new Error('disk')),
      });
      return new Response(body, { headers: { 'content-length': '20' } });
    });
    await expect(fetch(url).then((answer) => answer.arrayBuffer())).rejects.toThrow();
  });
});

describe('a body that is read', () => {
  it('ends at the limit', async () => {
    const made = { count: 0 };
    expect(await readBody(pieces(1_000, made), 200_000)).toBeNull();
    expect(made.count).toBeLessThan(10);
    expect((await readBody(pieces(2, { count: 0 }), 131_072))?.length).toBe(131_072);
    expect(await readBody(null, 0)).toEqual(new Uint8Array(0));
  });
});
