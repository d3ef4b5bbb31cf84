import { AuditError } from '../errors.js';
import { vkeyOf } from '../note-key.js';
import type { VerifyPolicy } from '../verify-checkpoint.js';
import { parsePolicy, type WitnessPolicy } from '../witness/policy.js';

/** What the reader believes: logs' keys by the logs' names, and witnesses. */
export interface Trust {
  policyOf(origin: string): VerifyPolicy | null;
  readonly keys: number;
  /** The policy for the log of the first key; null without any. */
  readonly first: VerifyPolicy | null;
  /** The keys and witnesses in words, one each. */
  readonly told: readonly string[];
}

// A key is a line of 4 kB at most; nobody reads more than a hundred logs at once.
const MAX_KEYS_TEXT = 400_000;

/**
 * Reads pinned keys, one a line: a log's, and where it has one its ML-DSA-44 key under the same name. The logs of the
 * policy count as pinned too, but never instead. Throws AuditError `KEY_INVALID`, also when two keys are given for one
 * log, and `POLICY_INVALID`.
 */
export function trustOf(keysText: string, policyText: string | Uint8Array | null): Trust {
  if (keysText.length > MAX_KEYS_TEXT) throw new AuditError('KEY_INVALID', 'that is too long for keys');
  const keys = new Map<string, { log?: string; pq?: string }>();
  const add = (vkey: string): void => {
    const { name, kind } = vkeyOf(vkey, 'note', 'cosignature-ml-dsa-44');
    const own = keys.get(name) ?? {};
    keys.set(name, own);
    const which = kind === 'note' ? 'log' : 'pq';
    // Whoever sent the policy file must not put a key of their own in the place of the pinned one.
    if ((own[which] ?? vkey) !== vkey)
      throw new AuditError('KEY_INVALID', `two keys of one kind are given for the log ${name}`);
    own[which] = vkey;
  };
  for (const line of keysText.split('\n').map((text) => text.trim())) if (line !== '') add(line);
  const witnesses = policyText === null ? null : parsePolicy(policyText);
  for (const { vkey } of witnesses?.logs ?? []) add(vkey);
  const told = [...keys.values()].flatMap(({ log, pq }) => [log, pq]).filter((key) => key !== undefined);
  for (const { name, vkey } of witnesses?.witnesses ?? []) told.push(`witness ${name}: ${vkey}`);
  if (witnesses) told.push(`quorum: ${witnesses.quorum}`);
  const first = policyFor(keys.values().next().value, witnesses);
  return { keys: keys.size, first, told, policyOf: (origin) => policyFor(keys.get(origin), witnesses) };
}

function policyFor(
  own: { readonly log?: string; readonly pq?: string } | undefined,
  witnesses: WitnessPolicy | null,
): VerifyPolicy | null {
  const logKey = own?.log ?? own?.pq;
  if (own === undefined || logKey === undefined) return null;
  return {
    logKey,
    ...(own.log !== undefined && own.pq !== undefined && { pqLogKey: own.pq }),
    // The logs of a policy are keys that are believed, as the others are.
    ...(witnesses && { witnesses: { ...witnesses, logs: [] } }),
  };
}
