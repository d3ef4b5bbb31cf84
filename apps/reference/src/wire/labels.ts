import * as z from 'zod/mini';
import { iso, ods, type Parser, parserOf, slug, uuid } from './parse.js';

/** What an item can be here. Videos, screenshots and documents are refused until they have an issue of their own. */
export const KINDS = ['photo', 'message'] as const;
export const SENSITIVITIES = ['normal', 'sensitive', 'intimate'] as const;
/** What an item may be sent for. */
export const PURPOSES = ['direct-care', 'referral', 'emergency'] as const;

/** Nobody views an item for longer than this, whatever becomes of its case, ms: by then the record has had it for weeks. */
export const LONGEST_LIFE: number = 30 * 24 * 60 * 60_000;

/**
 * What travels in the clear with an item: what the policy needs, never what identifies a patient. The sender signs the same
 * in the manifest, and browser and custodian refuse a difference. Advice is a message with `about`.
 */
export interface ItemLabels {
  readonly kind: (typeof KINDS)[number];
  readonly sensitivity: (typeof SENSITIVITIES)[number];
  readonly purpose: (typeof PURPOSES)[number];
  readonly consentLevel: readonly 'record'[];
  readonly identifiable: boolean;
  /** Person id of the sender. */
  readonly author: string;
  readonly ownerOrg: string;
  /** The on-call team it is for, or `none`. */
  readonly team: string;
  /** From then on nobody views it. */
  readonly notAfter: string;
  /** The item that this one is advice on, or `none`. */
  readonly about: string;
}

const none = z.literal('none');
export const labels: z.ZodMiniType<ItemLabels> = z
  .strictObject({
    kind: z.enum(KINDS),
    sensitivity: z.enum(SENSITIVITIES),
    purpose: z.enum(PURPOSES),
    consentLevel: z.readonly(z.array(z.literal('record')).check(z.maxLength(1))),
    identifiable: z.boolean(),
    author: slug,
    ownerOrg: ods,
    team: slug, // `none` is a slug too
    notAfter: iso,
    about: z.union([none, uuid]),
  })
  .check(
    z.refine((value) => value.kind === 'message' || value.about === 'none', { path: ['about'] }),
    // Consent is the shutter: no photograph without it.
    z.refine((value) => value.kind === 'message' || value.consentLevel.length === 1, { path: ['consentLevel'] }),
  );

/** The labels of an item, or WireError BAD_REQUEST. */
export const parseLabels: Parser<ItemLabels> = parserOf(labels, 'labels');
