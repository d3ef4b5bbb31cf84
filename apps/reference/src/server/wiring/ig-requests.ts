import { REVIEW_OUTCOMES, type ReviewOutcome } from '@wardseal/audit/report';
import * as z from 'zod/mini';
import { day, line, type Parser, parserOf, slug, uuid } from '../../wire/parse.js';
import { PURPOSES, type Purpose } from './ig-reading.js';

/** Characters of a reason: with the purpose in front it fits the log's own limit of 1,000. */
const MAX_REASON = 900;

const reason = line(MAX_REASON);

/** The purpose that a page was asked with; null where none, or none that we know, is said. */
export function parsePurpose(value: string | undefined): Purpose | null {
  return value !== undefined && Object.hasOwn(PURPOSES, value) ? (value as Purpose) : null;
}

/** What a search asks about: an item or case, or a person. */
export const parseOpened: Parser<{
  item?: string | undefined;
  person?: string | undefined;
  as?: 'html' | 'csv' | undefined;
}> = parserOf(
  z.strictObject({ item: z.optional(uuid), person: z.optional(slug), as: z.optional(z.enum(['html', 'csv'])) }),
  'search',
);

export interface ReviewAsked {
  readonly index: number;
  readonly origin: string;
  readonly outcome: ReviewOutcome;
  readonly reason: string;
}
export const parseReview: Parser<ReviewAsked> = parserOf(
  z.strictObject({
    index: z.int().check(z.minimum(0)),
    origin: line(128),
    outcome: z.enum(REVIEW_OUTCOMES),
    reason,
  }),
  'review',
);

/** A leak is looked for in one picture, or in those sent from one day to another; as an investigation unless said otherwise. */
export type TraceAsked = (Why & { readonly item: string }) | (Why & { readonly from: string; readonly until: string });
interface Why {
  readonly reason: string;
  readonly purpose?: Purpose | undefined;
}
const why = { reason, purpose: z.optional(z.enum(Object.keys(PURPOSES) as Purpose[])) };
export const parseTrace: Parser<TraceAsked> = parserOf(
  z.union([z.strictObject({ item: uuid, ...why }), z.strictObject({ from: day, until: day, ...why })]),
  'trace',
);
