import { base64url, fromBase64url } from '@wardseal/primitives/base64';
import { utf8 } from '@wardseal/primitives/text';
import type { Request } from './decision.js';
import { digestOf } from './digest.js';
import { PolicyError } from './errors.js';
import type { Pdp } from './evaluate.js';

/** Results on a page unless told otherwise: a screen or two. */
export const DEFAULT_PAGE = 50;
/** Most results on one page: what one response can carry. */
export const MAX_PAGE = 1_000;
/** Most candidates decided for one page, some 50 ms of work: a page may be short, or empty, and still have a next one. */
export const MAX_SCANNED = 10_000;

type Source<T> = Iterable<T> | AsyncIterable<T>;

/** Who, what or which: the section of the request that the candidates stand for. */
export type SearchKind = 'subject' | 'resource' | 'action';

/** What is searched for. */
export interface Search<T> {
  readonly kind: SearchKind;
  /** The question, without the section that is searched for. */
  readonly request: Partial<Request>;
  /**
   * Candidates in an order that stays the same from page to page; or a function that gives them from a position on, so that
   * a later page need not begin at the first.
   */
  readonly candidates: Source<T> | ((from: number) => Source<T>);
  /** Default 50, at most 1,000. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

/** One page of a search. */
export interface SearchPage<T> {
  /** The candidates that would be permitted, in the order they came. */
  readonly results: readonly T[];
  /** Opaque; null when the candidates are at their end. */
  readonly next: string | null;
}

/**
 * Finds who may do this, to which it may be done, or what may be done: decides the question once for each candidate and
 * keeps those that are permitted. Nobody is found who is not among the candidates.
 *
 * @param pdp - from `createPdp`.
 * @param query - a candidate is a whole section: the facts of a subject or resource, or an action with its `name`.
 * @returns a page; every candidate falls into exactly one page. A page may be short when 10,000 candidates were decided.
 * @throws PolicyError `CURSOR_INVALID` when the cursor is not of this question under this policy.
 * @throws RangeError for an unknown `kind` or a `limit` that is no whole number from 1 to 1,000. What the candidates throw
 * is thrown on. TypeError when the request cannot be written as JSON.
 * @see AuthZEN Authorization API 1.0, sections 8 to 10 (Search)
 * @example
 * ```ts
 * const { results, next } = await search(pdp, { kind: 'resource', request: { subject, action: { name: 'view' }, context }, candidates: pictures });
 * ```
 */
export async function search<T>(pdp: Pdp, query: Search<T>): Promise<SearchPage<T>> {
  const { kind, request, candidates, limit = DEFAULT_PAGE, cursor } = query;
  if (kind !== 'subject' && kind !== 'resource' && kind !== 'action') throw new RangeError('no such kind of search');
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE)
    throw new RangeError(`\`limit\` must be from 1 to ${MAX_PAGE}`);
  const tag = tagOf(pdp, kind, request);
  const from = cursor === undefined ? 0 : position(cursor, tag);
  const [source, first] = typeof candidates === 'function' ? [candidates(from), from] : [candidates, 0];
  const results: T[] = [];
  let at = first;
  for await (const candidate of source) {
    // One more than the page holds is looked at, so that the last page does not promise another.
    if (results.length === limit || at - from === MAX_SCANNED) return { results, next: cursorOf(at, tag) };
    at += 1;
    if (at > from && pdp.evaluate({ ...request, [kind]: candidate } as unknown as Request).decision)
      results.push(candidate);
  }
  return { results, next: null };
}

/** The first 132 bits of a digest: a mark against mistakes, not a secret. */
const TAG = [7, 29] as const;

/** Marks the question and the policy, so that a cursor is not carried over to another. */
function tagOf(pdp: Pdp, kind: SearchKind, request: Partial<Request>): string {
  const { [kind]: _searched, ...rest } = { ...request } as Record<string, unknown>;
  const { digest } = pdp.evaluate({} as Request).context.policy;
  // By way of JSON, so that a member that is undefined is one that is not there.
  const asked: unknown = JSON.parse(JSON.stringify({ kind, digest, request: rest }));
  return digestOf(asked).slice(...TAG);
}

const cursorOf = (at: number, tag: string): string => `${base64url(utf8(String(at)))}.${tag}`;

function position(cursor: unknown, tag: string): number {
  const [text = '', mark] = typeof cursor === 'string' && cursor.length <= 64 ? cursor.split('.') : [];
  const bytes = fromBase64url(text);
  const at = bytes === null ? Number.NaN : Number(String.fromCharCode(...bytes));
  if (mark !== tag || !Number.isSafeInteger(at) || cursorOf(at, tag) !== cursor || at < 1)
    throw new PolicyError('CURSOR_INVALID', '/cursor', 'cursor is not of this search');
  return at;
}
