import { Readable } from 'node:stream';

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

/** Answers a web request, as `Witness.handle`. */
export type Handle = (request: Request) => Promise<Response>;

/**
 * Puts a `Request -> Response` function behind node:http, Express, or whatever calls `(request, response)`.
 *
 * @param handle - the function; when it rejects, or the request is none that the web knows, the answer is 400
 * @example
 * createServer(toNodeHandler(witness.handle)).listen(4020);
 */
export function toNodeHandler(handle: Handle): (request: NodeRequest, response: NodeResponse) => void {
  return (request, response) => {
    respond(handle, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(400);
      response.end();
    });
  };
}

async function respond(handle: Handle, from: NodeRequest, to: NodeResponse): Promise<void> {
  const method = from.method ?? 'GET';
  const headers = Object.entries(from.headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
  );
  const body =
    method === 'GET' || method === 'HEAD'
      ? null
      : (Readable.toWeb(from as unknown as Readable) as ReadableStream<Uint8Array>);
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
