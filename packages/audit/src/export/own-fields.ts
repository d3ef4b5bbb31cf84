import type { Facts } from './facts.js';
import type { Loose } from './text.js';

/** What the schemas of security teams have no field for, under names of our own (docs/spec/export.md). */
export function ownFields(facts: Facts): { readonly [name: string]: Loose } {
  const { object, policy } = facts;
  return {
    origin: facts.origin,
    index: facts.index,
    leaf_hash: facts.leafHash,
    actor_compartment: facts.actorSide,
    subject_compartment: facts.subjectSide,
    actor_handle: facts.actorHandle,
    subject_handle: facts.subjectHandle,
    object_handle: facts.objectHandle,
    actor_kind: facts.actor?.kind,
    actor_role: facts.actor?.role,
    authentication: facts.actor?.authn,
    on_behalf_of: facts.onBehalfOf,
    object_kind: object?.kind,
    object_id: object?.id,
    content_hash: object?.hash,
    outcome: facts.outcome,
    purpose: facts.purpose,
    reason: facts.reason,
    geofence: facts.geofence,
    site: facts.site,
    device: facts.device,
    session: facts.session,
    request: facts.request,
    policy_id: policy?.id,
    policy_version: policy?.version,
    policy_decision: policy?.decision,
    evidence: facts.evidence,
    parent: facts.parent,
  };
}
