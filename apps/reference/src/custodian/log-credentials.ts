import type { PasskeyCredential } from '@wardseal/crypto';

/** Names of what the custodian's entry says about the log. A browser looks for them by these ids. */
const ID = { log: 'log', next: 'log-next', emergency: 'emergency', witnesses: 'witnesses' } as const;

const text = (value: string) => Buffer.from(value, 'utf8').toString('base64url');

/**
 * What browsers must know of the log and may not take from the web server: its keys of this year and the next, the key of the
 * emergency journal, and who witnesses. It stands in the custodian's own entry of the signed directory, as credentials
 * that no passkey can have (docs/decisions/0070).
 */
export function logCredentials(pinned: {
  readonly logs: readonly string[];
  readonly emergencyKey: string;
  readonly witnessPolicy: string;
}): readonly PasskeyCredential[] {
  const [log, next] = pinned.logs;
  const named: readonly (readonly [string, string | undefined])[] = [
    [ID.log, log],
    [ID.next, next],
    [ID.emergency, pinned.emergencyKey],
    [ID.witnesses, pinned.witnessPolicy],
  ];
  return named.flatMap(([id, value]) => (value === undefined ? [] : [{ id: text(id), publicKey: text(value) }]));
}
