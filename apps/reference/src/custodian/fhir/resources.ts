import * as z from 'zod/mini';

// The parts of FHIR R4 (hl7.org/fhir/R4) that are filed, and no more of each: what is sent is held against these first.

/** Any other member is a slip of ours. */
const text = z.string().check(z.minLength(1));
const instant = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/));
const coding = z.strictObject({ system: z.url(), code: text, display: z.optional(text) });
const concept = z
  .strictObject({ coding: z.optional(z.array(coding)), text: z.optional(text) })
  .check(z.refine((value) => value.coding !== undefined || value.text !== undefined));
const identifier = z.strictObject({
  system: text,
  value: text,
  extension: z.optional(z.array(z.strictObject({ url: z.url(), valueCodeableConcept: concept }))),
});
const reference = z
  .strictObject({
    reference: z.optional(text),
    type: z.optional(text),
    identifier: z.optional(identifier),
    display: z.optional(text),
  })
  .check(z.refine((value) => Object.keys(value).some((key) => key !== 'type')));
const attachment = z.strictObject({
  contentType: text,
  url: z.optional(text),
  data: z.optional(z.base64()),
  size: z.int().check(z.minimum(0)),
  hash: z.base64(),
  title: text,
  creation: instant,
});

const documentReference = z.strictObject({
  resourceType: z.literal('DocumentReference'),
  masterIdentifier: identifier,
  identifier: z.array(identifier).check(z.minLength(1)),
  status: z.enum(['current', 'superseded', 'entered-in-error']),
  docStatus: z.enum(['preliminary', 'final']),
  type: concept,
  category: z.array(concept).check(z.minLength(1)),
  subject: reference,
  date: instant,
  author: z.array(reference).check(z.minLength(1)),
  custodian: reference,
  relatesTo: z.optional(z.array(z.strictObject({ code: z.literal('appends'), target: reference }))),
  description: text,
  securityLabel: z.array(concept),
  content: z.array(z.strictObject({ attachment })).check(z.minLength(1)),
  context: z.strictObject({
    period: z.strictObject({ start: instant }),
    related: z.optional(z.array(reference)),
  }),
});

export const binary = z.strictObject({
  resourceType: z.literal('Binary'),
  contentType: text,
  data: z.base64(),
});

const bodyStructure = z.strictObject({
  resourceType: z.literal('BodyStructure'),
  identifier: z.array(identifier),
  active: z.literal(true),
  location: concept,
  locationQualifier: z.optional(z.array(concept)),
  description: text,
  patient: reference,
});

export const provenance = z.strictObject({
  resourceType: z.literal('Provenance'),
  target: z.array(reference).check(z.minLength(1)),
  occurredDateTime: instant,
  recorded: instant,
  activity: concept,
  agent: z
    .array(z.strictObject({ type: concept, who: reference, onBehalfOf: z.optional(reference) }))
    .check(z.minLength(1)),
  entity: z.array(z.strictObject({ role: z.literal('source'), what: reference })),
});

const resource = z.discriminatedUnion('resourceType', [documentReference, binary, bodyStructure, provenance]);

export const transaction = z.strictObject({
  resourceType: z.literal('Bundle'),
  type: z.literal('transaction'),
  entry: z
    .array(
      z.strictObject({
        fullUrl: z.string().check(z.regex(/^urn:uuid:[0-9a-f-]{36}$/)),
        resource,
        request: z.strictObject({ method: z.literal('POST'), url: text, ifNoneExist: z.optional(text) }),
      }),
    )
    .check(z.minLength(1)),
});

export type Transaction = z.infer<typeof transaction>;
export type Resource = z.infer<typeof resource>;
export type Reference = z.infer<typeof reference>;
export type Identifier = z.infer<typeof identifier>;
export type Concept = z.infer<typeof concept>;
