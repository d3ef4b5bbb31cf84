import { nodeHandler } from '@wardseal/primitives/node-handler';

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
  write(chunk: Uint8Array): boolean;
  once(event: string, listener: () => void): unknown;
  end(body?: Uint8Array): unknown;
  destroy(): unknown;
}

/**
 * Puts a `Request -> Response` function behind node:http, Express, or whatever calls `(request, response)`. Set
 * `requestTimeout` on the server: a body is read as slowly as it is sent.
 *
 * @param handle - from `createHandler`; when it rejects, or the request is none that the web knows, the answer is 400
 * @example createServer(toNodeHandler(handle)).listen(4000, '127.0.0.1');
 */
export function toNodeHandler(
  handle: (request: Request) => Promise<Response>,
): (request: NodeRequest, response: NodeResponse) => void {
  return nodeHandler(handle);
}
