import { createHash, randomUUID } from 'node:crypto';
import type { OpenedFile } from '@wardseal/crypto';
import * as z from 'zod/mini';
import type { Clinical } from '../../wire/clinical.js';
import type { ItemCall } from '../../wire/custodian.js';
import { categoryOf, confidentialityOf, NOT_TRACED, SYSTEM, sideOf, typeOf, VERIFICATION_URL } from './codes.js';
import { type Identifier, type Reference, type Resource, type Transaction, transaction } from './resources.js';

/** What is filed: a proven item. */
export interface Filed {
  readonly call: ItemCall;
  readonly opened: OpenedFile;
  readonly clinical: Clinical;
  /** Of advice: the record's reference to the picture's document. */
  readonly about?: string;
  readonly at: Date;
}

/** By which the record knows an item: the same each time, so that filing twice stores once. */
const identifierOf = (item: string): Identifier => ({ system: SYSTEM.uri, value: `urn:uuid:${item}` });

/** How an item is searched for, for `ifNoneExist` and for looking before filing. */
export const searchOf = (item: string): string =>
  new URLSearchParams({ identifier: `${SYSTEM.uri}|urn:uuid:${item}` }).toString();

/**
 * The transaction that files one item: its bytes as they were sealed, the document that describes them, where on the body,
 * and where they came from. The patient is named by number, as the record knows them; this creates no patient.
 *
 * `Attachment.hash` is SHA-1 because FHIR R4 says so, and proves nothing against malice; the SHA-256 of the content and the
 * signed root stand in the Provenance.
 */
export function bundleOf(filed: Filed): Transaction {
  const { call, clinical, opened } = filed;
  const urls = { document: urn(), binary: urn(), structure: urn(), provenance: urn() };
  const subject = subjectOf(clinical);
  const structure = bodyStructureOf(filed, subject);
  const related = [
    ...(structure === null ? [] : [{ reference: urls.structure }]),
    ...(filed.about === undefined ? [] : [{ reference: filed.about }]),
  ];
  const document: Resource = {
    resourceType: 'DocumentReference',
    masterIdentifier: identifierOf(call.item),
    identifier: [identifierOf(call.item)],
    status: 'current',
    docStatus: clinical.patient.scheme === 'unverified' ? 'preliminary' : 'final',
    type: typeOf(call.labels),
    category: [categoryOf(call.labels)],
    subject,
    date: filed.at.toISOString(),
    author: [authorOf(filed)],
    custodian: organisationOf(call.labels.ownerOrg),
    ...(filed.about !== undefined && { relatesTo: [{ code: 'appends', target: { reference: filed.about } }] }),
    description: descriptionOf(filed),
    securityLabel: [confidentialityOf(call.labels)],
    content: contentOf(filed, urls.binary),
    context: { period: { start: clinical.capturedAt }, ...(related.length > 0 && { related }) },
  };
  const binary: Resource = {
    resourceType: 'Binary',
    contentType: opened.manifest.mediaType,
    data: Buffer.from(opened.plaintext).toString('base64'),
  };
  const targets = [urls.document, urls.binary].map((reference) => ({ reference }));
  const entry = (fullUrl: string, resource: Resource, ifNoneExist?: string) => ({
    fullUrl,
    resource,
    request: { method: 'POST' as const, url: resource.resourceType, ...(ifNoneExist && { ifNoneExist }) },
  });
  return z.parse(transaction, {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      entry(urls.document, document, searchOf(call.item)),
      entry(urls.binary, binary),
      ...(structure === null ? [] : [entry(urls.structure, structure)]),
      entry(urls.provenance, provenanceOf(filed, targets)),
    ],
  });
}

const urn = () => `urn:uuid:${randomUUID()}`;

function subjectOf({ patient }: Clinical): Reference {
  const { scheme, number, name } = patient;
  // Nobody matched this person to a record: whoever files by hand reads the name, and no identifier misleads a machine.
  if (scheme === 'unverified') return { type: 'Patient', display: `${name} (identity not verified)` };
  const extension = [{ url: VERIFICATION_URL, valueCodeableConcept: NOT_TRACED }];
  const value = { system: SYSTEM[scheme], value: number };
  return { type: 'Patient', identifier: scheme === 'nhs' ? { ...value, extension } : value, display: name };
}

