/** The part of node:http's incoming message that is used; Express and others give it too. */
export interface NodeRequest extends AsyncIterable<Uint8Array> {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly complete: boolean;
}

/** The part of node:http's server response that is used. */
export interface NodeResponse {
  readonly headersSent: boolean;
  setHeader(name: string, value: string): unknown;
  writeHead(status: number): unknown;
  write(chunk: Uint8Array): boolean;
  once(event: string, listener: () => void): unknown;
  end(body?: Uint8Array): unknown;
  destroy(): unknown;
}

// A body of a length that the answer does not tell is gathered first, so that it goes out with its length.
const LENGTH = 'content-length';

/**
 * Puts a `Request -> Response` function behind node:http, or whatever calls `(request, response)`. When the function rejects,
 * or the request is none that the web knows, the answer is 400. A body is read as slowly as it is sent, in both directions.
 */
export function nodeHandler(
  handle: (request: Request) => Promise<Response>,
): (request: NodeRequest, response: NodeResponse) => void {
  return (request, response) => {
    respond(handle, request, response).catch(() => {
      // Half an answer must not look like a whole one.
      if (response.headersSent) return response.destroy();
      response.writeHead(400);
      return response.end();
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
  const target = from.url?.startsWith('/') ? from.url : '/';
  const url = new URL(`http://localhost${target}`);
  // A proxy that limits or refuses /a/b has let /a\b and /x/../a/b by.
  if (url.pathname !== target.split('?', 1)[0]) throw new TypeError('path must be in its one spelling');
  // Node wants to be told that the answer may come before the body ends.
  const init = { method, headers, body, duplex: 'half' };
  const answer = await handle(new Request(url, init));
  const streams = answer.body !== null && answer.headers.has(LENGTH);
  const bytes = streams ? undefined : new Uint8Array(await answer.arrayBuffer());
  for (const [name, value] of answer.headers) to.setHeader(name, value);
  if (bytes?.length) to.setHeader(LENGTH, String(bytes.length));
  // What is left of a body that nobody wants must not keep the connection busy.
  if (!from.complete) to.setHeader('connection', 'close');
  to.writeHead(answer.status);
  if (streams) await send(answer.body!, to);
  to.end(bytes);
}

/** Sends a body piece by piece; stops reading when the other side has gone. */
async function send(body: ReadableStream<Uint8Array>, to: NodeResponse): Promise<void> {
  const reader = body.getReader();
  let resume = (): void => undefined;
  let closed = false;
  to.once('close', () => {
    closed = true;
    resume();
  });
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    if (!closed && !to.write(step.value)) {
      await new Promise<void>((resolve) => {
        resume = resolve;
        to.once('drain', resolve);
        if (closed) resolve();
      });
    }
    if (closed) return reader.cancel();
  }
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
