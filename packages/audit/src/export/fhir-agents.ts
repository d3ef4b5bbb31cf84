import type { Facts } from './facts.js';
import { ABSENT, ACT_REASON, type Coding, dicom, type FhirShape, OWN, PURPOSE_NAMES } from './fhir-codes.js';
import { actorIdentifier, ODS } from './identifiers.js';
import type { ExportOptions } from './options.js';
import type { Loose } from './text.js';

const KINDS = { practitioner: 'Practitioner', patient: 'Patient', system: 'Device', outsider: undefined } as const;
const UNKNOWN: Loose = { extension: [{ url: ABSENT, valueCode: 'unknown' }] };
const RESPONSIBLE = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType',
  code: 'RESP',
  display: 'responsible party',
};
const PROVIDER = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-RoleClass',
  code: 'PROV',
  display: 'healthcare provider',
};

/** Why something that a profile wants is not there: never logged, or in a compartment that is not open. */
export function absent(facts: Facts): Loose {
  return { extension: [{ url: ABSENT, valueCode: facts.actor ? 'unknown' : 'masked' }] };
}

/** The exporting system, which BALP wants to be the very same reference as one of the agents. */
export function observerOf({ source }: ExportOptions): Loose {
  return {
    type: 'Device',
    identifier: { system: `${OWN}/system`, value: source.id },
    display: source.name ?? source.id,
  };
}

/** Client, server, user, the user's organisation, and whom the user acted for. */
export function agentsOf(facts: Facts, shape: FhirShape, options: ExportOptions): Loose {
  const concept = (coding: Coding): Loose => ({ coding: [coding] });
  const authz = facts.mapping.shape === 'authz';
  return [
    { type: concept(shape.client), who: clientOf(facts), requestor: false, network: networkOf(facts) },
    {
      type: concept(shape.server),
      who: observerOf(options),
      requestor: false,
      // An authorization service is not reached at the address of the pictures, and its profile forbids one.
      network: authz ? undefined : { address: options.source.url, type: '5' },
    },
    // The profile wants a recipient, and the entry names none.
    ...(facts.mapping.shape === 'disclose'
      ? [{ type: concept(dicom('110152')), who: UNKNOWN, requestor: false, network: UNKNOWN }]
      : []),
    userOf(facts, concept(shape.user)),
    {
      type: concept(PROVIDER),
      who: { type: 'Organization', identifier: { system: ODS, value: facts.org } },
      requestor: false,
    },
    ...(facts.onBehalfOf
      ? [
          {
            type: concept(RESPONSIBLE),
            who: { identifier: { system: `${OWN}/person?org=${facts.org}`, value: facts.onBehalfOf } },
            requestor: false,
          },
        ]
      : []),
  ];
}

function userOf(facts: Facts, type: Loose): Loose {
  const { actor, purpose } = facts;
  return {
    type,
    role: actor?.role === undefined ? [] : [{ text: actor.role }],
    who: { type: actor ? KINDS[actor.kind] : undefined, identifier: actorIdentifier(facts), display: actor?.name },
    name: actor?.name,
    requestor: true,
    purposeOfUse: purpose ? [{ coding: [{ system: ACT_REASON, code: purpose, display: PURPOSE_NAMES[purpose] }] }] : [],
  };
}

function clientOf(facts: Facts): Loose {
  return facts.device === undefined
    ? absent(facts)
    : { type: 'Device', identifier: { system: `${OWN}/device?org=${facts.org}`, value: facts.device } };
}

function networkOf(facts: Facts): Loose {
  return facts.ip === undefined ? absent(facts) : { address: facts.ip, type: '2' };
}