const organisationOf = (org: string): Reference => ({
  type: 'Organization',
  identifier: { system: SYSTEM.ods, value: org },
});

function authorOf({ opened: { sender } }: Filed): Reference {
  const identifier = { system: SYSTEM.person, value: `${sender.organisation}/${sender.person}` };
  return { type: 'Practitioner', identifier, display: sender.name ?? sender.person };
}

const SIDE_WORDS = { left: 'left', right: 'right', both: 'both sides', 'not-applicable': '' } as const;
const FORM_WORDS = {
  oral: 'given by word of mouth',
  written: 'given in writing',
  'best-interests': 'decided in the patient’s best interests',
  parental: 'given by a parent or guardian',
  emergency: 'not possible, emergency',
} as const;

function placeOf({ site, side }: Clinical): string {
  return [site, SIDE_WORDS[side]].filter((word) => word !== '').join(', ');
}

/** For people who look through a list of documents. */
function descriptionOf({ call, clinical }: Filed): string {
  const { consent } = clinical;
  const given = consent && `Consent to the record ${FORM_WORDS[consent.form]}, ${consent.givenBy}, ${consent.at}.`;
  const place = placeOf(clinical);
  const parts = [
    `${typeOf(call.labels).text}.`,
    place && `Body site: ${place}.`,
    given,
    clinical.patient.reason && `Identity not verified: ${clinical.patient.reason}.`,
  ];
  return parts.filter(Boolean).join(' ');
}

/** The sealed bytes by reference, and the words that the sender put to a picture, if any. */
function contentOf({ opened, clinical }: Filed, url: string) {
  const creation = clinical.capturedAt;
  const described = (bytes: Uint8Array) => ({
    size: bytes.length,
    hash: createHash('sha1').update(bytes).digest('base64'),
    creation,
  });
  const { mediaType } = opened.manifest;
  const main = { attachment: { contentType: mediaType, url, title: 'As it was sent', ...described(opened.plaintext) } };
  if (clinical.note === '') return [main];
  const note = Buffer.from(clinical.note, 'utf8');
  const contentType = 'text/plain; charset=utf-8';
  const data = note.toString('base64');
  return [main, { attachment: { contentType, data, title: 'What the sender wrote', ...described(note) } }];
}

function bodyStructureOf({ call, clinical }: Filed, patient: Reference): Resource | null {
  if (placeOf(clinical) === '') return null;
  const side = sideOf(clinical.side);
  return {
    resourceType: 'BodyStructure',
    identifier: [identifierOf(call.item)],
    active: true,
    // A side without a site is kept: laterality lost is a hazard.
    location: { text: clinical.site || 'Body site not stated' },
    ...(side !== null && { locationQualifier: [side] }),
    description: placeOf(clinical),
    patient,
  };
}

function provenanceOf(filed: Filed, target: readonly { reference: string }[]): Resource {
  const { call, clinical, opened, at } = filed;
  const { manifest } = opened;
  const org = organisationOf(call.labels.ownerOrg);
  const kind = (code: string, display: string) => ({ coding: [{ system: SYSTEM.agent, code, display }] });
  const source = (system: string, value: string, display: string) => ({
    role: 'source' as const,
    what: { identifier: { system, value }, display },
  });
  const digest = createHash('sha256').update(opened.plaintext).digest('base64url');
  return {
    resourceType: 'Provenance',
    target: [...target],
    occurredDateTime: clinical.capturedAt,
    recorded: at.toISOString(),
    activity: { coding: [{ system: SYSTEM.activity, code: 'CREATE', display: 'create' }] },
    agent: [
      { type: kind('author', 'Author'), who: authorOf(filed), onBehalfOf: org },
      { type: kind('custodian', 'Custodian'), who: org },
    ],
    entity: [
      source(SYSTEM.sha256, digest, 'SHA-256 of the content'),
      source(SYSTEM.root, manifest.root, 'root that the sender signed'),
      source(SYSTEM.manifest, manifest.id, 'signed manifest'),
    ],
  };
}
