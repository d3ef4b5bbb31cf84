import * as z from 'zod/mini';
import { b64u, day, iso, line, type Parser, parserOf, prose, uuid } from './parse.js';
import { checkPatientNumber } from './patient-number.js';

export {
  type CheckedScheme,
  checkPatientNumber,
  type PatientNumber,
  type PatientNumberReason,
} from './patient-number.js';

export const SIDES = ['left', 'right', 'both', 'not-applicable'] as const;
export const CONSENT_FORMS = ['oral', 'written', 'best-interests', 'parental', 'emergency'] as const;

/** Who the patient is: a number that checks, or `unverified` with the reason why there is none. */
export interface Patient {
  readonly scheme: 'nhs' | 'chi' | 'unverified';
  /** Ten digits; of `unverified` what there is, or empty. */
  readonly number: string;
  readonly name: string;
  /** The second identifier: YYYY-MM-DD, or empty where unverified. */
  readonly born: string;
  readonly reason?: string;
}

/** The clinical facts of an item, sealed with it: the server never sees them. */
export interface Clinical {
  /** The item's id, signed with the rest: a header shown under another id is refused. */
  readonly item: string;
  readonly patient: Patient;
  /** Of a photograph always there. */
  readonly consent: {
    readonly level: 'record';
    readonly form: (typeof CONSENT_FORMS)[number];
    readonly givenBy: string;
    readonly at: string;
  } | null;
  /** Body site in words; empty in a message. */
  readonly site: string;
  readonly side: (typeof SIDES)[number];
  readonly capturedAt: string;
  readonly note: string;
  /** Of advice: the item it is on, and the root of that item's content (base64url, 32 bytes). */
  readonly advice?: { readonly about: string; readonly root: string };
}

// The whole must fit the 16 KiB that a sealed file carries, also where a character takes three bytes.
const MAX_NOTE = 4000;
const MAX_NAME = 200;
const MAX_WORDS = 200;

const checked = (scheme: 'nhs' | 'chi') =>
  z.strictObject({
    scheme: z.literal(scheme),
    number: z.string().check(
      z.regex(/^[0-9]{10}$/),
      z.refine((number) => 'number' in checkPatientNumber(number, scheme)),
    ),
    name: line(MAX_NAME),
    born: day,
  });
const unverified = z.strictObject({
  scheme: z.literal('unverified'),
  number: line(32, 0),
  name: line(MAX_NAME),
  born: z.union([z.literal(''), day]),
  reason: line(MAX_WORDS),
});
const clinical = z.strictObject({
  item: uuid,
  patient: z.discriminatedUnion('scheme', [checked('nhs'), checked('chi'), unverified]),
  consent: z.nullable(
    z.strictObject({
      level: z.literal('record'),
      form: z.enum(CONSENT_FORMS),
      givenBy: line(MAX_WORDS),
      at: iso,
    }),
  ),
  site: line(MAX_WORDS, 0),
  side: z.enum(SIDES),
  capturedAt: iso,
  note: prose(MAX_NOTE),
  advice: z.exactOptional(z.strictObject({ about: uuid, root: b64u({ bytes: 32 }) })),
});

/** The clinical facts of an item, or WireError BAD_REQUEST. */
export const parseClinical: Parser<Clinical> = parserOf(clinical, 'clinical');
