import { recorded } from './moments.js';
import type { Register, RegisteredVersion } from './register.js';

/** A version that was in force once, and since when. */
export interface PastVersion {
  readonly entry: RegisteredVersion;
  readonly since: number;
}

/** Every version that has come into force by then, lowest first; withdrawn ones among them. */
export function everInForce(register: Register, now: number): readonly PastVersion[] {
  return register.versions.flatMap((entry) => {
    const since = entry.activated === undefined ? Number.POSITIVE_INFINITY : recorded(entry.activated.at);
    return since <= now ? [{ entry, since }] : [];
  });
}

/** The version in force at a moment, from what the register says of that moment. */
export function inForceAt(past: readonly PastVersion[], now: number): PastVersion | null {
  const last = past.at(-1);
  const { supersededAt, withdrawn } = last?.entry ?? {};
  const ended = [supersededAt, withdrawn?.at].some((end) => end !== undefined && recorded(end) <= now);
  return last === undefined || ended ? null : last;
}

/** Whether somebody had withdrawn it by then. */
export function isWithdrawn({ entry }: PastVersion, now: number): boolean {
  return entry.withdrawn !== undefined && recorded(entry.withdrawn.at) <= now;
}

/**
 * The first version above `acknowledged` that must be acknowledged, or null. Where none of them all asks for it, the first
 * version does: `informed` spares those who have acknowledged a version before it, not those who never acknowledged any.
 */
export function firstRequiredAbove(past: readonly PastVersion[], acknowledged: number): PastVersion | null {
  return past.find(({ entry }, i) => entry.version > acknowledged && (i === 0 || isRequired(entry))) ?? null;
}

const isRequired = ({ document }: RegisteredVersion): boolean => document.acknowledge !== 'informed';
