import { SCRIPT, STYLE } from '../opening-page/built.js';
import { openingMain } from '../opening-page/opening-main.js';
import { checkPage } from './check-page.js';
import { type Asset, assetOf, chrome } from './chrome.js';
import { contentAnswer } from './content.js';
import { assetAnswer, pageAnswer } from './headers.js';
import { locationKeys, readLocation } from './location.js';
import { lostPage } from './lost-page.js';
import type { HandlerOptions, LinkDesk } from './options.js';
import { postRedeem, REDEEM_PATH, type RedeemState } from './post-redeem.js';
import { postStatus } from './post-status.js';
import { gone, refused } from './refusal.js';
import { type Route, serve } from './serve.js';

const CONTENT = '/o/content/';

function check(options: HandlerOptions): void {
  checkPage(options, ['openerModule', options.openerModule]);
  if (typeof options.authorize !== 'function') throw new TypeError('authorize must be a function');
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
  const lost = lostPage(organisation, style);
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
  const answer = serve(
    (pathname) => {
      if (content && pathname.startsWith(CONTENT))
        return { get: (request) => getContent(pathname.slice(CONTENT.length), request) };
      return routes.get(pathname);
    },
    () => pageAnswer(404, lost),
  );
  return async (request) => {
    if (options.shlink && new URL(request.url).pathname.startsWith('/m/')) return options.shlink(request);
    return answer(request);
  };
}
