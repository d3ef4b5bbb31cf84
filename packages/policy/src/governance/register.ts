import type { PolicyDocument } from '../document.js';
import type { ChangeSummary } from './summarise-change.js';

/** One version of one policy, by the digest of its text. */
export interface VersionRef {
  readonly version: number;
  readonly digest: string;
}

/** Somebody who may approve. */
export interface Guardian {
  /** 1 to 128 characters U+0021 to U+007E; no two guardians have one id, capitals or not. */
  readonly id: string;
  readonly role: string;
  /** The 32-byte Ed25519 public key, base64url, as in a JWK's `x`. */
  readonly publicKey: string;
}

/** What a guardian signed, with the signature. All texts, so that a document's `approvals` can carry it. */
export interface Approval {
  readonly format: 'policy-approval/0';
  readonly policy: string;
  /** The version in decimal digits. */
  readonly version: string;
  readonly digest: string;
  readonly by: string;
  readonly role: string;
  /** RFC 3339, UTC. */
  readonly at: string;
  /** 64 bytes, base64url. */
  readonly signature: string;
}

/** Where a version stands: `superseded` and `withdrawn` are final. */
export type VersionStatus = PolicyDocument['status'];

/** One version and what became of it. Every `at` is RFC 3339, UTC. */
export interface RegisteredVersion extends VersionRef {
  readonly status: VersionStatus;
  /** Its text. `document.status` is `status`; `approvals` are kept beside it. */
  readonly document: PolicyDocument;
  readonly proposed: { readonly by: string; readonly at: string; readonly reason: string };
  readonly approvals: readonly Approval[];
  readonly activated?: { readonly by: string; readonly at: string; readonly change: ChangeSummary };
  readonly supersededAt?: string;
  readonly withdrawn?: {
    readonly by: string;
    readonly secondApprover: string;
    readonly at: string;
    readonly reason: string;
  };
}

/** Every version of one policy there ever was, lowest first: plain JSON for any store. */
export interface Register {
  readonly format: 'policy-register/0';
  /** The policy's id. */
  readonly id: string;
  readonly versions: readonly RegisteredVersion[];
}
