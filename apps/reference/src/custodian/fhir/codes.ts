import type { Clinical } from '../../wire/clinical.js';
import type { ItemLabels } from '../../wire/labels.js';
import type { Concept } from './resources.js';

/** Systems of identifiers and codes. */
export const SYSTEM = {
  uri: 'urn:ietf:rfc:3986',
  nhs: 'https://fhir.nhs.uk/Id/nhs-number',
  /** Of public guidance; no UK registry has it, so a Scottish board confirms its own. */
  chi: 'https://fhir.nhs.uk/Id/chi-number',
  ods: 'https://fhir.nhs.uk/Id/ods-organization-code',
  person: 'https://wardseal.org/fhir/id/person',
  manifest: 'https://wardseal.org/fhir/id/manifest',
  root: 'https://wardseal.org/fhir/id/sha-256-chunk-tree',
  sha256: 'https://wardseal.org/fhir/id/sha-256',
  snomed: 'http://snomed.info/sct',
  loinc: 'http://loinc.org',
  confidentiality: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality',
  agent: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type',
  activity: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation',
  verification: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland',
} as const;

/** The extension by which UK Core says how sure an NHS number is. */
export const VERIFICATION_URL =
  'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus';

/** The check digit was looked at and the number was not traced: "present but not traced". */
export const NOT_TRACED: Concept = {
  coding: [{ system: SYSTEM.verification, code: '02', display: 'Number present but not traced' }],
};

/** SNOMED CT qualifiers of side. */
const SIDE: Readonly<Record<Clinical['side'], Concept | null>> = {
  left: { coding: [{ system: SYSTEM.snomed, code: '7771000', display: 'Left' }] },
  right: { coding: [{ system: SYSTEM.snomed, code: '24028007', display: 'Right' }] },
  both: { coding: [{ system: SYSTEM.snomed, code: '51440002', display: 'Right and left' }] },
  'not-applicable': null,
};
export const sideOf = (side: Clinical['side']): Concept | null => SIDE[side];

/** What kind of document it is. A trust puts its own document types in the place of these; only the picture's has a code. */
export function typeOf(labels: ItemLabels): Concept {
  if (labels.kind === 'photo')
    return {
      coding: [{ system: SYSTEM.loinc, code: '72170-4', display: 'Photographic image' }],
      text: 'Clinical photograph',
    };
  return { text: labels.about === 'none' ? 'Clinical message' : 'Advice on a clinical photograph' };
}

export function categoryOf(labels: ItemLabels): Concept {
  return { text: labels.kind === 'photo' ? 'Clinical photography' : 'Clinical correspondence' };
}

const CONFIDENTIALITY = {
  normal: { code: 'N', display: 'normal' },
  sensitive: { code: 'R', display: 'restricted' },
  intimate: { code: 'V', display: 'very restricted' },
} as const;

export function confidentialityOf({ sensitivity }: ItemLabels): Concept {
  return { coding: [{ system: SYSTEM.confidentiality, ...CONFIDENTIALITY[sensitivity] }] };
}
