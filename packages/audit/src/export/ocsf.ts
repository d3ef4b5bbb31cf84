import type { OpenedEntry } from '../opened-entry.js';
import type { OcsfClass } from './event-map.js';
import { type Facts, factsOf } from './facts.js';
import { checkOptions, type ExportOptions } from './options.js';
import { ownFields } from './own-fields.js';
import { type JsonObject, type Loose, tidy } from './text.js';

/** The released schema that the fields were taken from (March 2026). */
export const OCSF_VERSION = '1.8.0';

const CLASSES: Readonly<Record<OcsfClass, readonly [name: string, category: number, categoryName: string]>> = {
  1008: ['Event Log Activity', 1, 'System Activity'],
  2004: ['Detection Finding', 2, 'Findings'],
  3002: ['Authentication', 3, 'Identity & Access Management'],
  3004: ['Entity Management', 3, 'Identity & Access Management'],
  6001: ['Web Resources Activity', 6, 'Application Activity'],
};

const ACTIVITIES: Readonly<Record<OcsfClass, Readonly<Record<number, string>>>> = {
  1008: { 3: 'Export', 5: 'Rotate', 6: 'Start' },
  2004: { 1: 'Create' },
  3002: { 1: 'Logon' },
  3004: { 1: 'Create', 3: 'Update', 6: 'Enroll', 12: 'Suspend' },
  6001: { 1: 'Create', 2: 'Read', 3: 'Update', 4: 'Delete', 5: 'Search', 7: 'Export', 8: 'Share' },
};

const SEVERITIES = { 1: 'Informational', 2: 'Low', 3: 'Medium', 4: 'High' } as const;

/**
 * One entry as an event of the Open Cybersecurity Schema Framework: Web Resources Activity for what is done to items,
 * Authentication, Entity Management, Detection Finding for alerts, Event Log Activity for what is done to the log.
 * `metadata.log_name` and `metadata.sequence` are origin and index, `unmapped.wardseal.leaf_hash` the leaf's hash.
 *
 * @param entry - an opened entry; with `actor: null` nothing of the actor is told
 * @param options - origin and exporting system; `patientOf` is not asked
 * @returns an event, plain JSON
 * @throws TypeError, RangeError when an option is malformed
 * @see https://schema.ocsf.io/1.8.0
 * @example
 * const line = JSON.stringify(toOcsf(entry, options));
 */
export function toOcsf(entry: OpenedEntry, options: ExportOptions): JsonObject {
  const { patientOf: _, ...rest } = checkOptions(options);
  const facts = factsOf(entry, rest);
  const [classUid, activity] = facts.mapping.ocsf;
  const [className, category, categoryName] = CLASSES[classUid];
  const activityName = ACTIVITIES[classUid][activity] ?? facts.type;
  return tidy({
    activity_id: activity,
    activity_name: activityName,
    category_uid: category,
    category_name: categoryName,
    class_uid: classUid,
    class_name: className,
    type_uid: classUid * 100 + activity,
    type_name: `${className}: ${activityName}`,
    severity_id: facts.severity,
    severity: SEVERITIES[facts.severity],
    ...statusOf(facts, classUid),
    time: facts.occurredAt ?? facts.recordedAt,
    message: facts.mapping.text,
    metadata: metadataOf(facts, options),
    actor: {
      user: userOf(facts),
      session: facts.session && { uid: facts.session },
      authorizations: facts.policy && [
        { decision: facts.policy.decision, policy: { uid: facts.policy.id, version: facts.policy.version } },
      ],
    },
    ...(classUid === 2004 ? {} : { src_endpoint: { ip: facts.ip, uid: facts.device } }),
    ...PARTS[classUid](facts, options),
    unmapped: { wardseal: ownFields(facts) },
  });
}

function metadataOf(facts: Facts, { source }: ExportOptions): Loose {
  return {
    version: OCSF_VERSION,
    product: { name: 'Wardseal audit', vendor_name: 'Wardseal', uid: source.id },
    // The host profile gives every class an actor, the security control profile an action.
    profiles: facts.type === 'access.deny' ? ['host', 'security_control'] : ['host'],
    uid: facts.id,
    event_code: facts.type,
    log_name: facts.origin,
    sequence: facts.index,
    logged_time: facts.recordedAt,
    tenant_uid: facts.org,
    correlation_uid: facts.request,
  };
}

function statusOf({ outcome, reason }: Facts, classUid: OcsfClass): { readonly [name: string]: Loose } {
  const failed = outcome !== 'success' && outcome !== 'intent';
  const detail = { status_code: outcome, status_detail: failed ? reason : undefined };
  // The status of a finding is that of its handling, not of the act.
  if (classUid === 2004) return { status_id: 1, status: 'New', ...detail };
  if (outcome === 'intent') return { status_id: 99, status: 'Intent', ...detail };
  return failed ? { status_id: 2, status: 'Failure', ...detail } : { status_id: 1, status: 'Success', ...detail };
}

function userOf({ actor, actorHandle, org }: Facts): Loose {
  if (!actor) return { uid: actorHandle, type_id: 0, type: 'Unknown', org: { uid: org } };
  const type = {
    practitioner: [1, 'User'],
    system: [3, 'System'],
    patient: [99, 'patient'],
    outsider: [99, 'outsider'],
  };
  const [id, name] = type[actor.kind];
  return { uid: actor.id, name: actor.name, type_id: id, type: name, org: { uid: org } };
}

const PARTS: Readonly<Record<OcsfClass, (facts: Facts, options: ExportOptions) => { readonly [name: string]: Loose }>> =
  {
    1008: ({ origin }) => ({ log_name: origin, log_type_id: 2, log_type: 'Application' }),
    2004: (facts) => ({
      is_alert: facts.severity >= 3,
      finding_info: {
        uid: facts.id,
        title: facts.mapping.text,
        desc: facts.reason,
        types: [facts.type],
        created_time: facts.recordedAt,
      },
      resources: facts.objectHandle && [resourceOf(facts)],
    }),
    3002: (facts, { source }) => ({
      user: userOf(facts),
      service: { name: source.name ?? source.id, uid: source.id },
      session: facts.session && { uid: facts.session },
    }),
    3004: (facts) => ({
      entity: facts.objectHandle
        ? { ...resourceOf(facts), type_id: 99 }
        : { org: { uid: facts.org }, type: 'Organization', type_id: 4 },
      comment: facts.reason,
    }),
    6001: (facts) => ({
      web_resources: [facts.objectHandle ? resourceOf(facts) : { name: 'Unknown' }],
      ...(facts.type === 'access.deny'
        ? { action_id: 2, action: 'Denied', disposition_id: 2, disposition: 'Blocked' }
        : {}),
    }),
  };

function resourceOf({ object, objectHandle }: Facts): { readonly [name: string]: Loose } {
  return object ? { uid: object.id, type: object.kind } : { uid: objectHandle, type: 'object handle' };
}
