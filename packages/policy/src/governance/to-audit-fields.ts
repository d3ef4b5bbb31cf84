import { base64url, canonicalJson, sha256, utf8 } from '@wardseal/primitives';
import { instant } from '../engine/time.js';
import type { GovernanceEvent } from './event.js';

/** The fields of an audit event (event v0) that follow from what happened; `id` and `actor` are for who writes it. */
export interface AuditFields {
  readonly type: 'policy.change' | 'approval';
  readonly occurredAt: string;
  readonly outcome: 'success';
  readonly purpose: 'GOV';
  /** `id` is the policy and its version, `contentHash` the digest of its text. */
  readonly object: { readonly kind: 'policy'; readonly id: string; readonly contentHash: string };
  readonly reason?: string;
  /** Canonical JSON in base64url: the act, and of what is too large the digest. */
  readonly evidence: { readonly kind: GovernanceEvent['type']; readonly data: string };
}

/**
 * What an audit event says of a step in the life of a policy. An approval is carried whole, with its signature; of the change
 * that an activation brings, its verdict and the SHA-256 of its canonical JSON: the whole is in the register.
 *
 * @param event - one of those that `propose`, `approve`, `activate` or `withdraw` gave.
 * @returns fields for an event of `@wardseal/audit`; the caller adds `id` and an `actor` whose `id` is `event.by`.
 * @example
 * ```ts
 * for (const event of events) await log.append({ id: createEventId(), actor: { ...signedIn, id: event.by }, ...toAuditFields(event) });
 * ```
 */
export function toAuditFields(event: GovernanceEvent): AuditFields {
  const { at, policy } = event;
  const reason = 'reason' in event.detail ? { reason: event.detail.reason } : {};
  return {
    type: event.type === 'policy.approve' ? 'approval' : 'policy.change',
    occurredAt: new Date(instant(at)!).toISOString(),
    outcome: 'success',
    purpose: 'GOV',
    object: {
      kind: 'policy',
      id: `${policy.id}/${policy.version}`,
      contentHash: policy.digest.slice('sha256-'.length),
    },
    ...reason,
    evidence: { kind: event.type, data: base64url(utf8(canonicalJson(evidenceOf(event)))) },
  };
}

function evidenceOf(event: GovernanceEvent): unknown {
  switch (event.type) {
    case 'policy.propose':
      return { supersedes: event.detail.supersedes };
    case 'policy.approve':
      return event.detail;
    case 'policy.activate': {
      const { approvedBy, change } = event.detail;
      const { from, verdict } = change;
      return {
        approvedBy,
        change: { from, verdict, digest: `sha256-${base64url(sha256(utf8(canonicalJson(change))))}` },
      };
    }
    case 'policy.supersede':
      return event.detail;
    case 'policy.withdraw':
      return { secondApprover: event.detail.secondApprover, was: event.detail.was };
  }
}
