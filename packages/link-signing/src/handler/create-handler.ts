import { html } from '@wardseal/primitives/html';
import { holdsPatientNumber } from '@wardseal/primitives/patient-number';
import { isOrigin } from '../claims.js';
import { SCRIPT, STYLE } from '../opening-page/built.js';
import { openingMain } from '../opening-page/opening-main.js';
import { type Asset, assetOf, chrome } from './chrome.js';
import { contentAnswer } from './content.js';
import { assetAnswer, methodAnswer, pageAnswer } from './headers.js';
import { locationKeys, readLocation } from './location.js';
import type { HandlerOptions, LinkDesk } from './options.js';
import { postRedeem, REDEEM_PATH, type RedeemState } from './post-redeem.js';
import { postStatus } from './post-status.js';
import { gone, refused } from './refusal.js';

type Answer = (request: Request) => Response | Promise<Response>;
/** What an address answers: to GET and HEAD, or to POST; never to both. */
type Route = { readonly get: Answer } | { readonly post: Answer };

const CONTENT = '/o/content/';
const MODULE_PATH = /^\/(?!\/)[A-Za-z0-9._~/-]{1,200}$/;
const NAME = /^(?=.{1,120}$)[^\p{C}\s]+(?: [^\p{C}\s]+)*$/u;
const TELEPHONE = /^\+?[0-9][0-9 ()-]{1,30}$/;

function check({ origins, organisation, openerModule, authorize }: HandlerOptions): void {
  if (origins.length === 0 || !origins.every(isOrigin))
    throw new RangeError('origins must be ASCII origins, at least one');
  if (!NAME.test(organisation.name) || holdsPatientNumber(organisation.name, 'anywhere'))
    throw new RangeError('organisation name must be 1 to 120 characters of plain text');
  if (organisation.telephone !== undefined && !TELEPHONE.test(organisation.telephone))
    throw new RangeError('organisation telephone must be a telephone number');
  if (!MODULE_PATH.test(openerModule)) throw new RangeError('openerModule must be a path on the same origin');
  if (typeof authorize !== 'function') throw new TypeError('authorize must be a function');
}

/**
 * Makes the HTTP face of links: the opening page and what it asks for.
 *
 * `GET /o` is one static page, the same for every link: handle and secret stay in the fragment, which browsers do not send.
 * `POST /o/status` and `POST /o/redeem` take JSON from this origin's own page; the latter is the only one that opens.
 * `GET /o/content/TOKEN` serves a sealed file for five minutes after an opening. Nothing else changes state, nothing
 * redirects, and there are no query parameters.
 *
 * @param desk an `Issuer`, or what wraps one with policy and log
 * @param options see `HandlerOptions`; checked here, once
 * @returns a function that answers every request and never rejects: mount it at `/o` and below, without stripping the path
 * @throws RangeError when an origin, the organisation, the module's path or a content key is out of range
 * @throws TypeError when `authorize` is missing
 * @example const handle = createHandler(issuer, { origins, organisation, openerModule: '/opener.js', authorize });
 */
export function createHandler(desk: LinkDesk, options: HandlerOptions): (request: Request) => Promise<Response> {
  check(options);
  const { organisation, openerModule, content, clock = () => Math.floor(Date.now() / 1000) } = options;
  const state: RedeemState = { clock, keys: content && locationKeys(content.keys) };
  const script = assetOf(SCRIPT, 'js');
  const style = assetOf(STYLE, 'css');
  const page = chrome({
    title: 'Open a secure link',
    organisation,
    script,
    style,
    data: { opener: openerModule },
    main: openingMain(organisation),
  });
  const lost = chrome({
    title: 'Not found',
    organisation,
    style,
    main: html`<h1>There is nothing at this address</h1>
<p>The address of a link was changed on its way. Open the link again from the message it came in, or copy the whole of it.</p>`
      .text,
  });
  const asset = ({ body, type }: Asset): Route => ({ get: () => assetAnswer(body, type) });
  const routes = new Map<string, Route>([
    ['/o', { get: () => pageAnswer(200, page) }],
    [script.path, asset(script)],
    [style.path, asset(style)],
    ['/o/status', { post: (request) => postStatus(desk, options, request) }],
    [REDEEM_PATH, { post: (request) => postRedeem(desk, options, state, request) }],
  ]);

  const getContent = async (token: string, request: Request): Promise<Response> => {
    let context: unknown;
    try {
      context = options.context?.(request);
      const site = request.headers.get('sec-fetch-site');
      const object = site === null || site === 'same-origin' ? readLocation(token, state.keys ?? [], clock()) : null;
      return (object && content && (await contentAnswer(content, object, request))) ?? gone();
    } catch (error) {
      return refused(error, { route: 'content', context }, options);
    }
  };
  const routeOf = ({ url }: Request): Route | undefined => {
    const { pathname } = new URL(url);
    if (url.includes('?')) return undefined;
    if (content && pathname.startsWith(CONTENT))
      return { get: (request) => getContent(pathname.slice(CONTENT.length), request) };
    return routes.get(pathname);
  };

  return async (request) => {
    if (options.shlink && new URL(request.url).pathname.startsWith('/m/')) return options.shlink(request);
    const route = routeOf(request);
    const { method } = request;
    const reads = method === 'GET' || method === 'HEAD';
    if (route === undefined) return reads ? headOf(method, pageAnswer(404, lost)) : gone();
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
