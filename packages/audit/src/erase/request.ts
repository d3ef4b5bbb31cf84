import { base64url, canonicalJson, sha256, utf8 } from '@wardseal/primitives';
import type { AuditEvent } from '../event.js';
import type { RetentionRecord } from '../retention.js';

/**
 * Why a patient's part of a log may be erased, with the law behind it. Of the grounds of UK GDPR Article 17(1) two are
 * missing: (b) withdrawn consent, because an access log never rests on consent, and (f) online services for children.
 */
export const ERASURE_GROUNDS = {
  'no-longer-necessary': 'UK GDPR Article 17(1)(a)',
  'objection-upheld': 'UK GDPR Article 17(1)(c)',
  'unlawful-processing': 'UK GDPR Article 17(1)(d)',
  'legal-obligation': 'UK GDPR Article 17(1)(e)',
  'retention-elapsed': 'UK GDPR Article 5(1)(e)',
} as const;

/** A ground of `ERASURE_GROUNDS`. */
export type ErasureGround = keyof typeof ERASURE_GROUNDS;

/** What stands against erasure, UK GDPR Article 17(3); `none` says that somebody looked. */
export type ErasureExemption = 'none' | '17(3)(a)' | '17(3)(b)' | '17(3)(c)' | '17(3)(d)' | '17(3)(e)';

/** One approver's yes to one erasure. */
export interface Approval {
  readonly approver: { readonly id: string; readonly org: string };
  /** When, ISO 8601 UTC. */
  readonly at: string;
  /** What `verifyApproval` checks, such as a signature over the digest and `at`. */
  readonly proof: string;
}

/** A request to erase a patient from the log, as it was decided outside. It names no patient. */
export interface ErasureRequest {
  /** UUIDv7, made once: trying again with the same id finishes what a crash interrupted. */
  readonly id: string;
  /** When it was decided, ISO 8601 UTC with milliseconds. */
  readonly at: string;
  /** The case it belongs to, an identifier that names nobody. */
  readonly reference: string;
  readonly ground: ErasureGround;
  readonly exemption: ErasureExemption;
  /** Id of who asked; the patient's own request may be brought by somebody else. */
  readonly requestedBy: string;
  /** Who carries it out. */
  readonly actor: AuditEvent['actor'];
  /** Ids of others who may not approve, such as the patient's own when the patient is staff. */
  readonly notApprovers?: readonly string[];
  readonly retention: readonly RetentionRecord[];
  /** The last day on which a backup of the secrets can exist, `YYYY-MM-DD`. */
  readonly backupsUntil: string;
}

/** The part of one log that an erasure takes away. */
export interface ErasureScope {
  readonly origin: string;
  /** The handle by which the log's leaves know the subject, base64url. */
  readonly handle: string;
}

/** What approvers say yes to: the whole request and the handles, so that no approval fits another patient or ground. */
export function digestOf(request: ErasureRequest, scope: readonly ErasureScope[]): string {
  const { id, org, kind } = request.actor;
  const what = {
    v: 0,
    id: request.id,
    at: request.at,
    reference: request.reference,
    ground: request.ground,
    exemption: request.exemption,
    requestedBy: request.requestedBy,
    actor: { id, org, kind },
    notApprovers: [...(request.notApprovers ?? [])],
    retention: request.retention.map(({ rule, keepUntil, source, confirmed }) => ({
      rule,
      keepUntil,
      source,
      confirmed,
    })),
    backupsUntil: request.backupsUntil,
    scope: scope.map(({ origin, handle }) => ({ origin, handle })),
  };
  return base64url(sha256(utf8(`wardseal.org/audit/v0 erasure\n${canonicalJson(what)}`)));
}
