import type { Decision, Request } from '../decision.js';
import { own } from '../engine/facts.js';
import { PolicyError } from '../errors.js';
import type { Pdp } from '../evaluate.js';
import { MAX_PAGE, type SearchKind, search } from '../search.js';
import type { Deciding } from './evaluate.js';
import { isRecord } from './json-body.js';
import { toProfile } from './obligations.js';
import {
  type AuthzenAction,
  type AuthzenEntity,
  type AuthzenQuestion,
  readAction,
  readContext,
  readEntity,
  readType,
} from './question.js';
import { Refusal } from './refusal.js';

type Body = Readonly<Record<string, unknown>>;
type Source<T> = Iterable<T> | AsyncIterable<T>;

/** What is searched for: the other parts of the question, and the type of the entity. */
export type AuthzenSearch<K extends SearchKind> = Omit<AuthzenQuestion, K> & { readonly type: string };

/** Where candidates come from, in an order that stays the same from page to page. Other types than asked are passed over. */
export interface AuthzenCandidates {
  readonly subject?: (search: AuthzenSearch<'subject'>) => Source<AuthzenEntity>;
  readonly resource?: (search: AuthzenSearch<'resource'>) => Source<AuthzenEntity>;
  readonly action?: (search: Omit<AuthzenQuestion, 'action'>) => Source<AuthzenAction>;
}

interface Found {
  readonly candidate: AuthzenEntity | AuthzenAction;
}

/** AuthZEN 1.0, section 8: who may, to what, or what may be done. */
export async function searchFor(
  kind: SearchKind,
  body: Body,
  { pdp, toRequest, acr }: Deciding,
  candidates: AuthzenCandidates,
): Promise<unknown> {
  const asked = {
    ...(kind === 'subject' ? {} : { subject: readEntity(body, 'subject') }),
    ...(kind === 'action' ? {} : { action: readAction(body) }),
    ...(kind === 'resource' ? {} : { resource: readEntity(body, 'resource') }),
    context: readContext(body),
  };
  const type = kind === 'action' ? undefined : readType(body, kind);
  const page = pageOf(body);
  // What `search` decides is a whole request, whose facts may hang together across its sections.
  const requests = new WeakMap<object, Request>();
  const decisions = new WeakMap<object, Decision>();
  const deciding: Pdp = {
    evaluate: (request) => {
      const found = own(request, kind) as object | undefined;
      const whole = found && requests.get(found);
      if (found === undefined || whole === undefined) return pdp.evaluate(request);
      const decision = pdp.evaluate(whole);
      decisions.set(found, decision);
      return decision;
    },
  };
  const source = candidates[kind]!({ ...asked, type } as never) as Source<Found['candidate']>;
  async function* found(): AsyncIterable<Found> {
    for await (const candidate of source) {
      if (type !== undefined && own(candidate, 'type') !== type) continue;
      const each: Found = { candidate };
      requests.set(each, await toRequest({ ...asked, [kind]: candidate } as unknown as AuthzenQuestion));
      yield each;
    }
  }
  try {
    const request = { asked, type } as unknown as Partial<Request>;
    const { results, next } = await search(deciding, { kind, request, candidates: found(), ...page });
    return {
      page: { next_token: next ?? '', count: results.length },
      results: results.map((each) => {
        const obligations = toProfile(decisions.get(each)!, acr);
        return { ...nameOf(each.candidate), ...(obligations.length === 0 ? {} : { obligations }) };
      }),
    };
  } catch (error) {
    if (error instanceof PolicyError && error.code === 'CURSOR_INVALID') throw new Refusal('TOKEN_INVALID');
    throw error;
  }
}

/** What names a candidate: its properties are facts of the decision point, not for the caller. */
const nameOf = (candidate: Found['candidate']): object =>
  'name' in candidate ? { name: candidate.name } : { type: candidate.type, id: candidate.id };

/** How much is asked for, and from where on. */
function pageOf(body: Body): { limit?: number; cursor?: string } {
  const page = own(body, 'page') ?? {};
  const limit = own(page, 'limit');
  const token = own(page, 'token') ?? '';
  const isLimit = limit === undefined || (Number.isSafeInteger(limit) && (limit as number) > 0);
  if (!isRecord(page) || !isLimit || typeof token !== 'string') throw new Refusal('PAGE_INVALID');
  return {
    ...(limit === undefined ? {} : { limit: Math.min(limit as number, MAX_PAGE) }),
    ...(token === '' ? {} : { cursor: token }),
  };
}
