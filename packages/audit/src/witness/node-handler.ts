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
  return nodeHandler(handle);
}
