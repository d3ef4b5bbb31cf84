import type { Facts } from './facts.js';
import { OWN } from './fhir-codes.js';

/** A value in a namespace (FHIR Identifier). */
export type Identifier = { readonly system: string; readonly value: string };

/** A namespace of this log alone: the same person or patient has another handle in another log. */
export function ofLog(kind: string, { origin }: Pick<Facts, 'origin'>): string {
  return `${OWN}/${kind}?log=${encodeURIComponent(origin)}`;
}

/** NHS Organisation Data Service codes. */
export const ODS = 'https://fhir.nhs.uk/Id/ods-organization-code';

/** Who acted: the person's id within the organisation, or the leaf's handle when that is not open. */
export function actorIdentifier(facts: Facts): Identifier {
  return facts.actor
    ? { system: `${OWN}/person?org=${facts.org}`, value: facts.actor.id }
    : { system: ofLog('actor-handle', facts), value: facts.actorHandle };
}

/** What was acted on: its id, the leaf's handle when that is not open, or undefined when there was nothing. */
export function objectIdentifier(facts: Facts): Identifier | undefined {
  if (facts.object) return { system: `${OWN}/object/${encodeURIComponent(facts.object.kind)}`, value: facts.object.id };
  return facts.objectHandle ? { system: ofLog('object-handle', facts), value: facts.objectHandle } : undefined;
}

/** The patient as the leaf knows one: a handle of this log, never the custodian's own handle. */
export function subjectIdentifier(facts: Facts): Identifier | undefined {
  return facts.subjectHandle ? { system: ofLog('subject-handle', facts), value: facts.subjectHandle } : undefined;
}
