import { methodAnswer } from './headers.js';
import { gone } from './refusal.js';

type Answer = (request: Request) => Response | Promise<Response>;
/** What an address answers: to GET and HEAD, or to POST; never to both. */
export type Route = { readonly get: Answer } | { readonly post: Answer };

/**
 * Answers requests by their routes. GET and HEAD of an address that there is not are answered by `lost`, a page; anything else
 * by the one 404. Nothing redirects, and there are no queries.
 */
export function serve(
  routeOf: (pathname: string) => Route | undefined,
  lost: () => Response,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const { method, url } = request;
    const route = url.includes('?') ? undefined : routeOf(new URL(url).pathname);
    const reads = method === 'GET' || method === 'HEAD';
    if (route === undefined) return reads ? headOf(method, lost()) : gone();
    const allow = 'get' in route ? 'GET, HEAD, OPTIONS' : 'POST, OPTIONS';
    if (method === 'OPTIONS') return methodAnswer(204, allow);
    if ('get' in route && reads) return headOf(method, await route.get(request));
    if ('post' in route && method === 'POST') return route.post(request);
    return methodAnswer(405, allow);
  };
}

/** To HEAD, the same without its body (RFC 9110 section 9.3.2). */
function headOf(method: string, answer: Response): Response {
  return method === 'HEAD' ? new Response(null, answer) : answer;
}
