import { base64url, canonicalJson, fromUtf8, utf8 } from '@wardseal/primitives';
import { ERASED_OBJECT } from '../check/side-checker.js';
import { AuditError } from '../errors.js';
import type { AuditEvent } from '../event.js';
import { fixedId } from '../fixed-id.js';
import { idTime } from '../leaf.js';
import type { ActorSide } from '../sides.js';
import type { Approval, ErasureRequest, ErasureScope } from './request.js';

/** Kind of what an `erase` entry rests on: canonical JSON with request, digest and approvers. */
const EVIDENCE = 'erasure-decision';

/** A step of an erasure in one log; each has one entry, however often it is tried. */
export type ErasureStep = 'intent' | 'outcome';

/** The event id of a step follows from request, log and step, so that a second try is the same event. */
export function stepId(request: ErasureRequest, origin: string, step: ErasureStep): string {
  return fixedId(idTime(request.id), 'erase', request.id, origin, step);
}

/** What the entries of an erasure say of the decision behind it. */
export interface ErasureGrounds {
  readonly digest: string;
  readonly approvers: readonly { readonly id: string; readonly org: string; readonly at: string }[];
}

/** The decision as the bytes that both entries carry. */
export function encodeGrounds(request: ErasureRequest, approvals: readonly Approval[], digest: string): string {
  const { id, ground, exemption, backupsUntil } = request;
  const approvers = approvals.map(({ approver, at }) => ({ id: approver.id, org: approver.org, at }));
  return base64url(utf8(canonicalJson({ v: 0, request: id, ground, exemption, backupsUntil, digest, approvers })));
}

/** Reads the decision from an entry. Throws AuditError `EVIDENCE_INVALID` when it is not of an erasure. */
export function decodeGrounds(evidence: ActorSide['evidence']): ErasureGrounds {
  try {
    if (evidence?.kind !== EVIDENCE) throw new TypeError('another kind');
    const { digest, approvers } = JSON.parse(fromUtf8(evidence.data)!) as ErasureGrounds;
    if (typeof digest !== 'string' || !Array.isArray(approvers)) throw new TypeError('another shape');
    return { digest, approvers };
  } catch (cause) {
    throw new AuditError('EVIDENCE_INVALID', 'the evidence is not of an erasure', { cause });
  }
}

/** The entry of a step. It names the subject by the leaf's handle only: P would be what must go. */
export function erasureEvent(
  request: ErasureRequest,
  scope: ErasureScope,
  grounds: string,
  more: Pick<AuditEvent, 'id' | 'occurredAt' | 'outcome'> & Partial<Pick<AuditEvent, 'links' | 'reason'>>,
): AuditEvent {
  return {
    ...more,
    type: 'erase',
    actor: request.actor,
    object: { kind: ERASED_OBJECT, id: scope.handle },
    purpose: 'RECORDMGT',
    request: request.reference,
    evidence: { kind: EVIDENCE, data: grounds },
  };
}

/** The entry that says that an erasure was asked for and refused. It names no subject at all. */
export function refusalEvent(
  request: ErasureRequest,
  codes: readonly string[],
  more: Pick<AuditEvent, 'id' | 'occurredAt'>,
): AuditEvent {
  return {
    ...more,
    type: 'erase',
    outcome: 'minor',
    reason: `refused: ${codes.join(' ')}`,
    actor: request.actor,
    object: { kind: 'erasure-request', id: request.id },
    purpose: 'RECORDMGT',
    request: request.reference,
  };
}
