import * as z from 'zod/mini';
import { line, ods, type Parser, parserOf, slug } from './parse.js';

/** What the ceremony left for a trust in `DATA_DIR/trusts/<ORG>.json`: read by server and custodian, no secret in it. */
export interface TrustConfig {
  readonly organisation: string;
  readonly name: string;
  readonly rootThumbprint: string;
  /** The signed policy, beside this file. */
  readonly policyFile: string;
  /** Who may sign a policy: Ed25519 public keys, base64url. */
  readonly guardians: readonly { readonly id: string; readonly role: string; readonly publicKey: string }[];
  readonly policyId: string;
  /** Keys of the log, this year's and next year's. */
  readonly logs: { readonly base: string; readonly keys: readonly string[] };
  readonly emergencyKey: string;
  /** A C2SP witness policy. */
  readonly witnessPolicy: string;
  /** Filled in at each start, like `recordUrl`; empty before. */
  readonly witnessUrl: string;
  readonly channel: 'approved';
  readonly teams: Readonly<Record<string, string>>;
  readonly recordUrl: string;
}

const vkey = line(4096);
const config = z.strictObject({
  organisation: ods,
  name: line(200),
  rootThumbprint: line(43, 43),
  policyFile: z.string().check(z.regex(/^[A-Za-z0-9.-]{1,100}$/)),
  guardians: z.array(z.strictObject({ id: slug, role: slug, publicKey: line(43, 43) })).check(z.minLength(2)),
  policyId: slug,
  logs: z.strictObject({ base: line(200), keys: z.array(vkey).check(z.minLength(1), z.maxLength(4)) }),
  emergencyKey: vkey,
  witnessPolicy: z.string().check(z.maxLength(16_384)),
  witnessUrl: line(300, 0),
  channel: z.literal('approved'),
  teams: z.record(slug, line(100)),
  recordUrl: line(300, 0),
});

/** A trust's configuration, or WireError BAD_REQUEST. */
export const parseTrustConfig: Parser<TrustConfig> = parserOf(config, 'trust');
