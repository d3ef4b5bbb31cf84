import * as z from 'zod/mini';
import { WireError } from './errors.js';

/** Gives the value as its type, or throws WireError BAD_REQUEST. Unknown members, wrong types and long texts are refused. */
export type Parser<T> = (value: unknown) => T;

/** A parser of a schema. What it throws names the first member that is wrong and repeats nothing of it. */
export function parserOf<T>(schema: z.ZodMiniType<T>, title: string): Parser<T> {
  return (value) => {
    const result = z.safeParse(schema, value);
    if (result.success) return result.data;
    // Only names that we gave ourselves: an unknown member's name comes from outside.
    const path = result.error.issues[0]?.path.filter((part) => typeof part === 'string') ?? [];
    throw new WireError('BAD_REQUEST', [title, ...path].join('.'));
  };
}

// Control characters steer terminals and logs; the others turn the direction of text round or cannot be seen.
const UNSEEN = /[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;
const UNSEEN_IN_PROSE = /[\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff]|(?![\n\t])\p{Cc}/u;

/** One line of text: trimmed, without control characters. */
export const line = (most: number, least = 1): z.ZodMiniType<string> =>
  z.string().check(
    z.minLength(least),
    z.maxLength(most),
    z.refine((text) => text === text.trim() && !UNSEEN.test(text)),
  );

/** Text of several lines, perhaps empty. */
export const prose = (most: number): z.ZodMiniType<string> =>
  z.string().check(
    z.maxLength(most),
    z.refine((text) => !UNSEEN_IN_PROSE.test(text)),
  );

/** A UUID in lower case, as `crypto.randomUUID` makes it: items, cases, viewings. */
export const uuid: z.ZodMiniType<string> = z
  .string()
  .check(z.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/));

/** A person's or a team's opaque id. */
export const slug: z.ZodMiniType<string> = z.string().check(z.regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/));

/** An ODS code: three to nine capital letters and digits (site codes have nine). */
export const ods: z.ZodMiniType<string> = z.string().check(z.regex(/^[A-Z0-9]{3,9}$/));

/** A time as `Date.toISOString` writes it: one moment, one spelling. */
export const iso: z.ZodMiniType<string> = z.string().check(
  z.length(24),
  z.refine((text) => {
    const time = Date.parse(text);
    return Number.isFinite(time) && new Date(time).toISOString() === text;
  }),
);

/** A day as YYYY-MM-DD that is in the calendar. */
export const day: z.ZodMiniType<string> = z.string().check(
  z.regex(/^\d{4}-\d{2}-\d{2}$/),
  z.refine((text) => {
    const time = Date.parse(`${text}T00:00:00.000Z`);
    return Number.isFinite(time) && new Date(time).toISOString().startsWith(text);
  }),
);

const URL_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** base64url without padding and with no bit left over: of `bytes` bytes, or of 1 to `most`. */
export function b64u(size: { readonly bytes: number } | { readonly most: number }): z.ZodMiniType<string> {
  const most = 'bytes' in size ? size.bytes : size.most;
  return z.string().check(
    z.minLength(1),
    z.maxLength(Math.ceil((most * 4) / 3)),
    z.regex(/^[A-Za-z0-9_-]+$/),
    z.refine((text) => {
      const rest = text.length % 4;
      if (rest === 1) return false;
      const spare = rest === 2 ? 15 : rest === 3 ? 3 : 0;
      if ((URL_ALPHABET.indexOf(text.at(-1) as string) & spare) !== 0) return false;
      return !('bytes' in size) || Math.floor((text.length * 3) / 4) === size.bytes;
    }),
  );
}
