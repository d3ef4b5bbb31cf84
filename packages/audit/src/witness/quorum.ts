import type { WitnessPolicy } from './policy.js';

/** One witness's word on a checkpoint, checked. */
export interface Cosignature {
  /** The name of the witness's key. */
  readonly name: string;
  /** What the policy calls the witness. */
  readonly witness: string;
  /** When it had seen nothing larger of that log: milliseconds since 1970, of whole seconds. */
  readonly timestamp: number;
}

/** Whether these witnesses (by the policy's names) are enough. */
export function quorumMet(policy: WitnessPolicy, witnesses: Iterable<string>): boolean {
  if (policy.quorum === 'none') return true;
  const met = new Set<string>(witnesses);
  // Groups name only what is in front of them, so one pass decides all.
  for (const { name, threshold, members } of policy.groups)
    if (members.filter((member) => met.has(member)).length >= threshold) met.add(name);
  return met.has(policy.quorum);
}

/**
 * The newest time at which a quorum stood by the checkpoint: the oldest of the youngest cosignatures that make one.
 * Null when there is no quorum, or none is asked for.
 *
 * @param latest - cosignatures later than this are left out: their clock is wrong, and would make them fresh for ever
 */
export function quorumTime(
  policy: WitnessPolicy,
  cosignatures: readonly Cosignature[],
  latest: number = Number.POSITIVE_INFINITY,
): number | null {
  if (policy.quorum === 'none') return null;
  const youngest = cosignatures.filter(({ timestamp }) => timestamp <= latest);
  youngest.sort((a, b) => b.timestamp - a.timestamp);
  for (const [i, { timestamp }] of youngest.entries()) {
    const names = youngest.slice(0, i + 1).map(({ witness }) => witness);
    if (quorumMet(policy, names)) return timestamp;
  }
  return null;
}
