import type { Request as Facts } from '../decision.js';
import type { Pack } from '../document.js';
import type { Pdp } from '../evaluate.js';
import type { SearchKind } from '../search.js';
import { type Deciding, evaluation, evaluations } from './evaluate.js';
import { jsonBody } from './json-body.js';
import { dutiesOf, profileType, supportedDuties } from './obligations.js';
import { type AuthzenQuestion, requestFromAuthzen } from './question.js';
import { type AuthzenErrorCode, Refusal } from './refusal.js';
import { type AuthzenCandidates, searchFor } from './search.js';

/** Seconds that metadata may be kept: it changes with a deployment, not with a policy. */
export const METADATA_MAX_AGE = 3_600;

/** What an AuthZEN decision point is made of. */
export interface AuthzenOptions {
  /** From `createPdp`. Its `reveal` decides what the caller sees of facts. */
  readonly pdp: Pdp;
  /** The decision point's own URL: `https`, without query and fragment. Endpoints lie below it. */
  readonly identifier: string;
  /** The policy, for the actions that can be searched and the obligations that metadata names. Default: none and all. */
  readonly pack?: Pack;
  /**
   * Facts of a question. Default `requestFromAuthzen`, which believes every property that the caller sends: give a function
   * that adds what the server knows by itself, and leaves out what the caller has no business to say.
   */
  readonly facts?: (question: AuthzenQuestion) => Facts | Promise<Facts>;
  /** Where the searches look; one without candidates is not offered. Default: the actions of `pack`. */
  readonly candidates?: AuthzenCandidates;
  /** Whether the caller is a known enforcement point. Default: everybody, for a server that has settled it before. */
  readonly authenticate?: (request: Request) => boolean | Promise<boolean>;
  /** The `acr` value that stands for a level of sign-in. Default `urn:wardseal:assurance:2` and so on. */
  readonly acr?: (level: number) => string;
  /** Told what went wrong when the answer is 500; the caller is told nothing. */
  readonly onError?: (cause: unknown) => void;
}

/** An AuthZEN decision point. */
export interface Authzen {
  /** Answers any request; never rejects. */
  readonly handle: (request: Request) => Promise<Response>;
}

/**
 * Makes a decision point that speaks the OpenID AuthZEN Authorization API 1.0: evaluation, evaluations, the three searches
 * and metadata; duties in the form of the Obligations Profile (draft 1). Refusals of a whole request are JSON with a stable
 * code and never repeat anything of it; a bad item of a batch is `decision: false` with the code in its context.
 *
 * @param options - `pdp` and `identifier` at least.
 * @throws TypeError when `identifier` is no such URL or `pdp` is none.
 * @see https://openid.net/specs/authorization-api-1_0.html
 * @example
 * ```ts
 * const { handle } = createAuthzen({ pdp, pack, identifier: 'https://pdp.example.nhs.uk' });
 * createServer(toNodeHandler(handle)).listen(8080);
 * ```
 */
export function createAuthzen(options: AuthzenOptions): Authzen {
  const { pdp, pack, identifier, facts = requestFromAuthzen, authenticate = () => true, onError = () => {} } = options;
  const { acr = (level: number): string => `urn:wardseal:assurance:${level}` } = options;
  if (typeof pdp?.evaluate !== 'function') throw new TypeError('`pdp` must be a decision point');
  const base = baseOf(identifier);
  const duties = dutiesOf(pack?.document);
  const candidates: AuthzenCandidates = {
    ...(pack === undefined ? {} : { action: () => pack.document.actions.map((name) => ({ name })) }),
    ...options.candidates,
  };
  const toRequest: Deciding['toRequest'] = async (question) => {
    const request = await facts(question);
    if (!Object.hasOwn(question.context, 'supported_obligations')) return request;
    const supportedObligations = supportedDuties(question.context['supported_obligations'], duties);
    return { ...request, context: { ...request.context, supportedObligations } };
  };
  const deciding: Deciding = { pdp, toRequest, acr };

  type Endpoint = (body: Readonly<Record<string, unknown>>) => Promise<unknown>;
  const endpoints = new Map<string, readonly [parameter: string, Endpoint]>([
    ['/access/v1/evaluation', ['access_evaluation_endpoint', (body) => evaluation(body, deciding)]],
    ['/access/v1/evaluations', ['access_evaluations_endpoint', (body) => evaluations(body, deciding)]],
  ]);
  for (const kind of ['subject', 'resource', 'action'] as const satisfies SearchKind[])
    if (candidates[kind] !== undefined)
      endpoints.set(`/access/v1/search/${kind}`, [
        `search_${kind}_endpoint`,
        (body) => searchFor(kind, body, deciding, candidates),
      ]);
  const obligations = [...new Set(duties.map(profileType))].sort();
  const metadata = {
    policy_decision_point: identifier,
    ...Object.fromEntries(Array.from(endpoints, ([path, [name]]) => [name, `${base.href}${path}`])),
    ...(obligations.length === 0 ? {} : { supported_obligations: obligations }),
  };
  const wellKnown = `/.well-known/authzen-configuration${base.path}`;

  const answer = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (pathname === wellKnown) {
      allow(request, 'GET');
      return json(200, metadata, { 'cache-control': `max-age=${METADATA_MAX_AGE}` });
    }
    const path = pathname.startsWith(base.path) ? pathname.slice(base.path.length) : '';
    const [, endpoint] = endpoints.get(path) ?? [];
    if (endpoint === undefined) throw new Refusal('NOT_FOUND');
    allow(request, 'POST');
    if ((await authenticate(request)) !== true) throw new Refusal('UNAUTHENTICATED');
    return json(200, await endpoint(await jsonBody(request)));
  };

  return Object.freeze({
    handle: async (request: Request): Promise<Response> => {
      const id = request.headers.get('x-request-id');
      const isEchoed = id !== null && /^[ -~]{1,512}$/.test(id);
      let response: Response;
      try {
        // An id that is not said back would look like an answer to another request.
        if (id !== null && !isEchoed) throw new Refusal('REQUEST_ID_INVALID');
        response = await answer(request);
      } catch (cause) {
        response = refused(cause, onError);
      }
      if (isEchoed) response.headers.set('x-request-id', id);
      return response;
    },
  });
}

function baseOf(identifier: string): { readonly href: string; readonly path: string } {
  const url = URL.canParse(identifier) ? new URL(identifier) : undefined;
  if (url?.protocol !== 'https:' || /[?#@]/.test(identifier))
    throw new TypeError('`identifier` must be an https URL without query and fragment');
  const path = url.pathname.replace(/\/+$/, '');
  return { href: `${url.origin}${path}`, path };
}

function allow({ method }: Request, allowed: string): void {
  if (method !== allowed) throw new Refusal('METHOD_NOT_ALLOWED', { cause: allowed });
}

function refused(cause: unknown, onError: (cause: unknown) => void): Response {
  const refusal = cause instanceof Refusal ? cause : new Refusal('INTERNAL');
  if (refusal !== cause) {
    try {
      onError(cause);
    } catch {
      // The answer is the same whether or not somebody could be told.
    }
  }
  const more: Partial<Record<AuthzenErrorCode, Record<string, string>>> = {
    METHOD_NOT_ALLOWED: { allow: String(refusal.cause) },
    UNAUTHENTICATED: { 'www-authenticate': 'Bearer' },
  };
  return json(refusal.error.status, { error: refusal.error }, more[refusal.error.code]);
}

function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
  });
}
