import type { Directory } from '@wardseal/crypto';
import type { Pack, Pdp } from '@wardseal/policy';
import type { CustodianClient, Rota } from './custodian-client.js';
import type { TrustLog } from './log.js';

/** What the ceremony left for a trust in `DATA_DIR/trusts/<ORG>.json`. No secret. */
export interface TrustConfig {
  readonly organisation: string;
  readonly name: string;
  readonly rootThumbprint: string;
  /** The signed policy, beside this file. */
  readonly policyFile: string;
  readonly guardians: readonly { readonly id: string; readonly role: string; readonly publicKey: string }[];
  readonly policyId: string;
  readonly logs: { readonly base: string; readonly keys: readonly string[] };
  readonly emergencyKey: string;
  readonly witnessPolicy: string;
  readonly witnessUrl: string;
  readonly channel: 'approved';
  readonly teams: Readonly<Record<string, string>>;
  readonly recordUrl: string;
}

/** The verified directory, and the bytes that it was verified from, for browsers to verify themselves. */
export interface DirectoryView {
  readonly directory: Directory;
  readonly snapshot: Uint8Array<ArrayBuffer>;
}

/** One trust as this server knows it. */
export interface Trust {
  readonly config: TrustConfig;
  readonly pack: Pack;
  readonly pdp: Pdp;
  readonly log: TrustLog;
  readonly custodian: CustodianClient;
  readonly watermarkSecret: Uint8Array<ArrayBuffer>;
  /** At most 5 s old, verified from the pinned root down. @throws Problem 503 DIRECTORY_DOWN */
  directory(): Promise<DirectoryView>;
  /** At most 5 s old. */
  rota(): Promise<Rota>;
}
