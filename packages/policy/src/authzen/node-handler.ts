/** What `node:http` gives; Express and others give it too. */
export interface NodeRequest extends AsyncIterable<Uint8Array> {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly complete: boolean;
}

/** What `node:http` takes. */
export interface NodeResponse {
  readonly headersSent: boolean;
  setHeader(name: string, value: string): unknown;
  writeHead(status: number): unknown;
  end(body?: Uint8Array): unknown;
}

/**
 * Puts `handle` behind node:http, Express, or whatever calls `(request, response)`. Set `requestTimeout` on the server: a
 * body is read as slowly as it is sent.
 *
 * @param handle - from `createAuthzen`; when it rejects, or the request is none that the web knows, the answer is 400.
 * @example
 * ```ts
 * createServer(toNodeHandler(authzen.handle)).listen(8080, '127.0.0.1');
 * ```
 */
export function toNodeHandler(
  handle: (request: Request) => Promise<Response>,
): (request: NodeRequest, response: NodeResponse) => void {
  return (request, response) => {
    respond(handle, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(400);
      response.end();
    });
  };
}

async function respond(
  handle: (request: Request) => Promise<Response>,
  from: NodeRequest,
  to: NodeResponse,
): Promise<void> {
  const method = from.method ?? 'GET';
  const headers = Object.entries(from.headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
  );
  const body = method === 'GET' || method === 'HEAD' ? null : streamOf(from);
  // Only the path counts: a request may name any host.
  const url = new URL(`http://localhost${from.url?.startsWith('/') ? from.url : '/'}`);
  // Node wants to be told that the answer may come before the body ends.
  const init = { method, headers, body, duplex: 'half' };
  const answer = await handle(new Request(url, init));
  const bytes = new Uint8Array(await answer.arrayBuffer());
  for (const [name, value] of answer.headers) to.setHeader(name, value);
  // What is left of a body that nobody wants must not keep the connection busy.
  if (!from.complete) to.setHeader('connection', 'close');
  to.writeHead(answer.status);
  to.end(bytes);
}

/** Read on demand, so that no more of a body is taken than is wanted. */
function streamOf(from: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let chunks: AsyncIterator<Uint8Array> | undefined;
  return new ReadableStream(
    {
      pull: async (controller) => {
        chunks ??= from[Symbol.asyncIterator]();
        const { done, value } = await chunks.next();
        if (done === true) controller.close();
        else controller.enqueue(Uint8Array.from(value));
      },
    },
    { highWaterMark: 0 },
  );
}
