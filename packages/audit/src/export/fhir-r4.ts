import type { Facts } from './facts.js';
import { agentsOf, observerOf } from './fhir-agents.js';
import {
  ABSENT,
  ACT_REASON,
  BALP,
  type Coding,
  dicom,
  FHIR_SHAPES,
  LIFECYCLE,
  OUTCOME_CODES,
  OWN,
  PURPOSE_NAMES,
} from './fhir-codes.js';
import { entitiesOf } from './fhir-entities.js';
import { ofLog } from './identifiers.js';
import type { ExportOptions } from './options.js';
import { instant, type JsonObject, type Loose, tidy } from './text.js';

/** An AuditEvent of FHIR R4 (4.0.1) from the facts. */
export function r4(facts: Facts, options: ExportOptions): JsonObject {
  const { mapping, outcome } = facts;
  const shape = FHIR_SHAPES[mapping.shape];
  const code = OUTCOME_CODES[outcome];
  const profile = profileOf(facts);
  const failed = outcome !== 'success' && outcome !== 'intent';
  return tidy({
    resourceType: 'AuditEvent',
    id: facts.id,
    meta: { profile: profile ? [`${BALP}/StructureDefinition/${profile}`] : [], tag: tagsOf(facts) },
    extension: [positionOf(facts)],
    type: shape.type,
    subtype: subtypesOf(facts),
    action: shape.action,
    period: facts.occurredAt && { start: instant(facts.occurredAt), end: instant(facts.occurredAt) },
    recorded: instant(facts.recordedAt),
    outcome: code ?? undefined,
    // The outcome follows in an entry of its own; until then the act counts as done.
    _outcome: code === null ? { extension: [{ url: ABSENT, valueCode: 'temp-unknown' }] } : undefined,
    outcomeDesc: failed ? facts.reason : undefined,
    purposeOfEvent: [purposeOf(facts, failed)],
    agent: agentsOf(facts, shape, options),
    source: {
      site: options.source.site,
      observer: observerOf(options),
      type: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/security-source-type',
          code: '4',
          display: 'Application Server',
        },
      ],
    },
    entity: entitiesOf(facts, profile),
  });
}

function purposeOf({ purpose, reason }: Facts, failed: boolean): Loose {
  const coding = purpose && [{ system: ACT_REASON, code: purpose, display: PURPOSE_NAMES[purpose] }];
  return { coding, text: failed ? undefined : reason };
}

/**
 * The BALP profile that the resource keeps, or null where there is none for it. The profiles of the RESTful acts are
 * for successful ones only; a failure has their shape and claims none of them.
 */
function profileOf({ mapping, outcome, subjectHandle, consentRead }: Facts): string | null {
  const patient = subjectHandle !== undefined;
  const rest = REST_PROFILES[mapping.shape];
  if (rest !== undefined) return outcome === 'success' ? `IHE.BasicAudit.${patient ? 'Patient' : ''}${rest}` : null;
  if ((mapping.shape === 'disclose' || mapping.shape === 'collect') && patient)
    return 'IHE.BasicAudit.PrivacyDisclosure.Source';
  return mapping.shape === 'authz' && patient && consentRead ? 'IHE.BasicAudit.AuthZconsent' : null;
}

const REST_PROFILES: Readonly<Record<string, string>> = {
  read: 'Read',
  search: 'Query',
  create: 'Create',
  update: 'Update',
  delete: 'Delete',
};

const AUTHZ = `${BALP}/CodeSystem/AuthZsubType`;

function subtypesOf(facts: Facts): Coding[] {
  const { mapping, type, subjectHandle, consentRead } = facts;
  const own = { system: `${OWN}/event-type`, code: type, display: mapping.text };
  if (mapping.shape === 'authz') {
    const consent = { system: AUTHZ, code: 'AuthZ-Consent', display: 'Authorization Decision using Roles and Consent' };
    const role = { system: AUTHZ, code: 'AuthZ-Role', display: 'Authorization Decision using only Roles' };
    // The profile binds the subtype to these codes; the event type then stands in meta.tag alone.
    return subjectHandle && consentRead ? [consent] : [role, own];
  }
  const shape = FHIR_SHAPES[mapping.shape];
  return [
    ...(shape.subtype ? [shape.subtype] : []),
    ...(mapping.dicom ? [dicom(mapping.dicom)] : []),
    ...(mapping.lifecycle ? [{ system: LIFECYCLE, code: mapping.lifecycle }] : []),
    own,
  ];
}

/** Searchable with `_tag`: the position in the log, the leaf's hash, the event type. */
function tagsOf(facts: Facts): Coding[] {
  return [
    { system: ofLog('entry', facts), code: String(facts.index) },
    { system: `${OWN}/leaf-hash`, code: facts.leafHash },
    { system: `${OWN}/event-type`, code: facts.type },
  ];
}

/** Where the entry stands, so that the copy can be held against the log, and how much of it could be read. */
function positionOf(facts: Facts): Loose {
  const part = (url: string, valueString: string): Loose => ({ url, valueString });
  return {
    url: `${OWN}/StructureDefinition/log-position`,
    extension: [
      part('origin', facts.origin),
      // Text: an index may be larger than FHIR's integers of 32 bits.
      part('index', String(facts.index)),
      part('leafHash', facts.leafHash),
      part('actorCompartment', facts.actorSide),
      part('subjectCompartment', facts.subjectSide),
    ],
  };
}
