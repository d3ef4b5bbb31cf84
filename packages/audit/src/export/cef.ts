import type { OpenedEntry } from '../opened-entry.js';
import { type Facts, factsOf } from './facts.js';
import { checkOptions, type ExportOptions } from './options.js';

/** Version of this mapping, as the device version of a CEF header. */
const MAPPING_VERSION = '0';

/**
 * One entry as a line of ArcSight's Common Event Format (version 0), for ArcSight, Microsoft Sentinel and what reads
 * the same. `cs1` is the log's origin, `cn1` the index, `cs2` the leaf's hash.
 *
 * @param entry - an opened entry; with `actor: null` nothing of the actor is told
 * @param options - origin and exporting system; `patientOf` is not asked
 * @returns one line of UTF-8 text without a line end; pipes, backslashes and equals signs are escaped where CEF wants it
 * @throws TypeError, RangeError when an option is malformed
 * @example
 * const line = toCef(entry, options);
 */
export function toCef(entry: OpenedEntry, options: ExportOptions): string {
  const { patientOf: _, ...rest } = checkOptions(options);
  const facts = factsOf(entry, rest);
  const head = ['CEF:0', 'Wardseal', 'audit', MAPPING_VERSION, facts.type, facts.mapping.text, facts.severity * 2 + 1];
  const fields = fieldsOf(facts, options)
    .filter((pair): pair is readonly [string, string | number] => pair[1] !== undefined)
    .map(([key, value]) => `${key}=${extensionValue(String(value))}`);
  return `${head.map((part) => headerValue(String(part))).join('|')}|${fields.join(' ')}`;
}

function headerValue(text: string): string {
  return text.replace(/[\\|]/g, '\\$&');
}

/** Line ends were replaced before: a value of ours never needs `\n`. */
function extensionValue(text: string): string {
  return text.replace(/[\\=]/g, '\\$&');
}

type Field = readonly [key: string, value: string | number | undefined];

function fieldsOf(facts: Facts, { source }: ExportOptions): readonly Field[] {
  const { actor, object, policy } = facts;
  return [
    ['rt', facts.recordedAt],
    ['start', facts.occurredAt],
    ['externalId', facts.id],
    ['dvchost', source.id],
    ['cat', facts.type],
    ['outcome', facts.outcome],
    ['reason', facts.reason],
    ['suid', actor?.id ?? facts.actorHandle],
    ['suser', actor?.name],
    ['spriv', actor?.role],
    ...address(facts.ip),
    ['shost', facts.device],
    ['fileType', object?.kind],
    ['fileId', object?.id ?? facts.objectHandle],
    ['fileHash', object?.hash],
    ...labelled('cs1', 'logOrigin', facts.origin),
    ...labelled('cn1', 'logIndex', facts.index),
    ...labelled('cs2', 'leafHash', facts.leafHash),
    ...labelled('cs3', 'organisation', facts.org),
    ...labelled('cs4', 'purpose', facts.purpose),
    ...labelled('cs5', 'subjectHandle', facts.subjectHandle),
    ...labelled('cs6', 'policy', policy && `${policy.id} ${policy.version} ${policy.decision}`),
    ...labelled('flexString1', 'session', facts.session),
    ...labelled('flexString2', 'request', facts.request),
    ['WardsealAuditActorCompartment', facts.actorSide],
    ['WardsealAuditSubjectCompartment', facts.subjectSide],
    ['WardsealAuditActorKind', actor?.kind],
    ['WardsealAuditAuthentication', actor?.authn],
    ['WardsealAuditOnBehalfOf', facts.onBehalfOf],
    ['WardsealAuditSite', facts.site],
    ['WardsealAuditGeofence', facts.geofence],
    ['WardsealAuditEvidence', facts.evidence],
    ['WardsealAuditParent', facts.parent],
  ];
}

function labelled(key: string, label: string, value: string | number | undefined): readonly Field[] {
  return value === undefined
    ? []
    : [
        [`${key}Label`, label],
        [key, value],
      ];
}

/** CEF keeps addresses of version 6 in custom fields of their own. */
function address(ip: string | undefined): readonly Field[] {
  return ip?.includes(':') ? labelled('c6a2', 'Source IPv6 Address', ip) : [['src', ip]];
}
